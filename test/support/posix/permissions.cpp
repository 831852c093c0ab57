// By the mode.
#include "test/support/permissions.hpp"

namespace forever::test {

bool owner_only(const std::filesystem::path& path) {
  using std::filesystem::perms;
  const auto status = std::filesystem::status(path);
  const perms expected = is_directory(status) ? perms::owner_all : perms::owner_read | perms::owner_write;
  return (status.permissions() & perms::mask) == expected;
}

}  // namespace forever::test
