// The whole binary while the machine is in trouble: one system call of each of its processes fails, and still the app is
// either kept alive or not started with a word of why, `list` tells, and everything can be stopped.
#include <csignal>
#include <cstring>

#include "test/fault/sweep.hpp"
#include "test/support/catch.hpp"
#include "test/support/home.hpp"
#include "test/support/json.hpp"
#include "test/support/process.hpp"

namespace forever::test {
namespace {

struct Trouble {
  const char* call;
  int code;
  int most;  // the last of its calls to fail
};

// Whatever came before, this directory can be cleared by the ordinary verbs.
void stop_everything(const TemporaryHome& home) {
  const Result list = home.forever({"list", "--json"});
  CHECK(list.exit_code == 0);
  (void)parse_json(list.out);
  const Result removed = home.forever({"delete", "x"});
  INFO("delete: " << removed.out << removed.err);
  CHECK((removed.exit_code == 0 || removed.exit_code == 3));
  CHECK(wait_until([&] { return processes_with_environment("FOREVER_HOME=" + home.state().string()).empty(); }));
}

void start_in_trouble(const Trouble& trouble, int nth) {
  TemporaryHome home;
  const std::string plan = std::string(trouble.call) + ":" + std::to_string(nth) + ":" + std::to_string(trouble.code);
  INFO("FOREVER_FAULT=" << plan << ": " << std::strerror(trouble.code));
  Command start = home.command({"start", "--name", "x", child_binary(), "--", "wait"});
  start.environment["FOREVER_FAULT"] = plan;
  const Result started = run(start);
  INFO("start: exit code " << started.exit_code << "\n" << started.out << started.err);
  CHECK_FALSE(started.timed_out);
  CHECK(started.signal == 0);
  if (started.exit_code == 0) {
    CHECK(wait_for_status(home, "x", "online", 20s));
  } else {
    CHECK(started.err.starts_with("forever: "));
  }
  stop_everything(home);
}

TEST_CASE("SUP4 DISK1 STATE2 an app is kept alive or refused in plain words, whatever single call fails", "[slow]") {
  const Trouble trouble = GENERATE(
      Trouble{"fork", EAGAIN, 2}, Trouble{"open", EMFILE, 30}, Trouble{"open", ENOSPC, 30}, Trouble{"read", EIO, 20},
      Trouble{"write", EIO, 6}, Trouble{"pwrite", ENOSPC, 4}, Trouble{"pipe2", EMFILE, 4}, Trouble{"mkdir", ENOSPC, 6},
      Trouble{"renameat2", EINVAL, 4}, Trouble{"rename", EROFS, 3}, Trouble{"fcntl", ENOLCK, 12},
      Trouble{"fstat", EIO, 8}, Trouble{"stat", EACCES, 12}, Trouble{"setsid", EPERM, 2}, Trouble{"dup2", EMFILE, 4},
      Trouble{"setrlimit", EPERM, 3}, Trouble{"chdir", EACCES, 2}, Trouble{"execve", ENOMEM, 2},
      Trouble{"close_range", ENOSYS, 3}, Trouble{"epoll_create1", EMFILE, 2}, Trouble{"socketpair", EMFILE, 2},
      Trouble{"sendmsg", EAGAIN, 6}, Trouble{"sigprocmask", EINVAL, 1}, Trouble{"mkfifo", ENOSPC, 2},
      Trouble{"bind", ENOSPC, 1}, Trouble{"listen", EADDRINUSE, 1}, Trouble{"signalfd", EMFILE, 2},
      Trouble{"epoll_ctl", ENOMEM, 6});
  for (int nth = 1; nth <= trouble.most; ++nth) start_in_trouble(trouble, nth);
}

// Started with a watch of which one call fails: it is started, or refused in plain words, and if it runs a save restarts it.
void watch_in_trouble(const Trouble& trouble, int nth) {
  const TemporaryHome home;
  const auto tree = home.scratch() / "tree";
  std::filesystem::create_directories(tree / "sub");
  write_file(tree / "main.js", "one");
  const std::string plan = std::string(trouble.call) + ":" + std::to_string(nth) + ":" + std::to_string(trouble.code);
  INFO("FOREVER_FAULT=" << plan << ": " << std::strerror(trouble.code));
  Command start = home.command(
      {"start", "--name", "x", "--watch=" + tree.string(), "--watch-delay", "0", child_binary(), "--", "wait"});
  start.environment["FOREVER_FAULT"] = plan;
  const Result started = run(start);
  INFO("start: exit code " << started.exit_code << "\n" << started.out << started.err);
  CHECK_FALSE(started.timed_out);
  if (started.exit_code == 0) {
    REQUIRE(wait_for_status(home, "x", "online", 20s));
    const int pid = pid_of(home, "x");
    write_file(tree / "sub/a.js", "two");  // a directory that cannot be watched is left out
    write_file(tree / "main.js", "two");
    CHECK(wait_for_other_pid(home, "x", pid));
  } else {
    CHECK(started.err.starts_with("forever: "));
  }
  stop_everything(home);
}

TEST_CASE("WATCH whatever single call of a watch fails, a save restarts the app", "[slow]") {
  const Trouble trouble =
      GENERATE(Trouble{"inotify_init1", EMFILE, 1}, Trouble{"inotify_add_watch", ENOSPC, 4},
               Trouble{"inotify_add_watch", ENOMEM, 4}, Trouble{"inotify_add_watch", EACCES, 4},
               Trouble{"opendir", EMFILE, 6}, Trouble{"fstatat", EACCES, 8}, Trouble{"openat", EMFILE, 6},
               Trouble{"epoll_ctl", ENOMEM, 8}, Trouble{"read", EIO, 20});
  for (int nth = 1; nth <= trouble.most; ++nth) watch_in_trouble(trouble, nth);
}

TEST_CASE("STATE2 a fork that fails for want of memory is reported, and the policy applies") {
  const TemporaryHome home;
  Command start = home.command({"start", "--name", "x", child_binary(), "--", "count", home.scratch() / "runs", "first",
                                "1", "exit", "3", "end", "wait"});
  // The first is the supervisor's, the second the first run's, the third that of its restart.
  start.environment["FOREVER_FAULT"] = "fork:3:" + std::to_string(ENOMEM);
  const Result started = run(start);
  INFO(started.out << started.err);
  REQUIRE(started.exit_code == 0);
  REQUIRE(wait_until([&] {
    return home.forever({"describe", "x"}).out.find("fork: cannot allocate memory") != std::string::npos;
  }));
  REQUIRE(wait_for_status(home, "x", "online"));
  REQUIRE(read_file(home.scratch() / "runs").size() == 2);
  stop_everything(home);
}

}  // namespace
}  // namespace forever::test
