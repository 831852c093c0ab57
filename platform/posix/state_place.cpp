#include "platform/state_place.hpp"

#include "platform/users.hpp"

namespace forever {

std::string default_state_directory() {
  const std::string home = home_directory();
  return home.empty() ? home : home + "/.forever";
}

}  // namespace forever
