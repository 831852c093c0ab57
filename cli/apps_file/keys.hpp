// The keys of one app in an apps file: settings (setting_keys.cpp) and all others (attributes.cpp).
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "cli/apps_file/question.hpp"
#include "cli/grammar/app_request.hpp"
#include "text/json_fields.hpp"
#include "text/split.hpp"

namespace forever::cli {

// One app while its keys are read.
struct AppReading {
  const AppsQuestion& question;
  const Json& entry;      // all of its keys
  bool forevers = false;  // forever's own form, in which uid is a name
  AppRequest request;     // what the keys have set
  std::vector<std::string> depends_on;
  std::string name_prefix;
  bool append_environment_to_name = false;
  std::set<std::string> lost;  // what cannot be carried over, in words
};

// The first spelling of what a key means, "env_NAME" for an environment of that name; empty for a key that is not known.
[[nodiscard]] std::string canonical_key(std::string_view key);
// Whether it is no setting, or one that is read in a way of its own.
[[nodiscard]] bool has_attribute(std::string_view key);
// Every key that a file may use, its aliases behind it, separated by blanks; for the manual's test.
[[nodiscard]] std::vector<std::string> apps_file_keys();

// Each returns what is wrong, if anything is, with the key in front; a null is as good as nothing.
enum class Order : std::uint8_t { before_settings, after_settings };
[[nodiscard]] Fault read_attributes(AppReading& app, Order order);
[[nodiscard]] Fault read_settings(AppReading& app);
// One key, as `attribute` is read.
[[nodiscard]] Fault read_key(AppReading& app, const std::string& key, std::string_view attribute);

// For the readers of attributes: a value that is not null, or what would be typed, for a setting.
[[nodiscard]] Fault take_setting(AppReading& app, const Setting& setting, const Json& value);
[[nodiscard]] Fault take_word(AppReading& app, const Setting& setting, const std::string& word);
// false, 0 and what is empty.
[[nodiscard]] bool says_nothing(const Json& value);
// A number, a text or a truth value as it would be typed.
[[nodiscard]] std::optional<std::string> word_of(const Json& value);
// Whether it is meant from nowhere: on Windows "/x" is on the current drive, and no more meant from the file than "C:/x" is.
[[nodiscard]] bool stands_alone(std::string_view path);
// "./x" or "~/x" from where the file means it.
[[nodiscard]] std::string path_from(const AppsQuestion& question, const std::string& path);

}  // namespace forever::cli
