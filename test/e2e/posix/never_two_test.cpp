// SUP5, SUP6, SUP7: whatever is deleted of the state directory, whichever of keeper and supervisor dies, and whatever is asked for
// then by several commands at once: a second after it there is at most one keeper, one supervisor and one process of the app.
//
// The cases are all that differ: what is deleted (an entry holds spec, status and control socket, the whole directory everything)
// x who dies in which order x whether the files or the processes go first x the verb.
#include <signal.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <memory>

#include "test/e2e/apps.hpp"

using namespace forever::test;

namespace {

namespace fs = std::filesystem;

constexpr std::array<const char*, 5> kDeaths = {"none", "supervisor", "keeper", "supervisor, keeper",
                                                "keeper, supervisor"};
constexpr std::array<const char*, 7> kVerbs = {"list", "start",  "start the same", "restart",
                                               "stop", "delete", "resurrect"};
constexpr std::size_t kSideBySide = 12;
constexpr int kCommands = 3;

struct Case {
  Words lost;  // paths below the state directory
  std::string deaths;
  bool files_first = true;
  std::string verb;
};

// Every set of files that differs from the others by what is left: 109 of the 512 subsets of the nine.
std::vector<Words> all_losses() {
  std::vector<Words> entries;
  for (unsigned set = 0; set < 8; ++set) {
    Words& lost = entries.emplace_back();
    for (unsigned file = 0; file < 3; ++file) {
      if ((set >> file & 1U) != 0)
        lost.emplace_back(std::array{"apps/web/spec.json", "apps/web/status.json", "apps/web/control"}.at(file));
    }
  }
  entries.push_back({"apps/web"});
  std::vector<Words> all;
  for (const Words& entry : entries) {
    for (const Words& lock : {Words{}, Words{"locks/web"}, Words{"locks"}}) {
      for (const Words& pids : {Words{}, Words{"pids/web-0.pid"}}) {
        for (const Words& logs : {Words{}, Words{"logs"}}) all.push_back(entry + lock + pids + logs);
      }
    }
  }
  all.push_back({""});
  return all;
}

std::vector<Case> all_cases(const std::string& verb, const std::string& deaths) {
  std::vector<Case> cases;
  for (const Words& lost : all_losses()) {
    cases.push_back({lost, deaths, true, verb});
    if (deaths != "none" && !lost.empty()) cases.push_back({lost, deaths, false, verb});
  }
  return cases;
}

struct Census {
  std::size_t keepers = 0, supervisors = 0, programs = 0;
  [[nodiscard]] bool at_most_one() const { return keepers <= 1 && supervisors <= 1 && programs <= 1; }
};

std::string text_of(const Census& census) {
  return std::to_string(census.keepers) + " keepers, " + std::to_string(census.supervisors) + " supervisors, " +
         std::to_string(census.programs) + " programs";
}

// Keepers and supervisors are where the app's directory is or was; the program inherits FOREVER_HOME.
Census count(const TemporaryHome& home) {
  Census census;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator("/proc", error)) {
    const int pid = std::atoi(entry.path().filename().c_str());
    const std::string title = pid > 0 ? command_line_of(pid) : std::string{};
    const bool watches = title.starts_with("forever: web");
    if (!watches && !title.starts_with(child_binary())) continue;
    const bool ours = watches
                          ? fs::read_symlink(entry.path() / "cwd", error).string().starts_with(home.state().string())
                          : has(read_file(entry.path() / "environ"), home.state().string());
    if (!ours || !alive(pid)) continue;
    ++(!watches ? census.programs : title.ends_with(" (keeper)") ? census.keepers : census.supervisors);
  }
  return census;
}

Words words_of(const std::string& verb) {
  if (verb == "list") return {"list", "--json"};
  if (verb == "start the same") return start_words("web", {}, {"wait"});
  if (verb == "resurrect") return {"resurrect"};
  return {verb, "web"};
}

class Trial {
 public:
  explicit Trial(const Case& which) : case_(which) {
    start(home_, "web", {"wait"});
    if (case_.verb == "resurrect") done(home_, {"save", "--quiet"});
    const Json app = listed(home_, "web");
    keeper_ = app.at("keeper_pid");
    supervisor_ = app.at("supervisor_pid");
  }

