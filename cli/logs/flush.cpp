// flush and reopen: the logs of an app emptied, or reopened after they were moved.
#include "cli/logs/flush.hpp"

#include <cerrno>

#include "app/log_paths.hpp"
#include "cli/apps/ask_each.hpp"
#include "cli/grammar/verb.hpp"
#include "platform/files.hpp"
#include "platform/guarded_folder.hpp"

namespace forever::cli {
namespace {

Status empty_log(const std::string& path, const PathTrust& trust, unsigned keep) {
  const auto folder = GuardedFolder::enter(folder_of_path(path), trust);
  if (!folder) return folder.error().code.value() == ENOENT ? Status{Done{}} : Status{folder.error()};
  const std::string name = name_of_path(path);
  for (unsigned number = 1; number <= keep; ++number) {
    if (Status removed = folder->remove(rotated_path(name, number)); !removed) return removed;
  }
  if (!folder->facts(name)) return Done{};
  const auto file = folder->open_log(name);
  if (!file) return file.error();
  return truncate_file(file->get(), 0);
}

// Without a supervisor no process writes, so this command empties the files.
Outcome flush_files(const StateDirectory& state, const Target& target) {
  const auto spec = state.read_spec(target.name);
  if (!spec) return {target.name, false, spec.error().message()};
  const auto [out, err] = log_paths(state, *spec);
  Status flushed = empty_log(out, trust_in_log(*spec, spec->logs.out), spec->logs.keep);
  if (flushed && !err.empty()) flushed = empty_log(err, trust_in_log(*spec, spec->logs.err), spec->logs.keep);
  if (!flushed) return {target.name, false, flushed.error().message()};
  return {target.name, true, words_for(target) + " flushed"};
}

}  // namespace

constinit const Verb kFlushVerb{
    .name = "flush",
    .family = family::kLogging,
    .operands = "APP... [OPTION]...",
    .summary = "empty the logs of an app",
    .text = "Empties the app's log files and removes its rotated ones.",
    .examples = "forever flush web",
    .groups = kAnswerGroups,
    .kind = OperandKind::app,
    .begin = begin<Flush>,
};
constinit const Verb kReopenVerb{
    .name = "reopen",
    .family = family::kLogging,
    .operands = "[APP]... [OPTION]...",
    .summary = "reopen the log files (for logrotate)",
    .text =
        "For an external logrotate that has renamed the files: creates them again under their names. "
        "Without APP: all apps.",
    .examples = "forever reopen",
    .groups = kAnswerGroups,
    .kind = OperandKind::app,
    .begin = begin<Reopen>,
};

std::optional<UsageError> Flush::take(Operands& operands) {
  return take_some(which, operands, "flush", "the name of an app, or `all`");
}

int Flush::carry_out() const { return tell_apps(which, {.operation = Operation::flush}, " flushed", flush_files); }

std::optional<UsageError> Reopen::take(Operands& operands) {
  take_selectors(which, operands);
  return std::nullopt;
}

int Reopen::carry_out() const {
  return tell_apps(
      which, {.operation = Operation::reopen}, " has reopened its logs",
      [](const StateDirectory&, const Target& target) {
        return Outcome{target.name, true, words_for(target) + " is not running; its logs are opened when it starts"};
      });
}

}  // namespace forever::cli
