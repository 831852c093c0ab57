// What options take, and the options that several verbs have.
#pragma once

#include <limits>

#include "app/name.hpp"
#include "cli/grammar/verbs.hpp"
#include "text/number.hpp"

namespace forever::cli {

// Names separated by commas; may be given again.
[[nodiscard]] Fault set_only(std::vector<std::string>& into, const std::string& value);
[[nodiscard]] Fault set_duration(std::optional<Milliseconds>& into, const std::string& value);

template <class Number, class Into>
Fault set_count(Into& into, const std::string& value) {
  const auto number = whole_number<Number>(value);
  if (!number) return "is not a whole number from 0 to " + std::to_string(std::numeric_limits<Number>::max());
  into = *number;
  return {};
}

template <class Into>
Fault set_text(Into& into, const std::string& value) {
  if (value.empty()) return "is empty";
  into = value;
  return {};
}

// A switch: turn_on<[](Draft& draft) -> bool& { return draft.force; }>.
template <auto place>
Fault turn_on(Draft& draft, const std::string&) {
  place(draft) = true;
  return {};
}
// A text that is not empty.
template <auto place>
Fault take_text(Draft& draft, const std::string& value) {
  return set_text(place(draft), value);
}

inline constexpr auto kJsonPlace = [](Draft& draft) -> bool& { return draft.which.json; };
inline constexpr auto kQuietPlace = [](Draft& draft) -> bool& { return draft.which.quiet; };
inline constexpr Option kJson = {
    {"--json", ValueKind::none, "", "Prints JSON, and nothing but JSON, on standard output."}, turn_on<kJsonPlace>};
inline constexpr Option kQuiet = {{"-q,--quiet", ValueKind::none, "", "Says nothing unless something is wrong."},
                                  turn_on<kQuietPlace>};

inline constexpr Option kOnly = {
    {"--only", ValueKind::text, "NAMES",
     "These apps of the file alone, by name or namespace, separated by commas. May be given again."},
    [](Draft& draft, const std::string& value) { return set_only(draft.which.only, value); }};
inline constexpr Option kEnvironmentName = {
    {"--env-name", ValueKind::text, "NAME", "Lays env_NAME of each app in the file over its env."},
    [](Draft& draft, const std::string& value) {
      draft.which.environment_name = value;
      return Fault{};
    }};

}  // namespace forever::cli
