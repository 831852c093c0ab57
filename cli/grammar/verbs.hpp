// The verbs and their options as tables: the one source for parsing, help, completion and suggestions.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "cli/grammar/invocation.hpp"

namespace forever::cli {

// What the options of one command line have set so far; a verb makes its Invocation of it.
struct Draft {
  StartOptions start;
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

// Nothing if `value` was taken, else what is wrong with it: "is not a duration; try 500ms, 10s or 5m".
using Fault = std::optional<std::string>;

struct Option {
  std::string_view names;  // "-m,--max-restarts": short ones first, the last one is the name in messages
  std::string_view value;  // "N": what it takes; empty for a switch
  std::string_view help;   // a sentence or two, without a line break
  Fault (*set)(Draft& draft, const std::string& value) = nullptr;
};
struct OptionGroup {
  std::string_view title;
  std::span<const Option> options;
};

// Groups whose options say how the command is to go, not what an app is to be.
inline constexpr std::string_view kAnswerTitle = "The answer", kAppsFileTitle = "An apps file";

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
// The parts of a list such as Option::names or Verb::aliases.
[[nodiscard]] std::vector<std::string_view> split_words(std::string_view list, char separator);

}  // namespace forever::cli
