#include "cli/grammar/option.hpp"

#include "text/split.hpp"

namespace forever::cli {

Fault take_duration(std::optional<Milliseconds>& into, const std::string& value) {
  return forever::take_duration(into.emplace(), value);
}

Fault set_json(Command& command, const std::string&) {
  command.which.json = true;
  return {};
}

Fault set_quiet(Command& command, const std::string&) {
  command.which.quiet = true;
  return {};
}

Fault set_only(Command& command, const std::string& value) {
  std::vector<std::string>& only = command.which.only;
  for (const std::string_view name : split_words(value, ',')) {
    const std::size_t begin = name.find_first_not_of(' '), end = name.find_last_not_of(' ');
    if (begin != std::string_view::npos) only.emplace_back(name.substr(begin, end - begin + 1));
  }
  return only.empty() ? Fault{"names no app"} : Fault{};
}

Fault set_environment_name(Command& command, const std::string& value) {
  command.which.environment_name = value;
  return {};
}

}  // namespace forever::cli
