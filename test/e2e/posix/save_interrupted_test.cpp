// save, killed at one system call after another.
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

#include "test/e2e/apps.hpp"

using namespace forever::test;
namespace fs = std::filesystem;

namespace {

enum class End : std::uint8_t { killed, came_first, not_traced };

// Runs `forever save`, and kills it as it enters or leaves its n-th system call; ptrace(2).
End save_killed_at(const TemporaryHome& home, int nth) {
  const std::string binary = forever_binary(), state = "FOREVER_HOME=" + home.state().string();
  const pid_t pid = ::fork();
  REQUIRE(pid >= 0);
  if (pid == 0) {
    if (::ptrace(PTRACE_TRACEME, 0, nullptr, nullptr) != 0) ::_exit(99);
    const char* const argv[] = {binary.c_str(), "save", "--quiet", nullptr};
    const char* const environment[] = {state.c_str(), nullptr};
    ::execve(binary.c_str(), const_cast<char* const*>(argv), const_cast<char* const*>(environment));
    ::_exit(98);
  }
  int status = 0;
  for (int stop = 0; ::waitpid(pid, &status, 0) == pid && WIFSTOPPED(status); ++stop) {
    if (stop == nth) {
      ::kill(pid, SIGKILL);
      REQUIRE(::waitpid(pid, &status, 0) == pid);
      return End::killed;
    }
    REQUIRE(::ptrace(PTRACE_SYSCALL, pid, nullptr, nullptr) == 0);
  }
  if (WIFEXITED(status) && WEXITSTATUS(status) >= 98) return End::not_traced;
  CHECK(status == 0);
  return End::came_first;
}

}  // namespace

TEST_CASE("DISK2 a save that is killed at any system call leaves the old list or the new one", "[e2e]") {
  if (sanitized()) SKIP_CASE("a sanitizer makes 100 times as many system calls of its own");
  const TemporaryHome home;
  start(home, "one", {"wait"});
  done(home, {"save"});
  const fs::path file = home.state() / "saved.json";
  const std::string old_list = read_file(file);
  start(home, "two", {"wait"});
  done(home, {"save"});
  const std::string new_list = read_file(file);
  REQUIRE(old_list != new_list);
  bool old_seen = false, new_seen = false;
  End end = End::killed;
  for (int nth = 1; end == End::killed; ++nth) {
    write_file(file, old_list);
    end = save_killed_at(home, nth);
    if (end == End::not_traced) SKIP_CASE("no process may be traced here");
    INFO("at stop " << nth);
    const std::string now = read_file(file);
    REQUIRE((now == old_list || now == new_list));
    (now == old_list ? old_seen : new_seen) = true;
  }
  CHECK((old_seen && new_seen));
  done(home, {"save"});  // whatever was left lying is no hindrance
  CHECK(read_file(file) == new_list);
}
