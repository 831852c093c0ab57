// SUP8: whatever comes while something else runs, the last word wins or is refused in words; and what the record wants, what the
// list shows and what runs agree afterwards, also if the supervisor is killed or exchanged right then.
//
// What is expected is read from the table itself (supervisor/decide/precedence.hpp), which the unit tests hold to its words.
#include <arpa/inet.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <optional>

#include "supervisor/decide/precedence.hpp"
#include "test/e2e/apps.hpp"

using namespace forever::test;
using forever::Incoming;
using forever::Ruling;
using forever::UnderWay;

namespace {

namespace fs = std::filesystem;

// What runs, as it is brought about: one by one or all together, before and after a new process has taken over.
enum class Scene { stopping, restarting, restarting_three, raising, leaving, reload_by_restart, scaling };
constexpr Scene kScenes[] = {Scene::stopping, Scene::restarting,        Scene::restarting_three, Scene::raising,
                             Scene::leaving,  Scene::reload_by_restart, Scene::scaling};
constexpr Incoming kIncoming[] = {Incoming::start,   Incoming::stop,  Incoming::restart,   Incoming::reload,
                                  Incoming::scale,   Incoming::watch, Incoming::configure, Incoming::signal,
                                  Incoming::upgrade, Incoming::crash, Incoming::health};
constexpr Incoming kSlowIncoming[] = {Incoming::cron, Incoming::memory};  // they come every two seconds
// What happens right after it came.
enum class Follow { nothing, kill, upgrade };
constexpr std::size_t kAtOnce = 8;

struct Pair {
  Scene scene;
  Incoming incoming;
  bool deletes = false;  // the stop is a delete
  Follow follow = Follow::nothing;
};

const char* word_of(Scene scene) {
  switch (scene) {
    case Scene::stopping: return "stop";
    case Scene::restarting: return "restart";
    case Scene::restarting_three: return "restart of three";
    case Scene::raising: return "reload, new process not ready";
    case Scene::leaving: return "reload, old process draining";
    case Scene::reload_by_restart: return "reload without ports";
    case Scene::scaling: return "scale down";
  }
  return "";
}

const char* word_of(Incoming incoming) {
  switch (incoming) {
    case Incoming::start: return "start";
    case Incoming::stop: return "stop";
    case Incoming::restart: return "restart";
    case Incoming::reload: return "reload";
    case Incoming::scale: return "scale";
    case Incoming::configure: return "watch on";
    case Incoming::signal: return "signal";
    case Incoming::upgrade: return "upgrade";
    case Incoming::cron: return "cron";
    case Incoming::watch: return "changed files";
    case Incoming::memory: return "memory";
    case Incoming::health: return "health";
    case Incoming::crash: return "crash";
  }
  return "";
}

UnderWay running_in(Scene scene) {
  switch (scene) {
    case Scene::stopping: return UnderWay::stopping;
    case Scene::restarting:
    case Scene::restarting_three: return UnderWay::restarting;
    case Scene::raising:
    case Scene::leaving:
    case Scene::reload_by_restart: return UnderWay::reloading;
    case Scene::scaling: return UnderWay::scaling;
  }
  return UnderWay::nothing;
}

Incoming older_in(Scene scene) {
  switch (running_in(scene)) {
    case UnderWay::stopping: return Incoming::stop;
    case UnderWay::restarting: return Incoming::restart;
    case UnderWay::scaling: return Incoming::scale;
    case UnderWay::nothing:
    case UnderWay::starting:
    case UnderWay::reloading:
    case UnderWay::upgrading: break;
  }
  return Incoming::reload;
}

// A client that keeps its connection.
class Connection {
 public:
  explicit Connection(int port) : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    REQUIRE(::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
  }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  ~Connection() { ::close(socket_); }

 private:
  int socket_;
};

class Encounter {
 public:
  Encounter(const Pair& pair, const fs::path& binary) : pair_(pair), binary_(binary) {
    begin_app();
    begin_older();
  }

