// SEC1, SEC3: what another user can do to be taken for one of ours, or to have root act on a directory of theirs.
#include <fcntl.h>
#include <grp.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>

#include "test/e2e/apps.hpp"

using namespace forever::test;

namespace {

namespace fs = std::filesystem;

constexpr const char* kNeedsRoot = "needs root, to become another user";

// A directory that every user can reach and write to, as /tmp is, and what an attacker keeps there.
class Public {
 public:
  Public() : home_((setenv("TMPDIR", "/tmp", 1), TemporaryHome{})) {
    make(folder(), 01777, 0);
    fs::copy_file(child_binary(), folder() / "child");
  }
  [[nodiscard]] fs::path folder() const { return home_.scratch() / "public"; }
  [[nodiscard]] unsigned attacker() const { return user_.id(); }
  [[nodiscard]] std::function<void()> as_attacker() const { return user_.become(); }
  [[nodiscard]] const TemporaryHome& home() const { return home_; }
  void make(const fs::path& directory, mode_t mode, unsigned owner) const {
    REQUIRE(mkdir(directory.c_str(), 0700) == 0);
    REQUIRE(chmod(directory.c_str(), mode) == 0);
    REQUIRE(chown(directory.c_str(), owner, owner) == 0);
  }
  // A state directory of the attacker's, with an app that is wanted and does not run: whoever adopts it runs it.
  [[nodiscard]] fs::path bait(const fs::path& state) const {
    make(state, 0700, attacker());
    REQUIRE(
        as_attacker_on(state, {"start", (folder() / "child").string(), "--name", "bait", "--", "print-users", "wait"})
            .exit_code == 0);
    const Json app = parse_json(as_attacker_on(state, {"list", "--json"}).out).at("apps").at(0);
    const int keeper = app.at("keeper_pid").get<int>(), supervisor = app.at("supervisor_pid").get<int>();
    send_signal(supervisor, SIGSTOP);
    for (const int pid : {keeper, supervisor, app.at("instances").at(0).at("pid").get<int>()}) kill_hard(pid);
    REQUIRE(wait_until([&] { return !alive(keeper) && !alive(supervisor); }));
    return state;
  }
  // Without HOME, unless it is added.
  [[nodiscard]] static Result run_on(Command command, const fs::path& state, const std::string& variable) {
    for (const char* name : {"FOREVER_HOME", "FOREVER_ROOT"}) command.environment[name] = std::nullopt;
    command.environment[variable] = state.string();
    return run(command);
  }
  [[nodiscard]] Result as_root_on(const fs::path& state, const Words& words,
                                  const std::string& variable = "FOREVER_HOME") const {
    return run_on(home_.command(words), state, variable);
  }

 private:
  [[nodiscard]] Result as_attacker_on(const fs::path& state, const Words& words) const {
    Command command = home_.command({});
    command.argv = Words{copy_of_forever().string()} + words;
    command.before_exec = as_attacker();
    return run_on(std::move(command), state, "FOREVER_HOME");
  }
  [[nodiscard]] fs::path copy_of_forever() const {
    fs::path copy = folder() / "forever";
    if (!fs::exists(copy)) fs::copy_file(forever_binary(), copy);
    return copy;
  }

  TemporaryHome home_;
  Stranger user_;
};

// Every verb that reads or writes the state, with operands that it would take.
std::vector<Words> verbs_with_state(const std::string& program, const std::string& file) {
  return {{"list"},
          {"list", "--json"},
          {"columns"},
          {"describe", "bait"},
          {"pid"},
          {"metrics"},
          {"port"},
          {"find", "child"},
          {"env", "bait"},
          {"start", program, "--", "wait"},
          {"start", "bait"},
          {"apply", file},
          {"stop", "bait"},
          {"stopall"},
          {"restart", "bait"},
          {"restartall"},
          {"delete", "bait"},
          {"reload", "bait"},
          {"scale", "bait", "2"},
          {"signal", "TERM", "bait"},
          {"send", "bait", "x"},
          {"reset", "bait"},
          {"watch", "bait", "on"},
          {"logs", "bait"},
          {"flush", "bait"},
          {"cleanlogs"},
          {"reopen"},
          {"save"},
          {"resurrect"},
          {"startup", "--init", "systemd", "--dry-run"},
          {"export", "systemd"},
          {"upgrade"},
          {"doctor"}};
}

void require_refused(const Result& result, const std::string& words) {
  INFO(result.out << result.err);
  REQUIRE(result.exit_code == 1);
  require_one_line(result.err, "root does not act on the state directory");
  REQUIRE_THAT(result.err, contains("--as "));
  REQUIRE_THAT(result.err, contains(words));
}

}  // namespace

