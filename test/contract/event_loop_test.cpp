// The event loop: it reports each event once, misses none, and has no spurious wake-ups.
#include "platform/event_loop.hpp"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "platform/process.hpp"
#include "test/support/catch.hpp"
#include "test/support/process.hpp"
#include "test/support/wait.hpp"

using namespace forever;
using namespace std::chrono_literals;
using Kind = LoopEvent::Kind;

namespace {

// A loop whose mark on the process is wiped off at the end, so that test cases do not disturb each other.
class Loop {
 public:
  explicit Loop(std::vector<int> signals = {}) {
    sigset_t none;
    sigemptyset(&none);
    pthread_sigmask(SIG_SETMASK, &none, &before_);
    loop_.emplace(std::move(*EventLoop::create(signals)));
  }
  ~Loop() {
    loop_.reset();
    while (waitpid(-1, nullptr, WNOHANG) > 0) continue;
    for (const int signal : {SIGPIPE, SIGXFSZ}) ::signal(signal, SIG_DFL);
    pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }
  EventLoop* operator->() { return &*loop_; }
  EventLoop& operator*() { return *loop_; }

  // The events of all waits until `enough` is true, or 10 s have passed.
  std::vector<LoopEvent> gather(const std::function<bool(const std::vector<LoopEvent>&)>& enough) {
    std::vector<LoopEvent> all;
    for (const Time end = steady_now() + 10s; !enough(all) && steady_now() < end;)
      for (const LoopEvent& event : loop_->wait(end)) all.push_back(event);
    return all;
  }
  std::vector<LoopEvent> gather(std::size_t count) {
    return gather([=](const auto& all) { return all.size() >= count; });
  }
  std::vector<LoopEvent> now() {
    const auto events = loop_->wait(steady_now());
    return {events.begin(), events.end()};
  }

 private:
  std::optional<EventLoop> loop_;
  sigset_t before_;
};

struct Pipe {
  Handle read, write;
  Pipe() {
    std::array<int, 2> ends{};
    REQUIRE(pipe2(ends.data(), O_NONBLOCK | O_CLOEXEC) == 0);
    read.reset(ends[0]);
    write.reset(ends[1]);
  }
  void put(std::string_view text) const {
    REQUIRE(::write(write.get(), text.data(), text.size()) == ssize_t(text.size()));
  }
};

// A child that sleeps until its end is asked for.
pid_t sleeper() {
  const pid_t pid = fork();
  if (pid == 0)
    for (;;) pause();
  return pid;
}

bool is(const LoopEvent& event, Kind kind, std::uint64_t token) { return event.kind == kind && event.token == token; }

}  // namespace

TEST_CASE("A readable handle is reported by its token: level while it is true, edge once", "[loop]") {
  Loop loop;
  Pipe level, edge;
  REQUIRE(loop->watch_readable(level.read.get(), 7));
  REQUIRE(loop->watch_readable(edge.read.get(), 8, EventLoop::Trigger::edge));
  CHECK(loop.now().empty());

  level.put("x");
  CHECK(is(loop.now().at(0), Kind::readable, 7));
  CHECK(is(loop.now().at(0), Kind::readable, 7));
  loop->unwatch(level.read.get());
  CHECK(loop.now().empty());

  edge.put("x");
  CHECK(is(loop.now().at(0), Kind::readable, 8));
  CHECK(loop.now().empty());
  edge.put("y");
  CHECK(is(loop.now().at(0), Kind::readable, 8));
}

TEST_CASE("A paused handle is silent, and events of the pause are reported when it is resumed", "[loop]") {
  Loop loop;
  Pipe pipe;
  REQUIRE(loop->watch_readable(pipe.read.get(), 1, EventLoop::Trigger::edge));
  loop->pause(pipe.read.get());
  pipe.put("x");
  CHECK(loop.now().empty());
  loop->resume(pipe.read.get());
  CHECK(is(loop.now().at(0), Kind::readable, 1));
  CHECK(loop.now().empty());
}

TEST_CASE("A handle can be watched both ways, and end of file counts as readable", "[loop]") {
  Loop loop;
  std::array<int, 2> ends{};
  REQUIRE(socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data()) == 0);
  Handle mine{ends[0]}, other{ends[1]};
  REQUIRE(loop->watch_readable(mine.get(), 1));
  CHECK(loop.now().empty());
  REQUIRE(loop->watch_writable(mine.get(), 2));
  CHECK(is(loop.now().at(0), Kind::writable, 2));
  other.reset();
  const auto events = loop.now();
  REQUIRE(events.size() == 2);
  CHECK(is(events[0], Kind::readable, 1));
  CHECK(is(events[1], Kind::writable, 2));
}

