#include "cli/grammar/foreign_words.hpp"

#include <algorithm>
#include <span>

namespace forever::cli {
namespace {

struct ForeignWord {
  std::string_view theirs;
  std::string_view ours;
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
    {"version", "forever --version"},
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
    {"kill", "forever stop APP --force, or forever signal KILL APP"},
    {"killall", "forever stopall"},
    {"shutdown", "forever stopall"},
    {"dump", "forever save"},
    {"cleardump", "forever save, once the apps are deleted"},
    {"enable", "forever startup, and forever save"},
    {"disable", "forever unstartup"},
    {"is-active", "forever pid APP (exit code 1 if it does not run)"},
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
    {"columns-reset", "forever columns reset"},
    {"plus", "forever metrics"},
    {"link", "forever metrics"},
    {"report", "forever doctor"},
    {"ping", "forever list"},
    {"serve", "forever start --exec \"python3 -m http.server\""},
};

constexpr ForeignWord kForeignOptions[] = {
    {"-a", "there is no --no-append: logs are always appended to"},
    {"-c", "--interpreter"},
    {"-l", "--out"},
    {"-s", "--quiet"},
    {"--log", "--merge-logs with --out"},
    {"--sourceDir", "--cwd"},
    {"--no-autorestart", "--restart never"},
    {"--node-args", "--interpreter \"node ...\""},
    {"--interpreter-args", "--interpreter \"node ...\""},
    {"--time", "--log-time"},
    {"--log-date-format", "--log-time"},
    {"--wait-ready", "--wait with --ready notify"},
    {"--shutdown-with-message", "--kill-signal"},
    {"--no-daemon", "forever run"},
    {"--plain", "--quiet"},
    {"--tail", "--lines"},
    {"--nostream", "nothing: logs ends without --follow"},
    {"--timestamp", "--log-time, at the start of the app"},
};

std::string_view find_foreign(std::span<const ForeignWord> table, std::string_view word) noexcept {
  const auto found =
      std::find_if(table.begin(), table.end(), [&](const ForeignWord& one) { return one.theirs == word; });
  return found == table.end() ? std::string_view{} : found->ours;
}

}  // namespace

std::string_view ours_for_verb(std::string_view word) noexcept { return find_foreign(kForeignVerbs, word); }
std::string_view ours_for_option(std::string_view name) noexcept { return find_foreign(kForeignOptions, name); }

}  // namespace forever::cli