  void begin() {
    if (case_.files_first) remove_files();
    end_processes();
    if (!case_.files_first) remove_files();
    for (int i = 0; i < kCommands; ++i)
      commands_.emplace_back(home_.command(i + 1 == kCommands ? Words{"list", "--json"} : words_of(case_.verb)));
  }
  void end() {
    for (Running& command : commands_) results_.push_back(command.wait(60s));
  }
  void judge() {
    const Census census = count(home_);
    INFO(story() << text_of(census));
    REQUIRE(std::none_of(results_.begin(), results_.end(), [](const Result& result) { return result.timed_out; }));
    REQUIRE(census.at_most_one());
    const bool ends = case_.verb == "stop" || case_.verb == "delete";
    const bool well = results_.front().exit_code == 0;
    // What is asked for while all is lost may fail in words, but what has succeeded is so.
    if (ends && well) REQUIRE(census.programs == 0);
    if (!ends && (well || case_.verb == "start the same")) REQUIRE(census.programs == 1);
    if (!ends && census.programs == 1) REQUIRE(census.supervisors == 1);
  }

 private:
  [[nodiscard]] std::string story() {
    std::string text = "deleted:";
    for (const std::string& file : case_.lost) text += ' ' + (file.empty() ? "everything" : file);
    text += "; dead: " + case_.deaths + (case_.files_first ? " after" : " before") + "; " + case_.verb + "\n";
    for (const Result& result : results_)
      text += std::to_string(result.exit_code) + ' ' + result.out + result.err + '\n';
    return text;
  }
  void remove_files() {
    for (const std::string& file : case_.lost) {
      std::error_code error;  // it may be written again meanwhile
      fs::remove_all(file.empty() ? fs::path{home_.state()} : fs::path{home_.state() / file}, error);
    }
  }
  void end_processes() {
    const std::vector<int> order = case_.deaths == "supervisor"           ? std::vector{supervisor_}
                                   : case_.deaths == "keeper"             ? std::vector{keeper_}
                                   : case_.deaths == "supervisor, keeper" ? std::vector{supervisor_, keeper_}
                                   : case_.deaths == "keeper, supervisor" ? std::vector{keeper_, supervisor_}
                                                                          : std::vector<int>{};
    for (const int pid : order) send_signal(pid, SIGKILL);
    REQUIRE(wait_until([&] { return none_alive(order); }));
  }

  Case case_;
  TemporaryHome home_;
  int keeper_ = 0, supervisor_ = 0;
  std::vector<Running> commands_;
  std::vector<Result> results_;
};

void try_all(const std::vector<Case>& cases) {
  for (std::size_t first = 0; first < cases.size(); first += kSideBySide) {
    std::vector<std::unique_ptr<Trial>> trials;
    for (std::size_t i = first; i < std::min(first + kSideBySide, cases.size()); ++i)
      trials.push_back(std::make_unique<Trial>(cases[i]));
    for (const auto& trial : trials) trial->begin();
    for (const auto& trial : trials) trial->end();
    const auto due = Clock::now() + 1s;
    REQUIRE(wait_until([&] { return Clock::now() >= due; }));
    for (const auto& trial : trials) trial->judge();
  }
}

// One loss for each verb and each order of deaths, so that each loss comes at least once where it matters.
std::vector<Case> some_cases(std::size_t offset, bool files_first) {
  const std::vector<Words> losses = {{"locks/web"},
                                     {"apps/web/spec.json", "apps/web/status.json", "pids/web-0.pid"},
                                     {""},
                                     {"locks"},
                                     {"apps/web", "pids/web-0.pid"},
                                     {"apps/web", "locks/web", "pids/web-0.pid", "logs"},
                                     {"apps/web/status.json", "apps/web/control", "locks/web"},
                                     {"apps/web/spec.json"},
                                     {}};
  std::vector<Case> cases;
  for (const char* const verb : kVerbs) {
    for (const char* const deaths : kDeaths)
      cases.push_back({losses[offset++ % losses.size()], deaths, files_first, verb});
  }
  return cases;
}

}  // namespace