TEST_CASE("SEC3 root refuses another user's state directory for every verb, and runs nothing of it", "[SEC3]") {
  if (!Stranger::possible()) SKIP_CASE(kNeedsRoot);
  const Public place;
  const fs::path state = place.bait(place.folder() / "state");
  const fs::path file = place.home().scratch() / "apps.json";
  write_file(file, R"({"apps":[{"name":"bait","script":"/bin/true"}]})");
  for (const Words& verb : verbs_with_state(child_binary(), file.string())) {
    INFO("forever " << verb.at(0));
    const Result result = place.as_root_on(state, verb);
    require_refused(result, state.string());
    if (verb.back() == "--json") REQUIRE(parse_json(result.out).at("apps").empty());
    REQUIRE_FALSE(has(read_file(state / "logs" / "bait.out.log"), "uid 0 "));
  }
  REQUIRE(processes_with_environment("FOREVER_HOME=" + state.string()).empty());
}

TEST_CASE("SEC3 root refuses what another user could exchange, wherever the environment found it", "[SEC3]") {
  if (!Stranger::possible()) SKIP_CASE(kNeedsRoot);
  const Public place;
  const std::string id = std::to_string(place.attacker());
  const fs::path mine = place.folder() / "mine";  // the attacker's home
  place.make(mine, 0755, place.attacker());
  const fs::path own = place.home().scratch() / "own";  // root's
  place.make(own, 0700, 0);
  // `sudo` that keeps HOME: the directory is there, or is not yet.
  require_refused(place.as_root_on(mine, {"list"}, "HOME"), mine.string() + " belongs to " + id);
  require_refused(place.as_root_on(mine, start_words("web", {}, {"wait"}), "HOME"), "--as " + id + ":" + id);
  REQUIRE_FALSE(fs::exists(mine / ".forever"));
  (void)place.bait(mine / ".forever");
  require_refused(place.as_root_on(mine, {"list"}, "HOME"), id);
  require_refused(place.as_root_on(mine / ".forever", {"list"}, "FOREVER_ROOT"), id);
  // A directory of root's that lies in the attacker's.
  place.make(mine / "roots", 0700, 0);
  require_refused(place.as_root_on(mine / "roots", {"list"}), mine.string() + " belongs to " + id);
  // Links: at the end, on the way, and as the beginning of a link of root's; those of root's own are followed.
  const auto link = [&](const fs::path& target, const fs::path& path, unsigned owner) {
    fs::create_symlink(target, path);
    REQUIRE(lchown(path.c_str(), owner, owner) == 0);
    return path;
  };
  const fs::path theirs = link(own, place.folder() / "theirs", place.attacker());
  require_refused(place.as_root_on(theirs, {"list"}), "is a link that belongs to " + id);
  require_refused(place.as_root_on(theirs / "below", {"list"}), "is a link that belongs to " + id);
  const fs::path over = link(theirs, place.home().scratch() / "over", 0);
  require_refused(place.as_root_on(over, {"list"}), theirs.string() + " is a link that belongs to " + id);
  const fs::path good = link(own, place.folder() / "good", 0);
  REQUIRE(place.as_root_on(good, {"list"}).exit_code == 0);
  REQUIRE(place.as_root_on(good / ".." / "own", {"list"}).exit_code == 0);
  // A part of the layout.
  place.make(own / "apps", 0700, place.attacker());
  require_refused(place.as_root_on(own, {"list"}), (own / "apps").string() + " belongs to " + id);
  fs::remove(own / "apps");
  (void)link(mine, own / "logs", place.attacker());
  require_refused(place.as_root_on(own, {"list"}), "is a link that belongs to " + id);
}