  void come() {
    came_ = Clock::now();
    switch (pair_.incoming) {
      case Incoming::start: ask({"start", "web"}); break;
      case Incoming::stop: ask({pair_.deletes ? "delete" : "stop", "web"}); break;
      case Incoming::restart: ask({"restart", "web"}); break;
      case Incoming::reload: ask({"reload", "web"}); break;
      case Incoming::scale: ask({"scale", "web", "2", "--force"}); break;
      case Incoming::configure: ask({"watch", "web", "on"}); break;
      case Incoming::signal: ask({"signal", "WINCH", "web"}); break;
      case Incoming::upgrade: ask({"upgrade", "web", "--binary", binary_}); break;
      case Incoming::watch: write_file(home_.scratch() / "tree" / "main", "changed"); break;
      case Incoming::health: write_file(home_.scratch() / "unwell", ""); break;
      case Incoming::crash: send_signal(pid_of(home_, "web"), SIGKILL); break;
      case Incoming::memory:
        for (const int pid : programs()) send_signal(pid, SIGUSR1);
        break;
      case Incoming::cron: break;  // by itself
    }
  }
  // Once it has come; what waits for the end of something else waits on.
  void follow() {
    const auto due = came_ + 300ms;
    REQUIRE(wait_until([&] { return (newer_ && newer_->has_ended()) || Clock::now() >= due; }));
    if (pair_.follow == Follow::kill) {
      const int supervisor = supervisor_by_record();
      if (supervisor > 1) send_signal(supervisor, SIGKILL);
    } else if (pair_.follow == Follow::upgrade) {
      (void)home_.forever({"upgrade", "web", "--binary", binary_, "--quiet"});
    }
    write_file(home_.scratch() / "go", "");  // the new process of a reload may be ready from now on
  }
  void end() {
    const Result older = older_->wait(40s);
    const std::optional<Result> newer = newer_ ? std::optional{newer_->wait(40s)} : std::nullopt;
    std::filesystem::remove(home_.scratch() / "unwell");
    INFO(story() << older.exit_code << ' ' << older.out << older.err);
    if (newer) UNSCOPED_INFO("later: " << newer->exit_code << ' ' << newer->out << newer->err);
    REQUIRE_FALSE(older.timed_out);
    const bool settled = wait_until([&] { return agrees(); }, 20s);
    INFO(truth());
    REQUIRE(settled);
    REQUIRE(stays_true([&] { return perpetual() || agrees(); }, 50ms));
    judge_words(older, newer);
    done(home_, ends() && pair_.deletes ? Words{"list"} : Words{"stop", "web"});
    REQUIRE(wait_until([&] { return processes_of(home_).empty(); }));
  }

 private:
  [[nodiscard]] bool ignores_term() const { return pair_.scene != Scene::raising && pair_.scene != Scene::leaving; }
  [[nodiscard]] std::size_t instances_before() const {
    return pair_.scene == Scene::restarting_three ? 3 : pair_.scene == Scene::scaling ? 2 : 1;
  }
  [[nodiscard]] bool slow() const { return pair_.incoming == Incoming::cron || pair_.incoming == Incoming::memory; }
  // These come repeatedly.
  [[nodiscard]] bool perpetual() const { return pair_.incoming == Incoming::cron; }
  [[nodiscard]] Ruling ruling() const { return forever::ruling_on(running_in(pair_.scene), pair_.incoming); }
  [[nodiscard]] bool ends() const {
    if (pair_.incoming == Incoming::stop) return true;
    return pair_.scene == Scene::stopping && ruling() != Ruling::overtake;
  }
  [[nodiscard]] std::size_t instances_after() const {
    if (pair_.incoming == Incoming::scale) return 2;
    return pair_.scene == Scene::scaling ? 1 : instances_before();
  }

  void begin_app() {
    fs::create_directory(home_.scratch() / "tree");
    Words options{
        "-i", std::to_string(instances_before()), "--kill-timeout", slow() ? "2500ms" : "700ms", "--restart-delay",
        "0"};
    Words words{"on", "USR1", "allocate", "80000000", "end"};
    if (ignores_term()) {
      words = words + Words{"ignore", "TERM", "say", "up", "wait"};
    } else {
      port_ = free_port();
      const std::string port = std::to_string(port_);
      options = options + Words{"--hold-ports", "--drain-timeout", slow() ? "2500ms" : "700ms"};
      if (pair_.scene == Scene::raising)
        words = words +
                Words{"count", "starts", "first", "1", "listen", port, "say", "up", "wait", "end", "wait-for", "go"};
      words = words + Words{"listen", port, "say", "up", "wait"};
    }
    if (pair_.incoming == Incoming::watch)
      options = options + Words{"--watch=" + (home_.scratch() / "tree").string(), "--watch-delay", "0"};
    if (pair_.incoming == Incoming::health)
      options = options + Words{"--health-cmd",       "test ! -e unwell",
                                "--health-interval",  "50ms",
                                "--health-threshold", "1",
                                "--min-uptime",       "0"};  // many ends in a row are no crash loop here
    if (pair_.incoming == Incoming::memory) options = options + Words{"--max-memory", "60M"};
    if (pair_.incoming == Incoming::cron) options = options + Words{"--cron-restart", "*/2 * * * * *"};
    start(home_, "web", words, options);
    REQUIRE(wait_until([&] { return programs().size() == instances_before(); }));
    REQUIRE(wait_for_log(home_, "web", "up"));
  }

