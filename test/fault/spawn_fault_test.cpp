// Starting an instance while the machine is in trouble.
#include "platform/spawn.hpp"

#include <sys/wait.h>

#include <csignal>

#include "test/contract/posix/started.hpp"
#include "test/fault/sweep.hpp"
#include "test/support/catch.hpp"

namespace forever {
namespace {

using fault::Where;
using test::child_request;
using test::fail_each_call;

struct Outcome {
  bool spawned = false;
  ExecReport report;
  ExitStatus end;
};

// The whole way of an instance that exits with 7 at once.
Outcome start_and_end(const SpawnRequest& request) {
  Outcome outcome;
  auto held = spawn_held(request);
  if (!held) return outcome;
  outcome.spawned = true;
  open_gate(*held);
  outcome.report = test::report_of(*held);
  outcome.end = test::end_of(held->id.pid);
  return outcome;
}

TEST_CASE("SUP4 whatever call fails in the parent of a start, nothing is left over") {
  const SpawnRequest request = child_request({"exit", "7"});
  fail_each_call(Where::parent, [&] {
    const Outcome outcome = start_and_end(request);
    if (!outcome.spawned) return;
    // A gate that could not be opened ends the instance before exec; else it has run.
    CHECK((outcome.end.code == 7 || outcome.end.code == 127));
  });
}

TEST_CASE("STATE2 whatever call fails in the strip, the parent hears of it and nothing is left over") {
  SpawnRequest request = child_request({"exit", "7"});
  test::Scratch scratch;
  const Handle fifo(test::open_fifo(scratch / "fifo"));
  request.out = request.err = fifo.get();
  request.directory = "/";
  if (::geteuid() == 0) request.user = find_credentials("root", "").value();
  fail_each_call(Where::child, [&] {
    const Outcome outcome = start_and_end(request);
    REQUIRE(outcome.spawned);
    CHECK(outcome.report.known);
    // Either it does not matter (close, close_range, an interrupted call), or the failure is reported before the end.
    if (outcome.end.code == 7) {
      CHECK_FALSE(outcome.report.failure);
    } else {
      CHECK(outcome.end.code == 127);
      CHECK(outcome.report.failure);
    }
  });
}

TEST_CASE("STATE2 a failure in the strip names its stage") {
  SpawnRequest request = child_request({"exit", "7"});
  test::Scratch scratch;
  const Handle fifo(test::open_fifo(scratch / "fifo"));
  request.out = request.err = fifo.get();
  request.directory = "/";
  if (::geteuid() == 0) request.user = find_credentials("root", "").value();
  struct Case {
    const char* call;
    int code;
    SpawnStage stage;
  };
  for (const Case& each : {Case{"setsid", EPERM, SpawnStage::session}, Case{"dup2", EMFILE, SpawnStage::output},
                           Case{"setrlimit", EINVAL, SpawnStage::limits}, Case{"chdir", EIO, SpawnStage::directory},
                           Case{"sigprocmask", EINVAL, SpawnStage::signals}, Case{"execve", ETXTBSY, SpawnStage::exec},
                           Case{"setgroups", EPERM, SpawnStage::group}, Case{"setuid", EAGAIN, SpawnStage::user}}) {
    if (::geteuid() != 0 && (each.stage == SpawnStage::group || each.stage == SpawnStage::user)) continue;
    CAPTURE(each.call);
    fault::set({.call = each.call, .nth = 1, .code = each.code, .where = Where::child});
    const Outcome outcome = start_and_end(request);
    fault::clear();
    REQUIRE(outcome.report.failure);
    CHECK(outcome.report.failure->stage == each.stage);
    CHECK(outcome.report.failure->code == each.code);
  }
}

TEST_CASE("START5 descriptors are closed also where there is no close_range") {
  const Handle other(::open("/", O_RDONLY));  // not close-on-exec
  fault::set({.call = "close_range", .nth = 1, .code = ENOSYS, .where = Where::child, .times = 99});
  test::Started child("print-descriptors", "say", "done", "wait");
  CHECK(child.says("done"));
  CHECK(fault::hits() > 0);
  fault::clear();
  CHECK(child.output().find("descriptor 3 ") == std::string::npos);
  CHECK(child.output().find("descriptor " + std::to_string(other.get()) + " ") == std::string::npos);
}

TEST_CASE("a process can be signalled when no descriptor is left, and no unrelated process is") {
  test::Started child("trap", "TERM", "say", "ready", "wait");
  REQUIRE(child.says("ready"));
  for (const char* call : {"open", "pidfd_open"}) {
    fault::set({.call = call, .nth = 1, .code = EMFILE});
    CHECK(send_signal(child.id(), SIGTERM));
    fault::clear();
  }
  // A process that is not a child: not without verification.
  const auto parent = identify(::getppid());
  REQUIRE(parent);
  fault::set({.call = "open", .nth = 1, .code = EMFILE});
  const Status sent = send_signal(*parent, 0);
  fault::clear();
  REQUIRE_FALSE(sent);
  CHECK(sent.error().code.value() == EMFILE);
}

TEST_CASE("a process that cannot be examined is not declared gone") {
  test::Started child("wait");
  fault::set({.call = "open", .nth = 1, .code = EMFILE});
  CHECK(presence(child.id()) == Presence::alive);
  fault::clear();
}

}  // namespace
}  // namespace forever
