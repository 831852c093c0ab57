// REQ1: no command waits without end for a supervisor, and no supervisor for its keeper or a client.
#include "platform/local_socket.hpp"
#include "test/e2e/workers.hpp"

using namespace forever::test;

namespace {

// Held by SIGSTOP for as long as this lives.
class Suspended {
 public:
  explicit Suspended(int pid) : pid_(pid) { send_signal(pid_, SIGSTOP); }
  Suspended(const Suspended&) = delete;
  Suspended& operator=(const Suspended&) = delete;
  ~Suspended() { send_signal(pid_, SIGCONT); }

 private:
  int pid_;
};

}  // namespace

TEST_CASE("REQ1 a large request to a suspended supervisor ends, and says what to do", "[REQ1]") {
  const TemporaryHome home;
  start(home, "web", {"wait"});
  const int supervisor = supervisor_of(home, "web");
  auto asking = home.command({"restart", "web", "--update-env"});
  for (int number = 0; number < 3; ++number)
    asking.environment["LARGE" + std::to_string(number)] = std::string(100'000, 'x');
  asking.deadline = 15s;
  {
    const Suspended suspended(supervisor);
    const auto result = run(asking);
    REQUIRE_FALSE(result.timed_out);
    CHECK(result.exit_code == 1);
    CHECK(has(result.err, "is suspended; `kill -CONT " + std::to_string(supervisor) + "`"));
  }
  // Half a request has been left there: it changed nothing, and the next is understood.
  const int pid = pid_of(home, "web");
  CHECK(pid > 0);
  CHECK(run(asking).exit_code == 0);
  CHECK(pid_of(home, "web") != pid);
}

TEST_CASE("REQ1 a request beyond what a supervisor takes is refused in words", "[REQ1]") {
  const TemporaryHome home;
  start(home, "web", {"wait"});
  auto asking = home.command({"restart", "web", "--update-env"});
  // A control character takes six bytes in JSON.
  for (int number = 0; number < 9; ++number)
    asking.environment["LARGE" + std::to_string(number)] = std::string(100'000, '\x01');
  asking.deadline = 15s;
  const auto result = run(asking);
  REQUIRE_FALSE(result.timed_out);
  CHECK(result.exit_code == 1);
  require_one_line(result.err, "the request has");
}

TEST_CASE("REQ1 a supervisor does not wait for a suspended keeper", "[REQ1]") {
  NEED_SHARING();
  const TemporaryHome home;
  Words words{"wait-for", home.scratch() / "go"};
  for (int number = 0; number < 400; ++number)
    words = words + Words{"listen", std::to_string(free_port()), "stop-listening"};
  start(home, "web", words + Words{"say", "up", "wait"}, {"--hold-ports"});
  const Suspended suspended(keeper_of(home, "web"));
  write_file(home.scratch() / "go", "");
  REQUIRE(wait_for_log(home, "web", "up"));
  auto asking = home.command({"restart", "web"});
  asking.deadline = 10s;
  CHECK(run(asking).exit_code == 0);
  asking = home.command({"stop", "web"});
  asking.deadline = 10s;
  CHECK(run(asking).exit_code == 0);
}

TEST_CASE("REQ1 a client that does not take its answer keeps the supervisor from nothing", "[REQ1]") {
  const TemporaryHome home;
  start(home, "web", {"wait"});
  const auto deaf = forever::connect_local(home.app("web"), "control");
  REQUIRE(deaf);
  // Answers of some kilobytes each, until nothing more goes.
  for (int count = 0; count < 2000; ++count) {
    const auto sent = forever::send_some(deaf->get(), "{\"do\":\"describe\"}\n");
    if (!sent || *sent == 0) break;  // an answered client is closed
  }
  done(home, {"restart", "web"});
  done(home, {"stop", "web"});
}
