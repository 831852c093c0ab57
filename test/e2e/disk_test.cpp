// DISK: a full disk costs log lines, which are counted and told; never the app, the supervisor or the commands.
#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>

#include "test/e2e/apps.hpp"

using namespace forever::test;

namespace {

namespace fs = std::filesystem;

// A small file system of its own on the state directory, seen by this process and what it starts only.
class SmallDisk {
 public:
  SmallDisk(const TemporaryHome& home, const char* options) : path_(home.state()) {
    fs::create_directory(path_);
    mounted_ = unshare(CLONE_NEWNS) == 0 && mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
               mount("tmpfs", path_.c_str(), "tmpfs", 0, options) == 0;
  }
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;
  ~SmallDisk() {
    if (mounted_) umount2(path_.c_str(), MNT_DETACH);
  }
  [[nodiscard]] bool mounted() const { return mounted_; }

  void fill() const {
    const int fd = open((path_ / "filler").c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    REQUIRE(fd >= 0);
    for (const std::size_t size : {std::size_t{65536}, std::size_t{4096}, std::size_t{1}}) {
      const std::string bytes(size, 'f');
      while (write(fd, bytes.data(), bytes.size()) > 0) {
      }
    }
    close(fd);
  }
  void empty() const { fs::remove(path_ / "filler"); }

 private:
  fs::path path_;
  bool mounted_ = false;
};

constexpr const char* kWhyNot = "needs root, to mount a small file system";

// What it has of its own.
long long memory_kb(int pid) { return std::stoll(status_field(pid, "RssAnon")); }

}  // namespace

TEST_CASE("DOCTOR10 a full disk is reported with its remedy, and no longer when there is space", "[DISK1]") {
  const TemporaryHome home;
  const SmallDisk disk(home, "size=1m,mode=700");
  if (!disk.mounted()) SKIP_CASE(kWhyNot);
  CHECK_THAT(home.forever({"doctor"}).out, contains("ok     disk: "));
  disk.fill();
  const Result full = home.forever({"doctor"});
  CHECK(full.exit_code == 1);
  CHECK_THAT(full.out, contains("wrong  disk: 0 of 1M free for the state directory"));
  CHECK_THAT(full.out, contains("do: free some space"));
  disk.empty();
  CHECK_THAT(home.forever({"doctor"}).out, contains("ok     disk: "));
}

TEST_CASE("DISK1 on a full disk the app lives, dropped bytes are reported, and it recovers by itself", "[DISK1]") {
  const TemporaryHome home;
  const SmallDisk disk(home, "size=1m,mode=700");
  if (!disk.mounted()) SKIP_CASE(kWhyNot);
  start(home, "web",
        {"say", "up", "on", "USR1", "lines", "30000", "100", "touch", home.scratch() / "written", "end", "on", "USR2",
         "say", "room again", "end", "wait"});
  REQUIRE(wait_for_log(home, "web", "up"));
  const int pid = pid_of(home, "web");
  const int supervisor = supervisor_of(home, "web");
  const int keeper = keeper_of(home, "web");
  const long long memory_before = memory_kb(supervisor);
  disk.fill();
  done(home, {"signal", "USR1", "web"});
  // 3 MB of log: the writer comes to its end although nothing can be kept.
  REQUIRE(wait_until([&] { return fs::exists(home.scratch() / "written"); }, 20s));
  REQUIRE(alive(pid));
  REQUIRE(pid_of(home, "web") == pid);
  REQUIRE(supervisor_of(home, "web") == supervisor);
  REQUIRE(keeper_of(home, "web") == keeper);
  // Less than what could not be kept; a sanitizer keeps what was freed.
  if (!sanitized()) REQUIRE(memory_kb(supervisor) - memory_before < 1500);
  REQUIRE(wait_until([&] { return has(done(home, {"describe", "web"}).out, "dropped"); }));

  disk.empty();
  REQUIRE(wait_until([&] {
    done(home, {"signal", "USR2", "web"});
    return has(log_of(home, "web"), "room again");
  }));
  REQUIRE_THAT(log_of(home, "web"), contains("lost while the disk was full"));
  REQUIRE(pid_of(home, "web") == pid);
  done(home, {"stop", "web"});
}

TEST_CASE("DISK1 lines lost on a full disk are reported also if the app is stopped right then", "[DISK1]") {
  const TemporaryHome home;
  const SmallDisk disk(home, "size=1m,mode=700");
  if (!disk.mounted()) SKIP_CASE(kWhyNot);
  start(home, "web", {"say", "up", "on", "USR1", "lines", "200", "100", "end", "wait"});
  REQUIRE(wait_for_log(home, "web", "up"));
  disk.fill();
  send_signal(pid_of(home, "web"), SIGUSR1);
  REQUIRE(wait_until([&] { return has(done(home, {"describe", "web"}).out, "dropped"); }));
  disk.empty();
  done(home, {"stop", "web"});
  const std::string log = log_of(home, "web");
  CHECK(has(log, "bytes were lost while the disk was full\n"));
  CHECK(log.ends_with('\n'));
}

TEST_CASE("DISK1 on a full disk restart, crash, list and stop still work", "[DISK1]") {
  const TemporaryHome home;
  const SmallDisk disk(home, "size=1m,mode=700");
  if (!disk.mounted()) SKIP_CASE(kWhyNot);
  start(home, "web", {"say", "up", "wait"});
  const int first = pid_of(home, "web");
  disk.fill();
  send_signal(first, SIGKILL);
  REQUIRE(wait_until([&] {
    const int now = pid_of(home, "web");
    return now > 0 && now != first && alive(now);
  }));
  REQUIRE(wait_for_status(home, "web", "online"));
  const int second = pid_of(home, "web");
  done(home, {"restart", "web"});
  const int third = pid_of(home, "web");
  REQUIRE(third > 0);
  REQUIRE(third != second);
  REQUIRE(alive(third));
  REQUIRE(listed(home, "web").at("status") == "online");
  done(home, {"stop", "web"});
  REQUIRE_FALSE(alive(third));
  REQUIRE(status_of(home, "web") == "stopped");
}

TEST_CASE("DISK1 on a full disk the death of the supervisor is survived", "[DISK1]") {
  const TemporaryHome home;
  const SmallDisk disk(home, "size=1m,mode=700");
  if (!disk.mounted()) SKIP_CASE(kWhyNot);
  start(home, "web", {"wait"});
  const int pid = pid_of(home, "web");
  disk.fill();
  const int supervisor = supervisor_of(home, "web");
  kill_hard(supervisor);
  REQUIRE(wait_until([&] {
    const int now = supervisor_of(home, "web");
    return now > 0 && now != supervisor && alive(now);
  }));
  REQUIRE(pid_of(home, "web") == pid);
  done(home, {"stop", "web"});
  REQUIRE_FALSE(alive(pid));
}

TEST_CASE("DISK1 start on a full disk reports this in one line and leaves nothing half-started", "[DISK1]") {
  const TemporaryHome home;
  const SmallDisk disk(home, "size=1m,mode=700");
  if (!disk.mounted()) SKIP_CASE(kWhyNot);
  disk.fill();
  const Result result = home.forever(start_words("web", {}, {"wait"}));
  INFO(result.out << result.err);
  REQUIRE_FALSE(result.timed_out);
  REQUIRE(result.exit_code == 1);
  require_one_line(result.err, "no space left on device");
  REQUIRE(wait_until([&] { return processes_of(home).empty(); }));
  disk.empty();
  start(home, "web", {"wait"});
  REQUIRE(status_of(home, "web") == "online");
}

TEST_CASE("DISK1 a stopped app starts on a full disk, since nothing new has to be kept", "[DISK1]") {
  const TemporaryHome home;
  const SmallDisk disk(home, "size=1m,mode=700");
  if (!disk.mounted()) SKIP_CASE(kWhyNot);
  start(home, "web", {"wait"});
  done(home, {"stop", "web"});
  REQUIRE(wait_until([&] { return processes_of(home).empty(); }));
  disk.fill();
  done(home, {"start", "web"});
  REQUIRE(status_of(home, "web") == "online");
  done(home, {"stop", "web"});
  REQUIRE(status_of(home, "web") == "stopped");
}

TEST_CASE("DISK1 no inode left is a full disk as well", "[DISK1]") {
  const TemporaryHome home;
  const SmallDisk disk(home, "size=4m,mode=700,nr_inodes=64");
  if (!disk.mounted()) SKIP_CASE(kWhyNot);
  start(home, "web", {"say", "up", "wait"});
  const int pid = pid_of(home, "web");
  for (int i = 0; std::ofstream(home.state() / ("inode" + std::to_string(i))).is_open(); ++i) {
  }
  send_signal(pid, SIGKILL);
  REQUIRE(wait_for_other_pid(home, "web", pid));
  done(home, {"restart", "web"});
  done(home, {"stop", "web"});
  REQUIRE(status_of(home, "web") == "stopped");
}

TEST_CASE("DISK1 a file size limit of the caller is disk full too: the supervisor lives", "[DISK1]") {
  const TemporaryHome home;
  Command command =
      home.command(start_words("web", {"--log-max-size", "0"},
                               {"say", "up", "lines", "5000", "100", "touch", home.scratch() / "written", "wait"}));
  command.before_exec = [] {
    const rlimit small{100000, 100000};
    setrlimit(RLIMIT_FSIZE, &small);
  };
  REQUIRE(run(command).exit_code == 0);
  REQUIRE(wait_until([&] { return fs::exists(home.scratch() / "written"); }));
  REQUIRE(status_of(home, "web") == "online");
  REQUIRE(wait_until([&] { return has(done(home, {"describe", "web"}).out, "dropped"); }));
  REQUIRE(listed(home, "web").at("restarts") == 0);
  done(home, {"restart", "web"});
  done(home, {"stop", "web"});
}