  void begin_older() {
    const auto begin = [&](const Words& words) { older_.emplace(home_.command(words)); };
    const auto shows = [&](const char* text) {
      REQUIRE(wait_until([&] { return has(read_file(home_.app("web") / "status.json"), text); }));
    };
    switch (pair_.scene) {
      case Scene::stopping: begin({"stop", "web"}); break;
      case Scene::restarting:
      case Scene::restarting_three: begin({"restart", "web"}); break;
      case Scene::leaving: connection_.emplace(port_); [[fallthrough]];
      case Scene::raising:
      case Scene::reload_by_restart: begin({"reload", "web"}); break;
      case Scene::scaling: begin({"scale", "web", "1"}); break;
    }
    if (pair_.scene == Scene::raising) {
      shows("\"role\":\"rising\"");
    } else if (pair_.scene == Scene::leaving || pair_.scene == Scene::scaling) {
      shows("\"role\":\"retiring\"");
    } else {
      shows("\"stopping\"");
    }
  }

  void ask(const Words& words) { newer_.emplace(home_.command(words)); }

  [[nodiscard]] int supervisor_by_record() const {
    const std::string text = read_file(home_.app("web") / "status.json");
    const auto at = text.find("\"supervisor\":[");
    return at == std::string::npos ? 0 : std::stoi(text.substr(at + 14));
  }
  [[nodiscard]] std::vector<int> programs() const {
    std::vector<int> found = processes_of(home_);
    std::erase_if(found, [](int pid) { return !command_line_of(pid).starts_with(child_binary()); });
    return found;
  }

  // What the record wants, what the list shows and what runs.
  [[nodiscard]] bool agrees() const {
    const std::size_t count = programs().size();
    const std::string record = read_file(home_.app("web") / "status.json");
    const Json app = listed(home_, "web");
    if (ends()) {
      if (count != 0) return false;
      if (pair_.deletes && pair_.incoming == Incoming::stop) return app.is_null() && record.empty();
      return !app.is_null() && app.at("status") == "stopped" && has(record, "\"desired\":\"stopped\"");
    }
    // On a slow machine the health probes restart it often enough for a crash loop.
    const auto is_up = [](const Json& status) { return status == "online" || status == "crashing"; };
    if (app.is_null() || !is_up(app.at("status")) || !has(record, "\"desired\":\"online\"")) return false;
    const Json& instances = app.at("instances");
    return count == instances_after() && instances.size() == count && has(record, "\"plan\":\"none\"") &&
           std::all_of(instances.begin(), instances.end(), [&](const Json& one) {
             return is_up(one.at("status")) && one.at("role") == "serving" && alive(one.at("pid").get<int>());
           });
  }

  void judge_words(const Result& older, const std::optional<Result>& newer) const {
    // A kill in between may have the older one ask again, whose word is the last one then.
    const bool overtaken = forever::is_overtaken(older_in(pair_.scene), pair_.incoming);
    if (overtaken && pair_.follow == Follow::nothing) {
      REQUIRE(older.exit_code == 1);
      REQUIRE_THAT(older.err, contains(" overtook this "));
    } else if (!overtaken) {
      REQUIRE(older.exit_code == 0);
    }
    if (!newer) return;
    if (ruling() == Ruling::refuse) {
      REQUIRE(newer->exit_code == 1);
      REQUIRE_THAT(newer->err, contains(forever::describe(running_in(pair_.scene))));
    } else {
      REQUIRE(newer->exit_code == 0);
    }
  }

  [[nodiscard]] std::string story() const {
    const char* const follow = pair_.follow == Follow::nothing ? ""
                               : pair_.follow == Follow::kill  ? ", then kill -9"
                                                               : ", then upgrade";
    return std::string{"while: "} + word_of(pair_.scene) +
           "; comes: " + (pair_.deletes ? "delete" : word_of(pair_.incoming)) + follow + "\n";
  }
  [[nodiscard]] std::string truth() const {
    return std::to_string(programs().size()) + " programs; " + read_file(home_.app("web") / "status.json") +
           read_file(home_.state() / "logs" / "web.forever.log");
  }

