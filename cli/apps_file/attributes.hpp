// What each key of an apps file means: one table of names, aliases and readers.
#pragma once

#include <map>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cli/apps_file/apps_file.hpp"
#include "cli/grammar/verbs.hpp"
#include "text/json_fields.hpp"

namespace forever::cli {

// One app while its keys are read, in the order of the table.
struct AppReading {
  const AppsQuestion& question;
  const Json& entry;      // all of its keys
  bool forevers = false;  // forever's own form, in which uid is a name
  Draft draft;            // what the options have set
  std::vector<std::string> depends_on;
  std::vector<std::string> interpreter_arguments;
  std::string name_prefix;
  bool append_environment_to_name = false;
  std::set<std::string> lost;  // what cannot be carried over, in words
};

struct Attribute {
  std::string_view names;   // separated by blanks; the first is the name in messages
  std::string_view option;  // the option of `forever start` that it becomes, or what is lost without it
  // Takes the value, which is not null; what is wrong with it, if anything is.
  Fault (*read)(AppReading& app, const Attribute& attribute, const Json& value) = nullptr;
};

// In the order in which they are to be read.
[[nodiscard]] std::span<const Attribute> attributes();
// The attribute that a key of the file means: one of the table, env_NAME, or an option of `forever start` written with _.
[[nodiscard]] std::optional<Attribute> find_attribute(std::string_view key);
// Keys that only forever's own form has.
[[nodiscard]] bool is_forevers_key(std::string_view key);

// A number, a text or a truth value as it would be typed.
[[nodiscard]] std::optional<std::string> word_of(const Json& value);
// "./x" or "~/x" from where the file means it.
[[nodiscard]] std::string path_from(const AppsQuestion& question, const std::string& path);

}  // namespace forever::cli
