// What of apps.hpp only POSIX can do: other users, and processes that are held.
#include "test/e2e/apps.hpp"

#include <grp.h>
#include <unistd.h>

namespace forever::test {

void kill_watchers(const TemporaryHome& home, const std::string& name) {
  const Json app = listed(home, name);
  const int keeper = app.at("keeper_pid").get<int>();
  const int supervisor = app.at("supervisor_pid").get<int>();
  REQUIRE(keeper > 1);
  REQUIRE(supervisor > 1);
  // Stopped first, so that neither can do anything about the other's death.
  send_signal(supervisor, SIGSTOP);
  send_signal(keeper, SIGKILL);
  send_signal(supervisor, SIGKILL);
  REQUIRE(wait_until([&] { return !alive(keeper) && !alive(supervisor); }));
}

Stranger::Stranger() : id_(200000U + static_cast<unsigned>(getpid())) {}

bool Stranger::possible() { return geteuid() == 0; }

std::function<void()> Stranger::become() const {
  return [id = id_] {
    if (setgroups(0, nullptr) != 0 || setgid(id) != 0 || setuid(id) != 0) _exit(125);
  };
}

StrangersHome::StrangersHome() : home((setenv("TMPDIR", "/tmp", 1), TemporaryHome{})) {
  std::filesystem::copy_file(forever_binary(), home.scratch() / "forever");
  std::filesystem::copy_file(child_binary(), home.scratch() / "child");
  std::filesystem::create_directory(home.state());
  REQUIRE(chown(home.state().c_str(), user.id(), user.id()) == 0);
}

Result StrangersHome::run(const Words& arguments) const {
  Command command = home.command({});
  command.argv = Words{home.scratch() / "forever"} + arguments;
  command.before_exec = user.become();
  return forever::test::run(command);
}

Result StrangersHome::done(const Words& arguments) const {
  Result result = run(arguments);
  INFO("forever " << arguments.at(0) << ": " << result.out << result.err);
  REQUIRE(result.exit_code == 0);
  return result;
}

}  // namespace forever::test
