#include "cli/grammar/foreign_words.hpp"

#include <algorithm>
#include <span>

#include "text/split.hpp"

namespace forever::cli {
namespace {

struct ForeignWord {
  std::string_view theirs;
  std::string_view ours;
  std::string_view verbs = {};  // of an option: those that have it there, separated by blanks; empty: any
};

// PM2, forever (npm), supervisord, systemctl, docker, process managers of the shell.
constexpr ForeignWord kForeignVerbs[] = {
    {"top", "forever monit"},
    {"dash", "forever monit"},
    {"dashboard", "forever monit"},
    {"imonit", "forever monit"},
    {"tail", "forever logs APP -f"},
    {"attach", "forever logs APP -f, and forever send APP LINE"},
    {"inspect", "forever describe APP"},
    {"desc", "forever describe APP"},
    {"id", "forever describe APP"},
    {"up", "forever apply FILE"},
    {"down", "forever stop FILE"},
    {"update", "forever apply FILE (for a new forever: forever upgrade)"},
    {"reread", "forever apply FILE --dry-run"},
    {"startOrRestart", "forever restart FILE"},
    {"startOrReload", "forever reload FILE"},
    {"startOrGracefulReload", "forever reload FILE"},
    {"gracefulReload", "forever reload APP"},
    {"reloadLogs", "forever reopen"},
    {"rotate", "forever reopen"},
    {"jlist", "forever list --json"},
    {"prettylist", "forever list --json"},
    {"sendSignal", "forever signal SIGNAL APP"},
    {"kill", "forever stop APP --force, or forever signal SIGNAL APP (for PM2's own kill: forever stopall)"},
    {"killall", "forever stopall"},
    {"shutdown", "forever stopall"},
    {"dump", "forever save"},
    {"cleardump", "forever save, once the apps are deleted"},
    {"enable", "forever startup, and forever save"},
    {"disable", "forever unstartup"},
    {"is-failed", "forever is-active APP, which prints the state"},
    {"is-enabled", "forever startup --dry-run"},
    {"daemon-reload", "forever apply FILE"},
    {"cat", "forever describe APP"},
    {"exec", "forever start --exec COMMAND"},
    {"sendLineToStdin", "forever send APP LINE"},
    {"trigger", "forever send APP LINE, or forever signal SIGNAL APP"},
    {"ecosystem", "forever init"},
    {"fg", "forever run PROGRAM"},
    {"clear", "forever flush APP"},
    {"remove", "forever delete APP"},
    {"plus", "forever metrics"},
    {"link", "forever metrics"},
    {"report", "forever doctor"},
    {"ping", "forever list"},
    {"serve", "forever start --exec \"python3 -m http.server\""},
};

constexpr std::string_view kStarting = "start run dev";
constexpr ForeignWord kForeignOptions[] = {
    {"-a", "nothing: stopped apps are listed in any case", "list"},
    {"-l", "nothing: forever list --expand shows a row for each instance", "list"},
    {"-m", "--quiet, for the names alone", "list"},
    {"--mini-list", "--quiet, for the names alone", "list"},
    {"--no-trunc", "forever describe APP", "list"},
    {"--format", "--json", "list describe"},
    {"-d", "nothing: start returns at once (in the foreground: forever run)", kStarting},
    {"--detach", "nothing: start returns at once (in the foreground: forever run)", kStarting},
    {"-a", "nothing: logs are always appended to", kStarting},
    {"-c", "--interpreter", kStarting},
    {"-l", "--out", kStarting},
    {"-s", "--quiet"},
    {"--silent", "--quiet"},
    {"--log", "--merge-logs with --out", kStarting},
    {"--sourceDir", "--cwd", kStarting},
    {"--no-autorestart", "--restart never", kStarting},
    {"--node-args", "--interpreter \"node ...\"", kStarting},
    {"--interpreter-args", "--interpreter \"node ...\"", kStarting},
    {"--time", "--log-time", kStarting},
    {"--log-date-format", "--log-time", kStarting},
    {"--wait-ready", "--wait with --ready notify", kStarting},
    {"--shutdown-with-message", "--kill-signal", kStarting},
    {"--no-daemon", "forever run", kStarting},
    {"--plain", "--quiet"},
    {"--tail", "--lines", "logs"},
    {"--nostream", "nothing: logs ends by itself without --follow", "logs"},
    {"--timestamp", "--log-time, at the start of the app", "logs"},
    {"-t", "--log-time, at the start of the app", "logs"},
    {"--since", "--lines", "logs"},
    {"-v", "nothing: logs inside the state directory are removed, unless --keep-logs", "delete"},
    {"-t", "--kill-timeout, at the start of the app", "stop restart"},
    {"--time", "--kill-timeout, at the start of the app", "stop restart"},
    {"-9", "--force", "stop delete"},
};

bool is_among(std::string_view words, std::string_view word) {
  const auto all = split_words(words, ' ');
  return words.empty() || std::find(all.begin(), all.end(), word) != all.end();
}

std::string_view find_foreign(std::span<const ForeignWord> table, std::string_view word, std::string_view verb) {
  const auto found = std::find_if(table.begin(), table.end(), [&](const ForeignWord& one) {
    return one.theirs == word && (verb.empty() || is_among(one.verbs, verb));
  });
  return found == table.end() ? std::string_view{} : found->ours;
}

}  // namespace

std::string_view ours_for_verb(std::string_view word) { return find_foreign(kForeignVerbs, word, {}); }
std::string_view ours_for_option(std::string_view name, std::string_view verb) {
  return find_foreign(kForeignOptions, name, verb);
}

}  // namespace forever::cli