TEST_CASE("SUP5 never two: files lost, then watchers killed, then commands side by side", "[SUP5][SUP6][SUP7]") {
  try_all(some_cases(0, true));
}

TEST_CASE("SUP5 never two: watchers killed, then files lost, then commands side by side", "[SUP5][SUP6][SUP7]") {
  try_all(some_cases(4, false));
}

TEST_CASE("SUP5 a supervisor whose lock file is deleted or exchanged has it again before anybody asks", "[SUP5]") {
  for (const bool exchanged : {false, true}) {
    const TemporaryHome home;
    start(home, "web", {"wait"});
    const int supervisor = supervisor_of(home, "web");
    const fs::path lock = home.state() / "locks" / "web";
    const fs::path held = home.scratch() / "held";  // so that no new file gets its number
    fs::create_hard_link(lock, held);
    fs::remove(lock);
    if (exchanged) write_file(lock, "");
    const auto locks_it = [&] {
      const auto files = open_files_of(supervisor);
      return fs::exists(lock) && !fs::equivalent(lock, held) &&
             std::find(files.begin(), files.end(), lock.string()) != files.end();
    };
    REQUIRE(wait_until(locks_it));
    REQUIRE(count(home).at_most_one());
    done(home, {"stop", "web"});
    REQUIRE(wait_until([&] { return processes_of(home).empty(); }));
  }
}

TEST_CASE("SUP5 the lock deleted and the supervisor killed, with commands that look at once", "[SUP5]") {
  for (int trial = 0; trial < 4; ++trial) {
    const TemporaryHome home;
    start(home, "web", {"wait"});
    const int pid = pid_of(home, "web");
    for (int round = 0; round < 3; ++round) {  // as often as a keeper replaces one at once
      const int supervisor = supervisor_of(home, "web");
      fs::remove(home.state() / "locks" / "web");
      send_signal(supervisor, SIGKILL);
      std::vector<Running> commands;
      for (int i = 0; i < 3; ++i) commands.emplace_back(home.command({"list", "--json"}));
      for (Running& command : commands) REQUIRE(command.wait().exit_code == 0);
      (void)new_supervisor(home, "web", supervisor);
      REQUIRE(wait_until([&] { return count(home).at_most_one(); }, 1s));
      REQUIRE(pid_of(home, "web") == pid);
    }
    done(home, {"restart", "web"});
    REQUIRE(count(home).programs == 1);
    done(home, {"stop", "web"});
    REQUIRE(wait_until([&] { return processes_of(home).empty(); }));
  }
}

TEST_CASE("SUP5 of two supervisors the one without the lock leaves, and its app lives on below the other", "[SUP5]") {
  const TemporaryHome home;
  const Words words = {"say", "up", "wait"};
  start(home, "web", words);
  REQUIRE(wait_for_log(home, "web", "up"));
  const int pid = pid_of(home, "web");
  const std::vector<int> first = {supervisor_of(home, "web"), keeper_of(home, "web")};
  // Suspended, and with their directory moved away, they are not to be recognized as this app's.
  for (const int watcher : first) send_signal(watcher, SIGSTOP);
  fs::rename(home.app("web"), home.scratch() / "away");
  fs::remove(home.state() / "locks" / "web");
  done(home, start_words("web", {}, words));
  const int second = supervisor_of(home, "web");
  REQUIRE(second != first.front());
  for (const int watcher : first) send_signal(watcher, SIGCONT);
  REQUIRE(wait_until([&] { return none_alive(first); }));
  REQUIRE(supervisor_of(home, "web") == second);
  REQUIRE(status_of(home, "web") == "online");
  REQUIRE(pid_of(home, "web") == pid);
  REQUIRE(count(home).at_most_one());
  kill_hard(pid);
  REQUIRE(wait_until([&] { return count_of(log_of(home, "web"), "up") == 2; }));
  REQUIRE(count(home).programs == 1);
  done(home, {"stop", "web"});
  REQUIRE(wait_until([&] { return processes_of(home).empty(); }));
}

