// The verbs and their options as tables: the one source for parsing, help, completion and suggestions.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "cli/grammar/invocation.hpp"
#include "text/split.hpp"

namespace forever::cli {

// What the options of one command line have set so far; a verb makes its Invocation of it.
struct Draft {
  AppRequest app;
  std::string shell_command;  // of run: the shell runs it, with the program and its arguments behind it
  bool wait = false;
  std::optional<Milliseconds> wait_time;
  std::optional<Milliseconds> ready_timeout, drain_timeout;  // of reload
  SelectorOptions which;  // `json` and `quiet` of every verb are here until the verb takes them
  List list;
  Logs logs;
  MetricsFormat metrics_format = MetricsFormat::openmetrics;
  bool kill = false;
  std::optional<int> signal;  // --kill SIGNAL
  Apply apply;
  Startup startup;
  std::string directory;         // of export
  std::string bare_environment;  // --env without an assignment
  std::string binary;            // of upgrade
  bool dry_run = false, until_resurrect = false;
  bool force = false, update_env = false, keep_logs = false, reveal = false;
};

// An option of verbs that is no setting of an app.
struct Option {
  OptionText text;
  Fault (*set)(Draft& draft, const std::string& value) = nullptr;
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
  Fault set(Draft& draft, const std::string& value) const {
    return setting_ != nullptr ? draft.app.settings.add(*setting_, value) : option_->set(draft, value);
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

extern const std::span<const OptionGroup> kNoGroups, kStartGroups, kRunGroups, kListGroups, kAnswerGroups, kStopGroups,
    kRestartGroups, kDeleteGroups, kDescribeGroups, kLogsGroups, kPidGroups, kReachGroups, kApplyGroups, kQuietGroups,
    kStopAllGroups, kMetricsGroups, kStartupGroups, kUnstartupGroups, kCleanGroups, kExportGroups, kUpgradeGroups,
    kReloadGroups;

// What stands after a verb besides its options; `after_dashes` is what followed the first `--`.
struct Operands {
  std::vector<std::string> words;
  std::vector<std::string> after_dashes;
  bool dashes = false;
};

// What the operands of a verb are, for completion.
enum class OperandKind : std::uint8_t {
  none,
  program,
  app,
  signal_then_app,
  app_then_count,
  form_then_app,
  shell,
  verb,
  file
};

struct Verb {
  std::string_view name;
  std::string_view aliases;   // separated by spaces
  std::string_view family;    // the heading under which `forever help` lists it
  std::string_view operands;  // "PROGRAM [OPTION]... [-- ARGUMENT...]"
  std::string_view summary;   // one line
  std::string_view text;      // paragraphs, separated by a line break
  std::string_view examples;  // lines "command<TAB>what it does"
  const std::span<const OptionGroup>& groups;
  OperandKind kind;
  std::variant<Invocation, UsageError> (*make)(Draft& draft, Operands& operands);
};

[[nodiscard]] std::span<const Verb> verbs();
// By name or alias.
[[nodiscard]] const Verb* find_verb(std::string_view word);
// The option of that verb that is called `name`, with its dashes.
[[nodiscard]] std::optional<AnyOption> find_option(const Verb& verb, std::string_view name);

}  // namespace forever::cli
