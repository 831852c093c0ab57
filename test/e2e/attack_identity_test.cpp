// SEC1, SEC3: what another user can do to be taken for one of ours, or to have root act on a directory of theirs.
#include <fcntl.h>
#include <grp.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <memory>
#include <sstream>

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
  // A state directory of the attacker's, with an app that is wanted and does not run: a command that adopts it executes it.
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
  require_one_line(result.err, "root does not use the state directory");
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
      REQUIRE_FALSE(has(result.err, "root does not use"));
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
  require_one_line(other.err, "only root can act as another user (--as root)");
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

TEST_CASE("SEC3 with --as another user's state directory in FOREVER_HOME does not count", "[SEC3]") {
  if (!Stranger::possible()) SKIP_CASE(kNeedsRoot);
  const TemporaryHome home;
  start(home, "web", {"wait"});
  const Result result = home.forever({"--as", "nobody", "list"});
  INFO(result.out << result.err);
  REQUIRE_FALSE(has(result.out, "web"));
  REQUIRE_FALSE(has(result.out + result.err, home.state().string()));
  REQUIRE(status_of(home, "web") == "online");
}

TEST_CASE("SEC3 a user's own directory of mode 0777 is made private, which is reported once", "[SEC3]") {
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

  // Files that another user has put there meanwhile are not used.
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

namespace {

std::string variable_in(int pid, const std::string& name) {
  const std::string all = '\0' + read_file("/proc/" + std::to_string(pid) + "/environ");
  const std::size_t at = all.find('\0' + name + '=');
  if (at == std::string::npos) return {};
  const std::size_t begin = at + name.size() + 2;
  return all.substr(begin, all.find('\0', begin) - begin);
}

std::string marker_of(int pid) { return variable_in(pid, "FOREVER_INSTANCE_ID"); }

// "<id of the state directory>", which anybody can compute.
std::string identity_of(const std::string& marker) { return marker.substr(0, marker.find('/')); }

// In clock ticks since the boot, as a record has it (proc(5), field 22).
long long began(int pid) {
  const std::string text = read_file("/proc/" + std::to_string(pid) + "/stat");
  std::istringstream fields(text.substr(text.rfind(')') + 2));
  std::string field;
  for (int number = 3; number <= 22; ++number) fields >> field;
  return std::stoll(field);
}

// What the attacker executes: a program that becomes root by its set-user-ID bit, under a name and a marker of his choice, and an
// orphan below init like any daemon.
class Impostor {
 public:
  Impostor(const Public& place, const std::string& marker, bool wholly_root) {
    const fs::path program = place.folder() / "suid";
    if (!fs::exists(program)) {
      fs::copy_file(child_binary(), program);
      REQUIRE(chown(program.c_str(), 0, 0) == 0);
      REQUIRE(chmod(program.c_str(), 04755) == 0);
    }
    const fs::path evil = place.folder() / "evil.sh", report = place.folder() / "report";
    write_file(evil, "#!/bin/sh\nid -u >'" + (place.folder() / "taken").string() + "'\nsleep 1000\n");
    REQUIRE(chmod(evil.c_str(), 0755) == 0);
    fs::remove(report);
    const std::string variable = "FOREVER_INSTANCE_ID=" + marker;
    const auto become = place.as_attacker();
    Command command;
    command.argv = {"true"};
    command.before_exec = [=] {
      if (!wholly_root) become();
      if (fork() != 0) _exit(0);
      setsid();
      for (int fd = 0; fd < 3; ++fd) dup2(open("/dev/null", O_RDWR), fd);
      for (int fd = 3; fd < 256; ++fd) close(fd);
      const char* const argv[] = {evil.c_str(), "to", report.c_str(), "print-pid", "wait", nullptr};
      const char* const environment[] = {variable.c_str(), nullptr};
      execve(program.c_str(), const_cast<char**>(argv), const_cast<char**>(environment));
      _exit(1);
    };
    (void)run(command);
    REQUIRE(wait_until([&] { return read_file(report).starts_with("pid ") && read_file(report).ends_with('\n'); }));
    pid_ = std::stoi(read_file(report).substr(4));
    REQUIRE(status_field(pid_, "Uid").find("\t0\t") != std::string::npos);
    REQUIRE(marker_of(pid_) == marker);
  }
  Impostor(const Impostor&) = delete;
  ~Impostor() { send_signal(pid_, SIGKILL); }
  [[nodiscard]] int pid() const { return pid_; }

 private:
  int pid_ = 0;
};

constexpr const char* kLargest = "18446744073709551614";  // 2^64 - 2

}  // namespace

TEST_CASE("SEC1 root accepts no process of another user, whatever its name, marker and generation", "[SEC1]") {
  if (!Stranger::possible()) SKIP_CASE(kNeedsRoot);
  const Public place;
  const TemporaryHome& home = place.home();
  start(home, "other", {"wait"});
  const std::string prefix = identity_of(marker_of(pid_of(home, "other"))) + "/web/0/";
  for (const bool wholly_root : {false, true}) {
    for (const std::string& made_up : {std::string{"1"}, std::string{kLargest}, "7:" + std::string(16, '0')}) {
      for (const char* lost : {"logs", "locks", "all"}) {
        INFO("generation " << made_up << ", lost: " << lost << ", wholly root: " << wholly_root);
        const Impostor impostor(place, prefix + made_up, wholly_root);
        if (std::string{lost} == "all") {
          done(home, {"delete", "other"});
          fs::remove_all(home.state());
        } else {
          fs::remove_all(home.state() / lost);
        }
        for (const auto& app : list_json(home).at("apps")) REQUIRE(app.at("name") != "web");
        REQUIRE(home.forever({"start", "web"}).exit_code != 0);
        REQUIRE(home.forever({"stop", "web"}).exit_code == 3);
        done(home, start_words("web", {}, {"wait"}));
        REQUIRE(pid_of(home, "web") != impostor.pid());
        done(home, {"restart", "web"});
        done(home, {"delete", "web"});
        REQUIRE(alive(impostor.pid()));
        REQUIRE_FALSE(fs::exists(place.folder() / "taken"));
        if (std::string{lost} == "all") start(home, "other", {"wait"});
      }
    }
  }
}

TEST_CASE("SEC1 a marker that was copied from an instance, or counts higher, takes nothing from it", "[SEC1]") {
  if (!Stranger::possible()) SKIP_CASE(kNeedsRoot);
  const Public place;
  const TemporaryHome& home = place.home();
  start(home, "web", {"wait"});
  const int pid = pid_of(home, "web");
  const std::string real = marker_of(pid), tag = real.substr(real.find(':'));
  REQUIRE(tag.size() == 17);
  const std::string prefix = identity_of(real) + "/web/0/";
  for (const bool wholly_root : {false, true}) {
    for (const std::string& marker : {real, prefix + kLargest, prefix + "2" + tag}) {
      // What knows the very mark of an instance and is wholly root is one of its own processes.
      if (wholly_root && marker == real) continue;
      INFO(marker << ", wholly root: " << wholly_root);
      const Impostor impostor(place, marker, wholly_root);
      kill_watchers(home, "web");
      fs::remove(home.app("web") / "status.json");
      REQUIRE(wait_for_status(home, "web", "online"));
      REQUIRE(pid_of(home, "web") == pid);
      REQUIRE(alive(impostor.pid()));
    }
  }
  done(home, {"stop", "web"});
  REQUIRE_FALSE(alive(pid));
}

TEST_CASE("SEC1 another user's process that holds a port is not stopped, though it has the marker", "[SEC1]") {
  if (!Stranger::possible()) SKIP_CASE(kNeedsRoot);
  const Public place;
  const TemporaryHome& home = place.home();
  start(home, "web", {"wait"});
  const Impostor impostor(place, marker_of(pid_of(home, "web")), false);
  kill_watchers(home, "web");
  done(home, {"list"});
  done(home, {"stop", "web"});
  REQUIRE(alive(impostor.pid()));
}

TEST_CASE("SEC1 the secret is its owner's alone, and is shown by no verb", "[SEC1]") {
  const TemporaryHome home;
  start(home, "web", {"wait"});
  struct stat found {};
  REQUIRE(stat((home.state() / "secret").c_str(), &found) == 0);
  REQUIRE((found.st_mode & 07777U) == 0600);
  const std::string secret = read_file(home.state() / "secret").substr(0, 32);
  REQUIRE(secret.size() == 32);
  const std::string marker = marker_of(pid_of(home, "web")), tag = marker.substr(marker.find(':') + 1);
  REQUIRE_FALSE(has(marker, secret));
  done(home, {"save"});
  for (const Words& words :
       {Words{"describe", "web", "--reveal"}, Words{"env", "web", "--reveal"}, Words{"list", "--json"}, Words{"doctor"},
        Words{"describe", "web", "--json", "--reveal"}, Words{"export", "systemd", "web"}, Words{"metrics"},
        Words{"find", "child", "--json"}, Words{"logs", "web"}}) {
    const Result result = home.forever(words);
    INFO("forever " << words.at(0));
    for (const std::string& hidden : {secret, tag}) REQUIRE_FALSE(has(result.out + result.err, hidden));
  }
  for (const char* file : {"spec.json", "status.json"}) REQUIRE_FALSE(has(read_file(home.app("web") / file), tag));
  REQUIRE_FALSE(has(command_line_of(keeper_of(home, "web")) + command_line_of(supervisor_of(home, "web")), secret));
}

TEST_CASE("SEC1 of many first users of a directory one makes the secret, and each believes the others' apps",
          "[SEC1]") {
  const TemporaryHome home;
  std::vector<std::unique_ptr<Running>> starts;
  for (int i = 0; i < 6; ++i)
    starts.push_back(std::make_unique<Running>(home.command(start_words("app" + std::to_string(i), {}, {"wait"}))));
  for (auto& one : starts) REQUIRE(one->wait().exit_code == 0);
  for (int i = 0; i < 6; ++i) {
    const std::string name = "app" + std::to_string(i);
    const int pid = pid_of(home, name);
    kill_watchers(home, name);
    fs::remove(home.app(name) / "status.json");
    // Its streams would tell of it, too.
    fs::remove(home.app(name) / "out.fifo");
    REQUIRE(status_of(home, name) == "online");
    REQUIRE(pid_of(home, name) == pid);
  }
}

TEST_CASE("SEC1 without a secret, as an earlier version left its apps, an app is known by its record", "[SEC1]") {
  for (const char* verb : {"list", "start", "stop"}) {
    INFO(verb);
    const TemporaryHome home;
    fs::create_directories(home.state());
    fs::permissions(home.state(), fs::perms::owner_all);
    // No secret can be created, as on a full disk.
    const int lock = ::open((home.state() / "secret.lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    struct flock range {};
    range.l_type = F_WRLCK;
    range.l_whence = SEEK_SET;
    range.l_len = 1;
    REQUIRE(fcntl(lock, F_OFD_SETLK, &range) == 0);
    start(home, "web", {"wait"});
    REQUIRE_FALSE(fs::exists(home.state() / "secret"));
    const int pid = pid_of(home, "web");
    REQUIRE_FALSE(has(marker_of(pid), ":"));
    ::close(lock);
    kill_watchers(home, "web");
    done(home, verb == std::string{"list"} ? Words{"list"} : Words{verb, "web"});
    REQUIRE(alive(pid) == (verb != std::string{"stop"}));
    if (verb == std::string{"stop"}) continue;
    REQUIRE(pid_of(home, "web") == pid);
    REQUIRE(fs::exists(home.state() / "secret"));
    done(home, {"restart", "web"});
    REQUIRE_THAT(marker_of(pid_of(home, "web")), contains(":"));
    done(home, {"stop", "web"});
    REQUIRE_FALSE(alive(pid));
  }
}

TEST_CASE("SEC1 a damaged secret, or one that others can read, is replaced, and apps keep running", "[SEC1]") {
  const TemporaryHome home;
  start(home, "web", {"wait"});
  const int pid = pid_of(home, "web");
  const fs::path file = home.state() / "secret";
  const std::string first = read_file(file);
  for (const std::string& spoilt : {std::string{}, std::string{"half"}, first}) {
    write_file(file, spoilt);
    REQUIRE(chmod(file.c_str(), spoilt == first ? 0644 : 0600) == 0);
    kill_watchers(home, "web");
    REQUIRE(wait_for_status(home, "web", "online"));
    REQUIRE(pid_of(home, "web") == pid);
    struct stat found {};
    REQUIRE(stat(file.c_str(), &found) == 0);
    REQUIRE((found.st_mode & 0777U) == 0600);
    REQUIRE(read_file(file).size() == 33);
    REQUIRE(read_file(file) != first);
  }
  done(home, {"stop", "web"});
  REQUIRE_FALSE(alive(pid));
}

TEST_CASE("REQ2 no unrelated process in a record is signalled, not even with its true start time", "[REQ2]") {
  for (const Words& verb : {Words{"list"}, Words{"stop", "web"}, Words{"restart", "web"}, Words{"delete", "web"},
                            Words{"start", "web"}, Words{"signal", "HUP", "web"}, Words{"flush", "web"}}) {
    for (const bool lock_lost : {false, true}) {
      INFO("forever " << verb.at(0) << ", lock lost: " << lock_lost);
      const TemporaryHome home;
      Command command;
      command.argv = {child_binary(), "trap-all", "say", "ready", "wait"};
      Running stranger(command);
      REQUIRE(stranger.wait_for("ready"));
      start(home, "web", {"wait"});
      const int pid = pid_of(home, "web");
      kill_watchers(home, "web");
      send_signal(pid, SIGKILL);
      const fs::path file = home.app("web") / "status.json";
      Json status = read_json(file);
      const Json named = Json::array({stranger.pid(), began(stranger.pid())});
      status["supervisor"] = status["keeper"] = status["instances"][0]["process"] = named;
      write_file(file, status.dump());
      if (lock_lost) fs::remove(home.state() / "locks" / "web");
      const Result result = home.forever(verb);
      INFO(result.out << result.err);
      REQUIRE_FALSE(result.timed_out);
      REQUIRE(alive(stranger.pid()));
      REQUIRE_FALSE(has(stranger.out(), "signal "));
    }
  }
}
