// The environment of this process.
#include "platform/environment.hpp"

#include <cstdlib>
#include <string_view>

extern "C" char** environ;

namespace forever {

std::optional<std::string> environment_variable(const char* name) {
  const char* value = std::getenv(name);
  if (value == nullptr) return std::nullopt;
  return value;
}

std::vector<std::string> whole_environment() {
  std::vector<std::string> all;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view assignment = *entry;
    if (assignment.find('=') != std::string_view::npos) all.emplace_back(assignment);
  }
  return all;
}

}  // namespace forever