TEST_CASE("SEC3 root refuses a directory where others can write, and uses one of its own in a sticky one", "[SEC3]") {
  if (!Stranger::possible()) SKIP_CASE(kNeedsRoot);
  const Public place;
  const fs::path open = place.folder() / "open";
  for (const mode_t mode : {0777, 0770, 0757, 01777}) {
    place.make(open, mode, 0);
    require_refused(place.as_root_on(open, {"list"}), "others can write to " + open.string());
    require_refused(place.as_root_on(open, start_words("web", {}, {"wait"})), "others can write");
    fs::remove(open);
  }
  place.make(open, 0777, 0);
  place.make(open / "state", 0700, 0);
  require_refused(place.as_root_on(open / "state", {"list"}), "others can write to " + open.string() + " (mode 0777)");

  const fs::path state = place.folder() / "state";  // made by root in a sticky directory
  REQUIRE(place.as_root_on(state, start_words("web", {}, {"wait"})).exit_code == 0);
  REQUIRE(place.as_root_on(state, {"list"}).exit_code == 0);
  REQUIRE(place.as_root_on(state, {"delete", "web"}).exit_code == 0);
}

TEST_CASE("SEC3 with --as root is that user before it does anything, for every verb, before it or after it", "[SEC3]") {
  if (!Stranger::possible()) SKIP_CASE(kNeedsRoot);
  const StrangersHome theirs;
  const std::string id = std::to_string(theirs.user.id());
  const std::string user = id + ":" + id;
  const auto as = [&](const Words& words) {
    Command command = theirs.home.command(words);
    command.environment["ROOTS_SECRET"] = "hidden";
    command.environment["HOME"] = "/root";
    return run(command);
  };
  const auto ids_of = [](int pid) { return status_field(pid, "Uid") + " " + status_field(pid, "Gid"); };
  const std::string own_ids = id + "\t" + id + "\t" + id + "\t" + id;

  const Result started = as({"--as", user, "start", theirs.child(), "--name", "bait", "--stdin", "--", "wait"});
  INFO(started.out << started.err);
  REQUIRE(started.exit_code == 0);
  const Json app = parse_json(as({"list", "--json", "--as=" + user}).out).at("apps").at(0);
  const int pid = app.at("instances").at(0).at("pid").get<int>();
  for (const int one : {pid, app.at("supervisor_pid").get<int>(), app.at("keeper_pid").get<int>()}) {
    REQUIRE(ids_of(one) == own_ids + " " + own_ids);
    REQUIRE(status_field(one, "Groups") == id + " ");
    for (const char* set : {"CapPrm", "CapEff", "CapInh", "CapAmb"})
      REQUIRE(status_field(one, set) == "0000000000000000");
  }
  const auto seen = processes_with_environment("ROOTS_SECRET=hidden");
  REQUIRE(std::find(seen.begin(), seen.end(), pid) == seen.end());
  REQUIRE(app.at("user") == id);

  const fs::path file = theirs.home.scratch() / "apps.json";
  write_file(file, R"({"apps":[{"name":"bait","script":"/bin/sleep","args":["1000"]}]})");
  for (const Words& verb : verbs_with_state(theirs.child(), file.string())) {
    for (const bool before : {true, false}) {
      const Words dashes(std::find(verb.begin(), verb.end(), "--"), verb.end());
      const Words own(verb.begin(), verb.end() - static_cast<std::ptrdiff_t>(dashes.size()));
      const Words option{"--as", user};
      const Result result = as(before ? option + verb : own + option + dashes);
      INFO("forever " << verb.at(0) << " before: " << before << " said: " << result.out << result.err);
      REQUIRE_FALSE(result.timed_out);
      REQUIRE_FALSE(has(result.err, "root does not act"));
      REQUIRE_FALSE(has(result.err, "unknown option"));
      REQUIRE_FALSE(has(result.err, "ermission denied"));
      REQUIRE(result.exit_code != 2);
    }
  }
  (void)as({"--as", user, "delete", "all"});
  for (const auto& entry : fs::recursive_directory_iterator(theirs.home.state())) {
    struct stat found {};
    REQUIRE(lstat(entry.path().c_str(), &found) == 0);
    INFO(entry.path().string());
    REQUIRE(found.st_uid == theirs.user.id());
  }
}

