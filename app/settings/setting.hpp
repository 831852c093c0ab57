// A setting of an app is one row: its names, its kind of value, its help, and its field in a spec.
//
// Everything else is derived from the row: the option of `start` and `run` and its help (cli/grammar), the completion, the key in apps files
// (cli/apps_file), the key in spec.json (spec_json.cpp), the lines of `describe` and of its JSON (cli/list, cli/apps), and the
// losses that an export reports (cli/export). The rows are in app/settings/, one file for each group of the help;
// CONTRIBUTING.md describes how to add one. A unit test checks all of them.
// One piece: the parts of a row, explained once for all who write one.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>
#include <vector>

#include "app/settings/values.hpp"
#include "app/spec.hpp"

namespace forever {

// What an option takes. It decides how its value is completed and how one in an apps file is read, and for a setting without a `take` of
// its own what is accepted.
enum class ValueKind : std::uint8_t {
  none,       // a switch
  text,       // any text that is not empty; for a list: one entry, and it may be given again
  name,       // the name of an app or namespace
  command,    // a command line for the shell; empty: none
  words,      // words separated by blanks
  list,       // words separated by commas; in an apps file a list
  word,       // one of a few
  directory,  // kept absolute
  file,       // kept absolute
  log,        // a file to write to, kept absolute; in an apps file it is meant from where the app runs
  time,       // a duration; a bare number is seconds, in an apps file milliseconds
  size,       // bytes, as 200M
  count,      // a whole number
  number,     // a number with a fraction
  percent,    // of one processor
  mode,       // permission bits, in octal
  schedule,   // a cron expression; empty: none
  address,    // of a socket
  signal,
  user,
  group,
};

// A value as it is typed, with "~/" in the place of `home` where it is a path, and at the beginning of each of several words: a shell
// does not expand it behind a '=' or in quotes. "~" alone is `home` too.
[[nodiscard]] std::string with_home(ValueKind kind, const std::string& value, const std::string& home);

// What an option says of itself, be it a setting's or a verb's own.
struct OptionText {
  std::string_view names;  // "-m,--max-restarts": short ones first, the last one is the name in messages
  ValueKind kind = ValueKind::none;
  std::string_view value = {};  // what the help calls the value: "TIME"
  std::string_view help;        // a sentence or two, without a line break
  std::span<const std::string_view> words =
      {};                       // of ValueKind::word; a setting's are those of its enum unless they stand here
  bool value_optional = false;  // "--wait" and "--wait=5s" are both possible
};

// Where a setting is in a spec.
template <class T>
using In = T& (*)(AppSpec&);
struct InEnum {
  std::size_t (*get)(const AppSpec&);
  void (*set)(AppSpec&, std::size_t);
  std::span<const std::string_view> words;
};
using Field = std::variant<In<bool>, In<std::string>, In<std::vector<std::string>>, In<std::vector<int>>,
                           In<Milliseconds>, In<std::uint64_t>, In<std::uint32_t>, In<std::uint16_t>, In<int>,
                           In<std::optional<std::uint32_t>>, In<std::optional<int>>, In<double>, InEnum>;

struct Setting {
  OptionText option;
  std::string_view
      json;  // its key in spec.json, where it is written unless it is as it usually is: "restart.backoff_cap"
  Field field;
  std::int64_t least = 0;  // of counts, numbers and times (ms)
  std::int64_t most = -1;  // -1: what the field can hold
  // Its keys in apps files if PM2 and forever have it; the first one is its name in messages. It always has the option's own name, with _
  // in the place of -.
  std::string_view keys = {};
  // The options of PM2, npm forever and nodemon with the same meaning, separated by blanks: an error message for one names this option.
  std::string_view peers = {};
  // Takes `values`, all that were given, in their order, and is given again with one more for each; what is wrong with the last one. For
  // what the kind and the field do not say.
  Fault (*take)(AppSpec& spec, std::span<const std::string> values) = nullptr;
};

struct SettingGroup {
  std::string_view title;  // of the options in the help
  std::span<const Setting> settings;
};
extern const SettingGroup kIdentitySettings, kProcessSettings, kInstanceSettings, kPortSettings, kRestartSettings,
    kWatchSettings, kHealthSettings, kStopSettings, kLogSettings;

// All of them, in the order of the help.
[[nodiscard]] std::span<const SettingGroup* const> setting_groups();

// Calls `act` with each setting in that order.
template <class Act>
void for_each_setting(Act act) {
  for (const SettingGroup* group : setting_groups()) {
    for (const Setting& setting : group->settings) act(setting);
  }
}
// By the option's name without its dashes or the key in an apps file that is like it: "backoff-cap", "backoff_cap". Null if there is none.
[[nodiscard]] const Setting* find_setting(std::string_view name);

// The last one of a list such as OptionText::names: "--max-restarts".
[[nodiscard]] std::string_view long_name(std::string_view names);
// Its name in an apps file: "max_restarts".
[[nodiscard]] std::string key_of(const Setting& setting);
// The words that it may be; none unless it is of ValueKind::word.
[[nodiscard]] std::span<const std::string_view> words_of(const Setting& setting);

// Sets it to `values`, of which the last one counts unless it is a list (a switch has one empty value for each time that it was
// given). What is wrong with the last one, if anything is; then `spec` is of no use.
[[nodiscard]] Fault set_values(const Setting& setting, AppSpec& spec, std::span<const std::string> values);
// For people, not yet fit for a terminal: "15s", "200M", "on-failure", "a b". Empty where nothing is asked for.
[[nodiscard]] std::string value_text(const Setting& setting, const AppSpec& spec);
[[nodiscard]] bool is_usual(const Setting& setting, const AppSpec& spec);

// What was given on one command line, or says one app of an apps file, to be laid over a spec.
class GivenSettings {
 public:
  // What is wrong with `value`, if anything is; it counts as given all the same.
  Fault add(const Setting& setting, std::string value);
  [[nodiscard]] bool has(std::string_view name) const;
  // All the values, in their order; none if it was not given.
  [[nodiscard]] std::span<const std::string> values(std::string_view name) const;
  [[nodiscard]] bool empty() const noexcept { return given_.empty(); }
  // In the order of the table, which decides between two that say the same. All values have been found to be good.
  void lay_over(AppSpec& spec) const;
  template <class Act>
  void for_each(Act act) const {
    for (const Given& one : given_) act(*one.setting);
  }
  friend bool operator==(const GivenSettings&, const GivenSettings&) = default;

 private:
  struct Given {
    const Setting* setting;
    std::vector<std::string> values;
    friend bool operator==(const Given&, const Given&) = default;
  };
  std::vector<Given> given_;
};

namespace settings {

template <class Enum>
inline constexpr auto kWordsOf = words_of<Enum>();

// The field that `get` finds.
template <class Get>
consteval Field in(Get get) {
  using T = std::remove_reference_t<std::invoke_result_t<Get, AppSpec&>>;
  if constexpr (std::is_enum_v<T>) {
    return InEnum{[](const AppSpec& spec) { return static_cast<std::size_t>(Get{}(const_cast<AppSpec&>(spec))); },
                  [](AppSpec& spec, std::size_t value) { Get{}(spec) = static_cast<T>(value); }, kWordsOf<T>};
  } else {
    return static_cast<In<T>>(get);
  }
}

}  // namespace settings

}  // namespace forever

// The field of a row: IN(restart.backoff_cap). A pointer to a member cannot say "of a member".
#define IN(member) settings::in([](AppSpec & spec) -> auto& { return spec.member; })