  Pair pair_;
  fs::path binary_;
  TemporaryHome home_;
  int port_ = 0;
  Clock::time_point came_{};
  std::optional<Connection> connection_;
  std::optional<Running> older_, newer_;
};

void try_all(const std::vector<Pair>& pairs) {
  const TemporaryHome place;  // of another binary of the same content
  const fs::path binary = place.scratch() / "other";
  fs::copy_file(forever_binary(), binary);
  for (std::size_t first = 0; first < pairs.size(); first += kAtOnce) {
    std::vector<std::unique_ptr<Encounter>> trials;
    const auto last = std::min(first + kAtOnce, pairs.size());
    for (std::size_t i = first; i < last; ++i) {
      trials.push_back(std::make_unique<Encounter>(pairs[i], binary));
      trials.back()->come();
    }
    for (const auto& trial : trials) trial->follow();
    for (const auto& trial : trials) trial->end();
  }
}

std::vector<Pair> all_pairs(Scene scene, Follow follow) {
  std::vector<Pair> pairs;
  for (const Incoming incoming : kIncoming) pairs.push_back({scene, incoming, false, follow});
  pairs.push_back({scene, Incoming::stop, true, follow});
  for (const Incoming incoming : kSlowIncoming) pairs.push_back({scene, incoming, false, follow});
  return pairs;
}

std::vector<Pair> requests_in(std::initializer_list<Scene> scenes) {
  std::vector<Pair> pairs;
  for (const Scene scene : scenes) {
    for (const Incoming incoming :
         {Incoming::start, Incoming::stop, Incoming::restart, Incoming::reload, Incoming::scale})
      pairs.push_back({scene, incoming, incoming == Incoming::stop && scene == Scene::raising, Follow::nothing});
  }
  return pairs;
}

}  // namespace

TEST_CASE("SUP8 a reload during a stop is refused, and the stop comes to its end", "[SUP8]") {
  for (const Follow follow : {Follow::nothing, Follow::kill, Follow::upgrade})
    try_all({{Scene::stopping, Incoming::reload, false, follow}});
}

TEST_CASE("SUP8 the last word wins: each request while the app is stopped or restarted", "[SUP8]") {
  try_all(requests_in({Scene::stopping, Scene::restarting, Scene::restarting_three}));
}

TEST_CASE("SUP8 the last word wins: each request while the app is reloaded or scaled", "[SUP8]") {
  try_all(requests_in({Scene::raising, Scene::leaving, Scene::reload_by_restart, Scene::scaling}));
}

TEST_CASE("SUP8 the last word wins also if the supervisor is killed right then", "[SUP8]") {
  std::vector<Pair> pairs;
  for (const Scene scene : kScenes) {
    for (const Incoming incoming : {Incoming::stop, Incoming::restart})
      pairs.push_back({scene, incoming, false, Follow::kill});
  }
  try_all(pairs);
}

TEST_CASE("SUP8 automatic restarts undo no stop, no restart and no reload", "[SUP8]") {
  std::vector<Pair> pairs;
  for (const Scene scene : {Scene::stopping, Scene::restarting_three, Scene::raising, Scene::reload_by_restart}) {
    for (const Incoming incoming : {Incoming::watch, Incoming::crash, Incoming::health})
      pairs.push_back({scene, incoming, false, Follow::nothing});
  }
  try_all(pairs);
}

// 294 in all: 7 scenes x 14 that come x nothing, kill -9 of the supervisor or an upgrade right after.
#define EVERY_PAIR(scene, words)                                                                              \
  TEST_CASE("SUP8 every pair: " words, "[SUP8][slow]") { try_all(all_pairs(Scene::scene, Follow::nothing)); } \
  TEST_CASE("SUP8 every pair, then the supervisor is killed: " words, "[SUP8][slow]") {                       \
    try_all(all_pairs(Scene::scene, Follow::kill));                                                           \
  }                                                                                                           \
  TEST_CASE("SUP8 every pair, then it is upgraded: " words, "[SUP8][slow]") {                                 \
    try_all(all_pairs(Scene::scene, Follow::upgrade));                                                        \
  }

EVERY_PAIR(stopping, "while it is stopped")
EVERY_PAIR(restarting, "while it is restarted")
EVERY_PAIR(restarting_three, "while three are restarted as one")
EVERY_PAIR(raising, "while the new process of a reload is not ready")
EVERY_PAIR(leaving, "while the old process of a reload drains")
EVERY_PAIR(reload_by_restart, "while it is reloaded by a restart")
EVERY_PAIR(scaling, "while it is scaled down")
