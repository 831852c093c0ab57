// errno as a value.
#include "platform/result.hpp"

#include <cerrno>

namespace forever {

std::string system_words(int code) { return std::system_category().message(code); }

Error last_error(std::string doing) {
  const int code = errno;
  return error_from(code, std::move(doing));
}

}  // namespace forever
