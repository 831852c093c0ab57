// What options take, and the options that several verbs have.
#pragma once

#include <limits>

#include "app/name.hpp"
#include "cli/grammar/verbs.hpp"
#include "text/number.hpp"

namespace forever::cli {

// Each sets `into`, or says what is wrong with `value`.
[[nodiscard]] Fault set_duration(std::optional<Milliseconds>& into, const std::string& value);
[[nodiscard]] Fault set_positive(std::optional<Milliseconds>& into, const std::string& value);  // a duration above 0
[[nodiscard]] Fault set_size(std::optional<std::uint64_t>& into, const std::string& value);
// Names separated by commas; may be given again.
[[nodiscard]] Fault set_only(std::vector<std::string>& into, const std::string& value);

template <class Number, class Into>
Fault set_count(Into& into, const std::string& value) {
  const auto number = whole_number<Number>(value);
  if (!number) return "is not a whole number from 0 to " + std::to_string(std::numeric_limits<Number>::max());
  into = *number;
  return {};
}

template <class Into>
Fault set_name(Into& into, const std::string& value) {
  if (auto fault = fault_in_name(value)) return "cannot be a name: " + *fault;
  into = value;
  return {};
}

template <class Into>
Fault set_text(Into& into, const std::string& value) {
  if (value.empty()) return "is empty";
  into = value;
  return {};
}

inline constexpr Option kJson = {"--json", "", "Prints JSON, and nothing but JSON, on standard output.",
                                 [](Draft& d, const std::string&) {
                                   d.which.json = true;
                                   return Fault{};
                                 }};
inline constexpr Option kQuiet = {"-q,--quiet", "", "Says nothing unless something is wrong.",
                                  [](Draft& d, const std::string&) {
                                    d.which.quiet = true;
                                    return Fault{};
                                  }};

inline constexpr std::string_view kOnlyHelp =
    "These apps of the file alone, by name or namespace, separated by commas. May be given again.";
inline constexpr std::string_view kEnvironmentHelp = "Lays env_NAME of each app in the file over its env.";
inline constexpr Option kOnly = {"--only", "NAMES", kOnlyHelp,
                                 [](Draft& d, const std::string& v) { return set_only(d.which.only, v); }};
inline constexpr Option kEnvironmentName = {"--env-name", "NAME", kEnvironmentHelp, [](Draft& d, const std::string& v) {
                                              d.which.environment_name = v;
                                              return Fault{};
                                            }};

// The groups of cli/grammar/keeping_options.cpp; the compiler refuses another number there.
extern const Option kAlive[10], kWatching[7], kAttending[7], kStopping[3], kLogging[7];

}  // namespace forever::cli
