// The options of verbs: their own, and the settings of an app, which are options of start, run and dev.
// One piece: what sets an option is template code, which only a header can hold.
#pragma once

#include <limits>

#include "cli/grammar/command.hpp"
#include "platform/users.hpp"
#include "text/number.hpp"

namespace forever::cli {

// An option of verbs that is no setting of an app.
struct Option {
  OptionText text;
  Fault (*set)(Command& command, const std::string& value) = nullptr;
};

// An option of either kind, as the help, the parser and the completion see it.
class AnyOption {
 public:
  AnyOption(const Option& option) : option_(&option), text_(&option.text) {}
  AnyOption(const Setting& setting) : setting_(&setting), text_(&setting.option) {}

  [[nodiscard]] const OptionText& text() const noexcept { return *text_; }
  [[nodiscard]] std::string_view name() const { return long_name(text_->names); }
  [[nodiscard]] bool takes_value() const noexcept { return text_->kind != ValueKind::none; }
  [[nodiscard]] const Setting* setting() const noexcept { return setting_; }
  [[nodiscard]] std::span<const std::string_view> words() const {
    return setting_ != nullptr ? words_of(*setting_) : text_->words;
  }
  Fault set(Command& command, const std::string& value) const {
    const std::string whole = with_home(text_->kind, value, home_directory());
    return setting_ != nullptr ? command.settings()->add(*setting_, whole) : option_->set(command, whole);
  }
  friend bool operator==(const AnyOption&, const AnyOption&) = default;

 private:
  const Option* option_ = nullptr;
  const Setting* setting_ = nullptr;
  const OptionText* text_;
};

// The options below one heading: some of the verbs' own, then a group of settings.
struct OptionGroup {
  std::string_view heading;  // of a group without settings; these bring their own
  std::span<const Option> options = {};
  const SettingGroup* settings = nullptr;

  [[nodiscard]] std::string_view title() const { return settings != nullptr ? settings->title : heading; }
};

template <class Act>
void for_each_option(const OptionGroup& group, Act act) {
  for (const Option& option : group.options) act(AnyOption{option});
  if (group.settings == nullptr) return;
  for (const Setting& setting : group.settings->settings) act(AnyOption{setting});
}

// What sets an option in its command.

namespace places {
template <class T, class M>
T owner_of(M T::*);
template <class T>
T enum_of(const T&);
template <class T>
T enum_of(const std::optional<T>&);
}  // namespace places

// A switch, as turn_on<&Stop::force>.
template <auto member>
Fault turn_on(Command& command, const std::string&) {
  static_cast<decltype(places::owner_of(member))&>(command).*member = true;
  return {};
}
// A text that is not empty, as take_text<&Upgrade::binary>.
template <auto member>
Fault take_text(Command& command, const std::string& value) {
  if (value.empty()) return "is empty";
  static_cast<decltype(places::owner_of(member))&>(command).*member = value;
  return {};
}
// A whole number that the member can hold, as take_count<&Logs::lines>.
template <auto member>
Fault take_count(Command& command, const std::string& value) {
  auto& into = static_cast<decltype(places::owner_of(member))&>(command).*member;
  using Number = std::remove_reference_t<decltype(into)>;
  const auto number = whole_number<Number>(value);
  if (!number) return "is not a whole number from 0 to " + std::to_string(std::numeric_limits<Number>::max());
  into = *number;
  return {};
}
// One of the words of an enum, as take_word<&Metrics::format>.
template <auto member>
Fault take_word(Command& command, const std::string& value) {
  auto& into = static_cast<decltype(places::owner_of(member))&>(command).*member;
  using Enum = decltype(places::enum_of(into));
  const auto meant = from_word<Enum>(value);
  if (!meant) return "must be one of " + list_of_words<Enum>();
  into = *meant;
  return {};
}
// Anything else: by<Logs>([](Logs& logs, const std::string& value) -> Fault { … }).
template <class Kind, class Act>
constexpr auto by(Act) {
  return [](Command& command, const std::string& value) -> Fault { return Act{}(static_cast<Kind&>(command), value); };
}

[[nodiscard]] Fault take_duration(std::optional<Milliseconds>& into, const std::string& value);

// The options that several verbs have.

Fault set_json(Command& command, const std::string&);
Fault set_quiet(Command& command, const std::string&);
Fault set_only(Command& command, const std::string& value);
Fault set_environment_name(Command& command, const std::string& value);

inline constexpr Option kJson = {{"--json", ValueKind::none, "", "Prints only JSON on standard output."}, set_json};
inline constexpr Option kQuiet = {{"-q,--quiet", ValueKind::none, "", "Prints nothing but errors."}, set_quiet};
inline constexpr Option kOnly = {
    {"--only", ValueKind::text, "NAMES",
     "Only these apps of the file, by name or namespace, separated by commas. May be repeated."},
    set_only};
inline constexpr Option kEnvironmentName = {
    {"--env-name", ValueKind::text, "NAME", "Merges env_NAME of each app in the file into its env."},
    set_environment_name};

inline constexpr Option kAnswerOptions[] = {kJson, kQuiet};
inline constexpr OptionGroup kAnswerGroups[] = {{"Options", kAnswerOptions}};

}  // namespace forever::cli