TEST_CASE("A descriptor number that was closed unnoticed and is used again starts afresh", "[loop]") {
  Loop loop;
  Pipe first;
  REQUIRE(loop->watch_writable(first.write.get(), 1));
  const int number = first.write.release();
  ::close(number);
  Pipe second;
  REQUIRE(dup2(second.read.get(), number) == number);
  const Handle again{number};
  REQUIRE(loop->watch_readable(number, 2));
  CHECK(loop.now().empty());
  second.put("x");
  CHECK(is(loop.now().at(0), Kind::readable, 2));
}

TEST_CASE("A regular file cannot be watched, which is an error", "[loop]") {
  Loop loop;
  const Handle file{::open("/proc/self/exe", O_RDONLY | O_CLOEXEC)};
  const Status status = loop->watch_readable(file.get(), 1);
  REQUIRE_FALSE(status);
  CHECK(status.error().code.value() == EPERM);
}

TEST_CASE("Signals come by the loop, whatever their disposition was before", "[loop]") {
  ::signal(SIGHUP, SIG_IGN);
  Loop loop({SIGTERM, SIGHUP, SIGUSR1});
  REQUIRE(kill(getpid(), SIGTERM) == 0);
  REQUIRE(kill(getpid(), SIGHUP) == 0);
  REQUIRE(kill(getpid(), SIGUSR1) == 0);
  std::set<int> seen;
  for (const LoopEvent& event : loop.gather(3)) {
    CHECK(event.kind == Kind::signal);
    CHECK_FALSE(event.from_kernel);
    seen.insert(event.signal);
  }
  CHECK(seen == std::set<int>{SIGTERM, SIGHUP, SIGUSR1});
  CHECK(loop.now().empty());
}

TEST_CASE("SIGPIPE and SIGXFSZ are ignored once there is a loop", "[loop]") {
  Loop loop;
  for (const int signal : {SIGPIPE, SIGXFSZ}) {
    struct sigaction action {};
    REQUIRE(sigaction(signal, nullptr, &action) == 0);
    CHECK(action.sa_handler == SIG_IGN);
  }
}

TEST_CASE("A child's end is reported with its start time and status, and the child is reaped", "[loop]") {
  Loop loop;
  const pid_t pid = sleeper();
  const ProcessId id = *identify(pid);
  REQUIRE(kill(pid, SIGKILL) == 0);
  const auto events = loop.gather(1);
  REQUIRE(events.size() == 1);
  CHECK(events[0].kind == Kind::child_exited);
  CHECK(events[0].child == id);
  CHECK(events[0].status.kind == ExitStatus::Kind::signalled);
  CHECK(events[0].status.code == SIGKILL);
  CHECK(waitpid(pid, nullptr, WNOHANG) == -1);
}

TEST_CASE("A child that is stopped and continued is no event", "[loop]") {
  Loop loop;
  const pid_t pid = sleeper();
  REQUIRE(kill(pid, SIGSTOP) == 0);
  REQUIRE(test::wait_until([&] { return test::state_of(pid) == 'T'; }));
  REQUIRE(kill(pid, SIGCONT) == 0);
  REQUIRE(test::wait_until([&] { return test::state_of(pid) == 'S'; }));
  CHECK(loop.now().empty());
  kill(pid, SIGKILL);
  CHECK(loop.gather(1).size() == 1);
}

TEST_CASE("A stopped child is reported with the signal if requested, and its end as usual", "[loop]") {
  Loop loop;
  loop->report_stops();
  const pid_t pid = sleeper();
  REQUIRE(kill(pid, SIGSTOP) == 0);  // TSTP stops no process in an orphaned group
  const auto stopped = loop.gather(1);
  REQUIRE(stopped.size() == 1);
  CHECK(stopped[0].kind == Kind::child_stopped);
  CHECK(stopped[0].child.pid == pid);
  CHECK(stopped[0].signal == SIGSTOP);
  REQUIRE(kill(pid, SIGCONT) == 0);
  REQUIRE(kill(pid, SIGKILL) == 0);
  const auto ended = loop.gather(1);
  REQUIRE(ended.size() == 1);
  CHECK(ended[0].kind == Kind::child_exited);
  CHECK(ended[0].status.code == SIGKILL);
}

