// The environment of this process.
#include "platform/environment.hpp"

#include <cstdlib>
#include <string>
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

void replace_environment(const std::vector<std::string>& assignments) {
  for (const std::string& entry : whole_environment()) ::unsetenv(entry.substr(0, entry.find('=')).c_str());
  for (const std::string& entry : assignments) {
    const std::size_t equals = entry.find('=');
    if (equals != std::string::npos) ::setenv(entry.substr(0, equals).c_str(), entry.c_str() + equals + 1, 1);
  }
}

}  // namespace forever