TEST_CASE("SEC3 --as needs root and a user that there is; what it takes for a program's own stays the program's",
          "[SEC3]") {
  if (!Stranger::possible()) SKIP_CASE(kNeedsRoot);
  const StrangersHome theirs;
  const std::string id = std::to_string(theirs.user.id());
  const Result other = theirs.run({"--as", "root", "list"});
  REQUIRE(other.exit_code == 1);
  require_one_line(other.err, "only root may act as another user (--as root)");
  REQUIRE(theirs.run({"--as", id + ":" + id, "list"}).exit_code == 0);
  for (const char* nobody : {"no-such-user", "root:no-such-group"}) {
    const Result result = theirs.home.forever({"list", "--as", nobody});
    REQUIRE(result.exit_code == 1);
    require_one_line(result.err, "no such");
  }
  for (const Words& words : {Words{"list", "--as"}, Words{"--as=", "list"}, Words{"start", "x", "--as", "--", "y"}}) {
    const Result result = theirs.home.forever(words);
    REQUIRE(result.exit_code == 2);
    require_one_line(result.err, "--as needs a value");
  }
  const TemporaryHome home;
  start(home, "web", {"print-args", "say", "up", "wait", "--", "--as", "nobody"});
  REQUIRE(wait_for_log(home, "web", "up"));
  REQUIRE_THAT(log_of(home, "web"), contains("args 2"));
  done(home, {"--as", "root", "delete", "web"});
}

TEST_CASE("SEC3 with --as a state directory of somebody else's in FOREVER_HOME does not count", "[SEC3]") {
  if (!Stranger::possible()) SKIP_CASE(kNeedsRoot);
  const TemporaryHome home;
  start(home, "web", {"wait"});
  const Result result = home.forever({"--as", "nobody", "list"});
  INFO(result.out << result.err);
  REQUIRE_FALSE(has(result.out, "web"));
  REQUIRE_FALSE(has(result.out + result.err, home.state().string()));
  REQUIRE(status_of(home, "web") == "online");
}

TEST_CASE("SEC3 a user's own directory of mode 0777 is made private, and that is said once", "[SEC3]") {
  if (!Stranger::possible()) SKIP_CASE(kNeedsRoot);
  const StrangersHome user;
  user.done({"start", user.child(), "--name", "web", "--", "wait"});
  REQUIRE(chmod(user.home.state().c_str(), 0777) == 0);
  const Result first = user.done({"list"});
  require_one_line(first.err, "(mode 0777); it has mode 0700 now");
  struct stat found {};
  REQUIRE(stat(user.home.state().c_str(), &found) == 0);
  REQUIRE((found.st_mode & 0777U) == 0700);
  REQUIRE(user.done({"list"}).err.empty());

  // What somebody else has put there meanwhile is not believed.
  REQUIRE(chmod((user.home.state() / "apps").c_str(), 0777) == 0);
  const fs::path planted = user.home.state() / "apps" / "planted";
  fs::create_directory(planted);
  for (int look = 0; look < 2; ++look) {
    const Result refused = user.run({"list"});
    REQUIRE(refused.exit_code == 1);
    require_one_line(refused.err, planted.string() + " is not yours");
  }
  fs::remove(planted);
  REQUIRE(user.done({"list"}).err.ends_with("it has mode 0700 now\n"));
  user.done({"delete", "web"});
}
