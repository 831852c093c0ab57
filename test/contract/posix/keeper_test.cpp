// The keeper against the real kernel: it replaces supervisors, holds descriptors, and keeps exit records until they are
// acknowledged. Each case forks a keeper of its own; its supervisors tell what they find through a pipe.
#include "platform/keeper.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <string>

#include "platform/local_socket.hpp"
#include "platform/pipe.hpp"
#include "supervisor/supervisor.hpp"
#include "test/support/catch.hpp"

using namespace forever;

namespace {

using Body = std::function<int(Inheritance&&, const KeeperFace&)>;

constexpr std::chrono::milliseconds kPatience{40000};

struct KeeperRun {
  int exit_code = -1;
  std::string said;  // by the supervisors, one after the other
};

// Runs a keeper to its end. `body` speaks through write_message(say, …).
KeeperRun run(const std::function<Body(NativeHandle say)>& make_body) {
  auto pipe = make_pipe();
  REQUIRE(pipe);
  const pid_t keeper = ::fork();
  if (keeper == 0) {
    pipe->read.reset();
    std::string title(64, 'x');
    std::array<char*, 2> argv{title.data(), nullptr};
    KeeperFace face;
    face.title = "forever: test";
    ::_exit(run_keeper(std::move(face), argv.data(), make_body(pipe->write.get()), respawn()));
  }
  pipe->write.reset();
  KeeperRun result;
  result.said = read_to_end(pipe->read.get(), kPatience);
  int status = 0;
  while (::waitpid(keeper, &status, 0) < 0 && errno == EINTR) {
  }
  if (WIFEXITED(status)) result.exit_code = WEXITSTATUS(status);
  return result;
}

// The next record, waited for.
std::string next_record(KeeperLink& link) {
  const std::array<NativeHandle, 1> handles{link.native()};
  if (wait_readable(handles, kPatience) < 0) return "none";
  ExitRecord record;
  if (link.receive(record) != KeeperLink::Receipt::record) return "nothing";
  return describe_exit(record.status);
}

}  // namespace

TEST_CASE("SUP1 a supervisor that dies is replaced, one that has finished is not") {
  const KeeperRun result = run([](NativeHandle say) -> Body {
    return [say](Inheritance&& inheritance, const KeeperFace&) {
      write_message(say, std::to_string(inheritance.generation));
      if (inheritance.generation == 2) (void)inheritance.link.finish().ok();
      return 1;
    };
  });
  CHECK(result.said == "012");
  CHECK(result.exit_code == 0);
}

TEST_CASE("SUP1 what the keeper was given is there for the next supervisor, what was dropped is not") {
  const KeeperRun result = run([](NativeHandle say) -> Body {
    return [say](Inheritance&& inheritance, const KeeperFace&) {
      if (inheritance.generation == 0) {
        auto pipe = make_pipe();
        write_message(pipe->write.get(), "kept");
        (void)inheritance.link.hold("pipe", pipe->read.get()).ok();
        (void)inheritance.link.hold("other", pipe->read.get()).ok();
        (void)inheritance.link.drop("other").ok();
        return 1;
      }
      const bool other = inheritance.held.contains("other");
      const auto found = inheritance.held.find("pipe");
      write_message(say, found == inheritance.held.end() ? "lost" : read_to_end(found->second.get(), kPatience));
      if (other) write_message(say, " and the other");
      (void)inheritance.link.finish().ok();
      return 0;
    };
  });
  CHECK(result.said == "kept");
}

TEST_CASE("SUP1 the end of an orphaned instance is reported with its status, repeatedly until it is acknowledged") {
  const KeeperRun result = run([](NativeHandle say) -> Body {
    return [say](Inheritance&& inheritance, const KeeperFace&) {
      KeeperLink& link = inheritance.link;
      switch (inheritance.generation) {
        case 0: {
          auto gate = make_pipe();
          const pid_t instance = ::fork();
          if (instance == 0) {
            gate->write.reset();
            (void)read_to_end(gate->read.get(), kPatience);  // until this supervisor is gone
            ::_exit(42);
          }
          return 1;
        }
        case 1: write_message(say, next_record(link) + ";"); return 1;
        case 2: {
          const std::array<NativeHandle, 1> handles{link.native()};
          ExitRecord record;
          if (wait_readable(handles, kPatience) >= 0 && link.receive(record) == KeeperLink::Receipt::record) {
            write_message(say, describe_exit(record.status) + ";");
            (void)link.acknowledge(record.id).ok();
          }
          return 1;
        }
        default: {
          ExitRecord record;
          write_message(say, link.receive(record) == KeeperLink::Receipt::nothing ? "silence" : "again");
          (void)link.finish().ok();
          return 0;
        }
      }
    };
  });
  CHECK(result.said == "exit 42;exit 42;silence");
  CHECK(result.exit_code == 0);
}

TEST_CASE("SUP1 a thousand orphans that end at once are all told, more than may be under way") {
  constexpr int kOrphans = 1000;
  const KeeperRun result = run([](NativeHandle say) -> Body {
    return [say](Inheritance&& inheritance, const KeeperFace&) {
      KeeperLink& link = inheritance.link;
      if (inheritance.generation == 0) {
        auto gate = make_pipe();
        for (int i = 0; i < kOrphans; ++i) {
          if (::fork() == 0) {
            gate->write.reset();
            (void)read_to_end(gate->read.get(), kPatience);
            ::_exit(7);
          }
        }
        return 1;
      }
      int told = 0;
      const std::array<NativeHandle, 1> handles{link.native()};
      while (told < kOrphans && wait_readable(handles, kPatience) >= 0) {
        ExitRecord record;
        if (link.receive(record) != KeeperLink::Receipt::record) continue;
        if (record.status == ExitStatus{ExitStatus::Kind::exited, 7, false}) ++told;
        (void)link.acknowledge(record.id).ok();
      }
      write_message(say, std::to_string(told));
      (void)link.finish().ok();
      return 0;
    };
  });
  CHECK(result.said == std::to_string(kOrphans));
}