TEST_CASE("Children that ended before the loop was created can be collected", "[loop]") {
  sigset_t child, before;
  sigemptyset(&child);
  sigaddset(&child, SIGCHLD);
  pthread_sigmask(SIG_BLOCK, &child, &before);
  const pid_t pid = fork();
  if (pid == 0) _exit(3);
  REQUIRE(test::wait_until([&] { return test::state_of(pid) == 'Z'; }));
  Loop loop;
  std::vector<LoopEvent> events;
  loop->collect_children(events);
  REQUIRE(events.size() == 1);
  CHECK(events[0].child.pid == pid);
  CHECK(events[0].status.code == 3);
  CHECK(loop.now().empty());
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

TEST_CASE("BACK3 a thousand children that die in one moment are all told, each once, and no zombie is left",
          "[BACK3][loop]") {
  Loop loop;
  Pipe gate;
  constexpr std::size_t kChildren = 1000;
  std::map<pid_t, int> told;
  for (std::size_t i = 0; i < kChildren; ++i) {
    const pid_t pid = fork();
    if (pid == 0) {
      gate.write.reset();
      fcntl(gate.read.get(), F_SETFL, 0);
      char byte = 0;
      (void)!::read(gate.read.get(), &byte, 1);
      _exit(static_cast<int>(i % 100));
    }
    REQUIRE(pid > 0);
    told[pid] = 0;
  }
  gate.write.reset();
  for (const LoopEvent& event : loop.gather(kChildren)) {
    CHECK(event.kind == Kind::child_exited);
    ++told[event.child.pid];
  }
  CHECK(told.size() == kChildren);
  CHECK(std::all_of(told.begin(), told.end(), [](const auto& entry) { return entry.second == 1; }));
  CHECK(test::zombie_children_of(getpid()).empty());
}

TEST_CASE("A process that is not a child is reported once when it ends, even if it is not reaped", "[loop]") {
  Loop loop;
  Pipe answer;
  // The process's parent never reaps, so that a zombie stays.
  const pid_t parent = fork();
  if (parent == 0) {
    const pid_t pid = sleeper();
    (void)!::write(answer.write.get(), &pid, sizeof pid);
    for (;;) pause();
  }
  pid_t stranger = 0;
  REQUIRE(test::wait_until([&] { return ::read(answer.read.get(), &stranger, sizeof stranger) == sizeof stranger; }));
  const ProcessId id = *identify(stranger);
  REQUIRE(loop->watch_process(id, 42));
  CHECK(loop.now().empty());
  REQUIRE(kill(stranger, SIGKILL) == 0);
  const auto events = loop.gather(1);
  REQUIRE(events.size() == 1);
  CHECK(is(events[0], Kind::process_gone, 42));
  CHECK(events[0].child == id);
  CHECK(test::state_of(stranger) == 'Z');
  CHECK(loop.now().empty());

  SECTION("a zombie is reported at once") {
    REQUIRE(loop->watch_process(id, 43));
    CHECK(is(loop.gather(1).at(0), Kind::process_gone, 43));
  }
  SECTION("one that is forgotten in time is not told") {
    REQUIRE(loop->watch_process(id, 43));
    loop->unwatch_process(id);
    CHECK(loop.now().empty());
  }
  kill(parent, SIGKILL);
  CHECK(loop.gather(1).at(0).child.pid == parent);
}

TEST_CASE("ID1 a pid that now belongs to another process is a process that is gone", "[ID1][loop]") {
  Loop loop;
  ProcessId forged = *identify(getpid());
  forged.start_time += 1;
  REQUIRE(loop->watch_process(forged, 5));
  CHECK(is(loop.gather(1).at(0), Kind::process_gone, 5));
  CHECK(loop.now().empty());
}

TEST_CASE("A deadline is waited for in one sleep, never less", "[loop]") {
  Loop loop;
  for (const auto patience : {300us, 1500us, 20000us}) {
    const Time due = steady_now() + patience;
    CHECK(loop->wait(due).empty());
    CHECK(steady_now() >= due);
  }
  CHECK(loop->wait(steady_now() - 1h).empty());
}
