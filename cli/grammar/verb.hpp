// A verb is one row: its name, its help, its options, and the Command that it creates. The rows are in the
// files of their verbs; verbs.cpp lists them all, in the order of the help.
#pragma once

#include <memory>
#include <span>
#include <string_view>

#include "cli/grammar/option.hpp"

namespace forever::cli {

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
  std::string_view aliases = {};   // separated by spaces
  std::string_view family;         // the heading under which `forever help` lists it
  std::string_view operands = {};  // "PROGRAM [OPTION]... [-- ARGUMENT...]"
  std::string_view summary;        // one line
  std::string_view text = {};      // paragraphs, separated by a line break
  std::string_view examples = {};  // lines "command<TAB>what it does"
  std::span<const OptionGroup> groups = {};
  OperandKind kind = OperandKind::none;
  std::unique_ptr<Command> (*begin)();  // with nothing set yet
};

template <class Kind>
std::unique_ptr<Command> begin() {
  return std::make_unique<Kind>();
}

// Each is in the file of its verb.
extern const Verb kStartVerb, kRunVerb, kDevVerb, kApplyVerb, kInitVerb;
extern const Verb kListVerb, kColumnsVerb, kDescribeVerb, kPidVerb, kMonitVerb, kMetricsVerb, kPortVerb, kFindVerb,
    kEnvVerb, kIsActiveVerb;
extern const Verb kStopVerb, kStopAllVerb, kRestartVerb, kRestartAllVerb, kDeleteVerb, kReloadVerb, kScaleVerb,
    kSignalVerb, kSendVerb, kResetVerb, kWatchVerb, kRenameVerb;
extern const Verb kLogsVerb, kFlushVerb, kCleanLogsVerb, kReopenVerb;
extern const Verb kSaveVerb, kResurrectVerb, kStartupVerb, kUnstartupVerb;
extern const Verb kExportVerb, kUpgradeVerb, kDoctorVerb, kCompletionVerb, kHelpVerb;

// In the order of the help.
[[nodiscard]] std::span<const Verb* const> verbs();
// By name or alias.
[[nodiscard]] const Verb* find_verb(std::string_view word);
// By any of its names: "-m", "--max-restarts".
[[nodiscard]] std::optional<AnyOption> find_option(const Verb& verb, std::string_view name);

// Families in the order of the help.
namespace family {
inline constexpr std::string_view kRunning = "Keep a program alive", kLooking = "Look",
                                  kEnding = "Stop and start again", kLogging = "Logs", kBoot = "After a reboot",
                                  kMore = "More";
}

inline constexpr std::string_view kSelectorText =
    "APP is the name of an app, its id, the pid of one of its processes, a namespace, or `all`; "
    "name:web, id:0, pid:4711 and ns:prod select one kind explicitly. An ambiguous word is refused.";

}  // namespace forever::cli
