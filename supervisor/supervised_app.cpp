#include "supervisor/supervised_app.hpp"

#include "platform/users.hpp"

namespace forever {

std::uint32_t program_uid(const AppSpec& spec) {
  if (spec.user.empty()) return effective_uid();
  const auto user = find_credentials(spec.user, spec.group);
  return user ? user->uid : effective_uid();
}

}  // namespace forever