TEST_CASE("SUP6 a start makes no second copy when both have died and all that tells of the app is gone", "[SUP6]") {
  for (const Words& lost : {Words{"apps/web/spec.json", "apps/web/status.json", "pids/web-0.pid"},
                            Words{"apps/web", "pids/web-0.pid"}, Words{"apps/web", "pids", "locks/web", "logs"}}) {
    const TemporaryHome home;
    start(home, "web", {"wait"});
    start(home, "other", {"wait"});
    const int pid = pid_of(home, "web");
    kill_watchers(home, "web");
    for (const std::string& file : lost) fs::remove_all(home.state() / file);
    const Result again = done(home, start_words("web", {}, {"wait"}));
    REQUIRE_THAT(again.out, contains("is already online, pid " + std::to_string(pid)));
    REQUIRE(pid_of(home, "web") == pid);
    done(home, {"restart", "web"});
    REQUIRE_FALSE(alive(pid));
    done(home, {"delete", "web"});
    REQUIRE(wait_until([&] { return count(home).programs == 1; }));  // the other's
  }
}

TEST_CASE("SUP6 a deleted app leaves nothing that its next start would have to look for", "[SUP6]") {
  const TemporaryHome home;
  start(home, "web", {"wait"});
  done(home, {"delete", "web"});
  REQUIRE_FALSE(has(read_file(home.state() / "ids"), "web"));
  start(home, "web", {"wait"});
  REQUIRE(has(read_file(home.state() / "ids"), " web\n"));
}

TEST_CASE("SUP7 after keeper, supervisor and leader died every verb ends the rest of the tree", "[SUP7]") {
  for (const Words& verb :
       {Words{"restart", "web"}, Words{"restartall"}, Words{"start", "web"}, Words{"reload", "web"},
        Words{"scale", "web", "1"}, Words{"list"}, Words{"resurrect"}, Words{"stop", "web"}, Words{"delete", "web"}}) {
    INFO(verb.front());
    const TemporaryHome home;
    start(home, "web", {"fork", "wait", "end", "daemon", "wait", "end", "say", "up", "wait"});
    REQUIRE(wait_for_log(home, "web", "up"));
    const std::vector<int> rest = forked_by(home, "web", 2);
    const int leader = pid_of(home, "web");
    kill_watchers(home, "web");
    kill_hard(leader);
    REQUIRE(std::all_of(rest.begin(), rest.end(), alive));
    done(home, verb);
    REQUIRE(wait_until([&] { return none_alive(rest); }));
    const bool ends = verb.front() == "stop" || verb.front() == "delete";
    REQUIRE(wait_until([&] { return count(home).programs == (ends ? 0U : 3U); }));
    if (!ends) done(home, {"stop", "web"});
    REQUIRE(wait_until([&] { return processes_of(home).empty(); }));
  }
}

// 6811 cases in all: 109 losses x (none dead; four orders of deaths, each before and after the loss) x 7 verbs.
#define EVERY_LOSS(verb)                                                                                         \
  TEST_CASE("SUP5 never two after any loss: " verb "; nobody dies", "[SUP5][slow]") {                            \
    try_all(all_cases(verb, "none"));                                                                            \
  }                                                                                                              \
  TEST_CASE("SUP5 never two after any loss: " verb "; the supervisor dies", "[SUP5][slow]") {                    \
    try_all(all_cases(verb, "supervisor"));                                                                      \
  }                                                                                                              \
  TEST_CASE("SUP5 never two after any loss: " verb "; the keeper dies", "[SUP5][slow]") {                        \
    try_all(all_cases(verb, "keeper"));                                                                          \
  }                                                                                                              \
  TEST_CASE("SUP5 never two after any loss: " verb "; the supervisor and then the keeper die", "[SUP5][slow]") { \
    try_all(all_cases(verb, "supervisor, keeper"));                                                              \
  }                                                                                                              \
  TEST_CASE("SUP5 never two after any loss: " verb "; the keeper and then the supervisor die", "[SUP5][slow]") { \
    try_all(all_cases(verb, "keeper, supervisor"));                                                              \
  }

EVERY_LOSS("list")
EVERY_LOSS("start")
EVERY_LOSS("start the same")
EVERY_LOSS("restart")
EVERY_LOSS("stop")
EVERY_LOSS("delete")
EVERY_LOSS("resurrect")
