#include "platform/state_place.hpp"

#include "platform/environment.hpp"

namespace forever {

std::string default_state_directory() {
  const auto place = environment_variable("LOCALAPPDATA");
  return place && !place->empty() ? *place + "/forever" : std::string{};
}

}  // namespace forever
