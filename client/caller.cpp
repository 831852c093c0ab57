#include "client/caller.hpp"

#include "app/marker.hpp"
#include "platform/environment.hpp"

namespace forever {

std::optional<std::string> calling_app(const StateDirectory& state) {
  const auto text = environment_variable(kMarkerVariable);
  const auto marker = text ? marker_from(*text) : std::nullopt;
  const std::string prefix = marker ? state.identity() + '/' : std::string{};
  if (!marker || !marker->prefix.starts_with(prefix)) return std::nullopt;
  return marker->prefix.substr(prefix.size());
}

}  // namespace forever
