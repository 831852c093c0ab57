// The loop, the control socket and the log path while the machine is in trouble.
#include <fcntl.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <sstream>

#include "app/log_paths.hpp"
#include "platform/event_loop.hpp"
#include "platform/files.hpp"
#include "platform/local_socket.hpp"
#include "supervisor/log/log_writer.hpp"
#include "test/contract/scratch.hpp"
#include "test/fault/sweep.hpp"
#include "test/support/catch.hpp"

namespace forever {
namespace {

using namespace std::chrono_literals;
using fault::Where;
using test::fail_each_call;
using test::Scratch;

TEST_CASE("SUP4 a loop that cannot be made leaves signals and descriptors as they were") {
  sigset_t before;
  sigprocmask(SIG_SETMASK, nullptr, &before);
  fail_each_call(Where::parent, [&] {
    const std::array signals{SIGTERM, SIGHUP};
    const auto loop = EventLoop::create(signals);
    if (loop) sigprocmask(SIG_SETMASK, &before, nullptr);
  });
}

TEST_CASE("SUP4 a loop that fails in the middle of its work tells the end of a child all the same, sooner or later") {
  sigset_t before;
  sigprocmask(SIG_SETMASK, nullptr, &before);
  auto loop = EventLoop::create({});
  REQUIRE(loop);
  fail_each_call(Where::parent, [&] {
    const pid_t pid = ::fork();
    if (pid == 0) ::_exit(7);
    bool told = false;
    for (int turn = 0; turn < 200 && !told; ++turn) {
      const auto take = [&](std::span<const LoopEvent> events) {
        for (const LoopEvent& event : events) told = told || (event.child.pid == pid && event.status.code == 7);
      };
      take(loop->wait(steady_now() + 5ms));
      std::vector<LoopEvent> more;
      if (turn > 2) loop->collect_children(more);
      take(more);
    }
    CHECK(told);
  });
  sigprocmask(SIG_SETMASK, &before, nullptr);
}

TEST_CASE("SUP4 whatever call fails between two ends of the control socket, nothing is left over") {
  const Scratch scratch;
  fail_each_call(Where::parent, [&] {
    const auto listener = listen_local(scratch.path(), "control");
    const auto client = listener ? connect_local(scratch.path(), "control") : Result<Handle>(Handle{});
    if (!listener || !client) return;
    const auto server = accept_local(listener->get());
    if (!server || !*server) return;
    (void)send_some(client->get(), "x").ok();
    std::string text;
    (void)receive_some(server->get(), text).ok();
  });
}

TEST_CASE("DISK1 whatever call fails on the way of a log, every line is there or counted as lost") {
  const LogFormat format = GENERATE(LogFormat::raw, LogFormat::time, LogFormat::json);
  constexpr int kLines = 12;
  fail_each_call(Where::parent, [&] {
    const Scratch scratch;
    std::uint64_t dropped = 0;
    {
      auto held = hold_fifo(scratch / "fifo");
      auto reader = held ? OutputReader::open(held->get()) : Result<OutputReader>(error_from(EIO, "hold"));
      if (!reader) return;
      LogWriter writer(
          {.path = scratch / "log", .stream = "out", .app = "app", .format = format, .max_size = 300, .keep = 20},
          std::move(*reader));
      Time now = steady_now();
      for (int i = 0; i < kLines; ++i) {
        const std::string line = "line " + std::to_string(100 + i) + std::string(i % 40, '.') + "\n";
        REQUIRE(::write(held->get(), line.data(), line.size()) == ssize_t(line.size()));
        now += 300ms;
        writer.readable(now);
        if (writer.deadline() && *writer.deadline() <= now) writer.pump(now);
      }
      for (int i = 0; i < 4; ++i) writer.pump(now += 1s, true);
      dropped = writer.dropped_bytes();
      CHECK(writer.trouble().empty());
    }
    std::string all;
    for (unsigned i = 30; i-- > 0;) {
      // Not by the product's own calls, which may be the ones that fail.
      std::ostringstream text;
      text << std::ifstream(i == 0 ? scratch / "log" : rotated_path(scratch / "log", i), std::ios::binary).rdbuf();
      all += text.str();
    }
    std::uint64_t missing = 0;
    for (int i = 0; i < kLines; ++i) {
      const std::string line = "line " + std::to_string(100 + i) + std::string(i % 40, '.');
      if (all.find(line) == std::string::npos) missing += line.size() + 1;
    }
    CHECK(missing <= dropped);
    if (dropped > 0) CHECK_THAT(all, test::contains("forever: "));
  });
}

}  // namespace
}  // namespace forever
