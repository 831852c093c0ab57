// All verbs, in the order of the help. Each row is in the file of its verb.
#include <algorithm>
#include <iterator>

#include "cli/grammar/verb.hpp"
#include "text/split.hpp"

namespace forever::cli {

namespace {

constexpr const Verb* kVerbs[] = {
    // Keep a program alive
    &kStartVerb, &kRunVerb, &kDevVerb, &kApplyVerb, &kInitVerb,
    // Look
    &kListVerb, &kColumnsVerb, &kDescribeVerb, &kPidVerb, &kMonitVerb, &kMetricsVerb, &kPortVerb, &kFindVerb, &kEnvVerb,
    &kIsActiveVerb,
    // Stop and start again
    &kStopVerb, &kStopAllVerb, &kRestartVerb, &kRestartAllVerb, &kDeleteVerb, &kReloadVerb, &kScaleVerb, &kSignalVerb,
    &kSendVerb, &kResetVerb, &kWatchVerb, &kRenameVerb,
    // Logs
    &kLogsVerb, &kFlushVerb, &kCleanLogsVerb, &kReopenVerb,
    // After a reboot
    &kSaveVerb, &kResurrectVerb, &kStartupVerb, &kUnstartupVerb,
    // More
    &kExportVerb, &kUpgradeVerb, &kDoctorVerb, &kCompletionVerb, &kHelpVerb};

// Looked at for each option of each word: not worth a vector of names.
bool is_named(const AnyOption& option, std::string_view name) {
  for (std::string_view names = option.text().names; !names.empty();) {
    const std::size_t end = std::min(names.find(','), names.size());
    if (names.substr(0, end) == name) return true;
    names.remove_prefix(std::min(end + 1, names.size()));
  }
  return false;
}

}  // namespace

std::span<const Verb* const> verbs() { return kVerbs; }

const Verb* find_verb(std::string_view word) {
  for (const Verb* const verb : kVerbs) {
    if (verb->name == word) return verb;
    const auto aliases = split_words(verb->aliases, ' ');
    if (std::find(aliases.begin(), aliases.end(), word) != aliases.end()) return verb;
  }
  return nullptr;
}

std::optional<AnyOption> find_option(const Verb& verb, std::string_view name) {
  std::optional<AnyOption> found;
  for (const OptionGroup& group : verb.groups) {
    for_each_option(group, [&](const AnyOption& option) {
      if (!found && is_named(option, name)) found = option;
    });
  }
  return found;
}

}  // namespace forever::cli
