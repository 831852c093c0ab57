// The restart policy, the stop plan and the exit codes, case by case.
#include "supervisor/decide/restart_policy.hpp"

#include <cerrno>

#include "app/exit_codes.hpp"
#include "supervisor/decide/stop_plan.hpp"
#include "test/support/catch.hpp"

using namespace forever;
using Kind = ExitStatus::Kind;

namespace {

constexpr Milliseconds kShort{10}, kLongRun{60'000};
const Time kStart = steady_from_ms(50'000);

Decision decide(const RestartPolicy& policy, std::uint32_t failures, const ExitStatus& status, Milliseconds uptime,
                bool permanent = false) {
  return decide_restart(policy, {5, failures}, {status, uptime, uptime, permanent}, 1.0);
}

}  // namespace

TEST_CASE("BACK1 an ended instance is restarted, stays down or is errored by policy") {
  struct Row {
    RestartOn on;
    ExitStatus status;
    Verdict expected;
  };
  const Row rows[] = {
      {RestartOn::always, {Kind::exited, 0, false}, Verdict::restart},
      {RestartOn::always, {Kind::exited, 1, false}, Verdict::restart},
      {RestartOn::always, {Kind::signalled, 9, false}, Verdict::restart},
      {RestartOn::always, {Kind::unknown, 0, false}, Verdict::restart},
      {RestartOn::always, {Kind::not_started, ENOENT, false}, Verdict::restart},
      {RestartOn::always, {Kind::exited, 42, false}, Verdict::finished},
      {RestartOn::always, {Kind::signalled, 42, false}, Verdict::restart},
      {RestartOn::on_failure, {Kind::exited, 0, false}, Verdict::finished},
      {RestartOn::on_failure, {Kind::exited, 1, false}, Verdict::restart},
      {RestartOn::on_failure, {Kind::signalled, 15, false}, Verdict::restart},
      {RestartOn::on_failure, {Kind::unknown, 0, false}, Verdict::restart},
      {RestartOn::on_failure, {Kind::exited, 42, false}, Verdict::finished},
      {RestartOn::never, {Kind::exited, 0, false}, Verdict::finished},
      {RestartOn::never, {Kind::signalled, 11, true}, Verdict::finished},
      {RestartOn::never, {Kind::not_started, EAGAIN, false}, Verdict::finished},
  };
  for (const Row& row : rows) {
    RestartPolicy policy;
    policy.on = row.on;
    policy.stop_exit_codes = {7, 42};
    INFO(to_string(row.on) << " " << static_cast<int>(row.status.kind) << " " << row.status.code);
    CHECK(decide(policy, 0, row.status, kLongRun).verdict == row.expected);
  }
}

TEST_CASE("BACK1 short runs are counted, a long one clears the count, and the wait follows it") {
  struct Row {
    std::uint32_t failures;
    Milliseconds uptime;
    bool permanent;
    std::uint32_t expected_failures;
    std::int64_t expected_wait;
  };
  const Row rows[] = {
      {0, kShort, false, 1, 0},
      {2, kShort, false, 3, 0},
      {3, kShort, false, 4, 100},
      {4, kShort, false, 5, 200},
      {9, kShort, false, 10, 6400},
      {11, kShort, false, 12, 15000},
      {9, kLongRun, false, 0, 0},
      {9, Milliseconds{1000}, false, 0, 0},
      {9, Milliseconds{999}, false, 10, 6400},
      {0, kShort, true, 1, 15000},
      {4'294'967'295U, kShort, false, 4'294'967'295U, 15000},
  };
  for (const Row& row : rows) {
    const Decision decision = decide({}, row.failures, {Kind::exited, 1, false}, row.uptime, row.permanent);
    INFO(row.failures << " failures, " << row.uptime.count() << " ms");
    CHECK(decision.history.failures == row.expected_failures);
    CHECK(decision.delay.count() == row.expected_wait);
    CHECK(decision.history.restarts == 5);
  }
  // What was never started ran for no time, whatever the clock says.
  CHECK(decide({}, 3, {Kind::not_started, EAGAIN, false}, kLongRun).delay.count() == 100);
}

TEST_CASE(
    "BACK1 what cannot be started is never tried again without a pause, even where the back-off is set to nothing") {
  RestartPolicy policy;
  policy.backoff_first = policy.backoff_cap = Milliseconds{0};
  CHECK(decide(policy, 0, {Kind::not_started, ENOENT, false}, kShort, true).delay.count() == 100);
  CHECK(decide(policy, 3, {Kind::not_started, EAGAIN, false}, kShort).delay.count() == 100);
  CHECK(decide(policy, 0, {Kind::not_started, EAGAIN, false}, kShort).delay.count() == 0);
  CHECK(decide(policy, 9, {Kind::exited, 1, false}, kShort).delay.count() == 0);
}

TEST_CASE("BACK1 max-restarts counts failures in a row, and none is needed to go on for ever") {
  RestartPolicy policy;
  policy.max_restarts = 2;
  const ExitStatus crash{Kind::exited, 1, false};
  CHECK(decide(policy, 1, crash, kShort).verdict == Verdict::restart);
  CHECK(decide(policy, 2, crash, kShort).verdict == Verdict::give_up);
  CHECK(decide(policy, 2, crash, kLongRun).verdict == Verdict::restart);
  policy.max_restarts = 0;
  CHECK(decide(policy, 0, crash, kShort).verdict == Verdict::give_up);
  CHECK(decide(policy, 0, crash, kLongRun).verdict == Verdict::restart);
  CHECK(decide({}, 1'000'000, crash, kShort).verdict == Verdict::restart);
}

TEST_CASE("BACK1 restart-delay is the least wait, jitter shortens by a quarter at most") {
  RestartPolicy policy;
  policy.restart_delay = Milliseconds{500};
  const ExitStatus crash{Kind::exited, 1, false};
  CHECK(decide(policy, 0, crash, kLongRun).delay.count() == 500);
  CHECK(decide(policy, 3, crash, kShort).delay.count() == 500);
  CHECK(decide(policy, 6, crash, kShort).delay.count() == 800);
  for (const double chance : {0.0, 0.25, 0.5, 0.999}) {
    const Milliseconds delay = decide_restart({}, {0, 12}, {crash, kShort, kShort}, chance).delay;
    CHECK(delay.count() >= 11'250);
    CHECK(delay.count() <= 15'000);
  }
}

TEST_CASE("BACK1 the back-off never falls, never passes the cap and survives absurd settings") {
  for (const double factor : {0.0, 1.0, 1.5, 2.0, 10.0, 1e300}) {
    RestartPolicy policy;
    policy.backoff_factor = factor;
    Milliseconds before{0};
    for (std::uint32_t failures = 0; failures < 2000; ++failures) {
      const Milliseconds wait = backoff_after(policy, failures);
      REQUIRE(wait >= before);
      REQUIRE(wait <= policy.backoff_cap);
      before = wait;
    }
    CHECK(backoff_after(policy, 4'294'967'295U) <= policy.backoff_cap);
  }
  RestartPolicy none;
  none.backoff_first = Milliseconds{0};
  CHECK(backoff_after(none, 100).count() == 0);
}

TEST_CASE("STATE2 an exec error is permanent when trying again cannot help") {
  for (const int code : {ENOENT, ENOTDIR, EISDIR, EACCES, EPERM, ENOEXEC, ELOOP, ENAMETOOLONG, E2BIG})
    CHECK(is_permanent_exec_error(code));
  for (const int code : {0, EAGAIN, ENOMEM, EMFILE, ENFILE, ETXTBSY, EIO, EINTR, ENOSPC})
    CHECK_FALSE(is_permanent_exec_error(code));
}

TEST_CASE("STOP4 a plan asks first, then kills the same") {
  struct Row {
    KillMode mode;
    StopTarget target;
  };
  for (const Row& row : {Row{KillMode::process, StopTarget::leader}, Row{KillMode::group, StopTarget::group},
                         Row{KillMode::tree, StopTarget::tree}}) {
    const StopSettings settings{2, Milliseconds{300}, row.mode};
    CHECK(make_stop_plan(settings) == StopPlan{{row.target, 2, Milliseconds{300}}, {row.target, 9, kKillRepeat}});
    CHECK(make_stop_plan(settings, true) == StopPlan{{row.target, 9, kKillRepeat}});
    CHECK(make_kill_plan(row.mode).front() == StopStep{StopTarget::leader, 9, Milliseconds{0}});
    CHECK(make_kill_plan(row.mode).back().target == row.target);
    CHECK(from_word<KillMode>(to_string(row.mode)) == row.mode);
  }
  CHECK(make_stop_plan({9, Milliseconds{300}, KillMode::tree}).size() == 1);
  CHECK_FALSE(from_word<KillMode>("everything"));
}

TEST_CASE("STOP5 the walk waits for the grace period, then kills repeatedly") {
  StopWalk walk(make_stop_plan({15, Milliseconds{7000}, KillMode::tree}), kStart);
  CHECK(walk.kill_time() == kStart + Milliseconds{7000});
  CHECK(walk.next(kStart)->signal == 15);
  CHECK_FALSE(walk.next(kStart));
  CHECK(walk.deadline() == kStart + Milliseconds{7000});
  CHECK(walk.kill_time() == walk.deadline());
  CHECK_FALSE(walk.next(kStart + Milliseconds{6999}));
  CHECK_FALSE(walk.killing());
  CHECK(walk.next(kStart + Milliseconds{7000})->signal == 9);
  CHECK(walk.killing());
  CHECK_FALSE(walk.kill_time());
  CHECK_FALSE(walk.next(kStart + Milliseconds{7099}));
  for (int again = 1; again < 50; ++again) CHECK(walk.next(kStart + Milliseconds{7000 + 100 * again})->signal == 9);
}

TEST_CASE("STOP5 haste leaves the grace out, no grace is no wait, no plan is no deadline") {
  StopWalk walk(make_stop_plan({15, Milliseconds{7000}, KillMode::tree}), kStart);
  (void)walk.next(kStart);
  walk.hasten(kStart + Milliseconds{5});
  CHECK(walk.next(kStart + Milliseconds{5})->signal == 9);
  walk.hasten(kStart + Milliseconds{6});
  CHECK_FALSE(walk.next(kStart + Milliseconds{6}));

  StopWalk at_once(make_stop_plan({15, Milliseconds{0}, KillMode::tree}), kStart);
  CHECK(at_once.next(kStart)->signal == 15);
  CHECK(at_once.next(kStart)->signal == 9);
  CHECK_FALSE(at_once.next(kStart));

  StopWalk none;
  CHECK_FALSE(none.next(kStart));
  CHECK_FALSE(none.deadline());
  CHECK_FALSE(none.killing());
}

TEST_CASE("EXIT1 the exit code of run is the program's, over its whole domain") {
  for (int code = 0; code < 256; ++code) CHECK(exit_code_of({Kind::exited, code, false}) == code);
  for (int signal = 1; signal <= 64; ++signal) {
    CHECK(exit_code_of({Kind::signalled, signal, false}) == 128 + signal);
    CHECK(exit_code_of({Kind::signalled, signal, true}) == 128 + signal);
  }
  CHECK(exit_code_of({Kind::unknown, 0, false}) == 1);
  for (const int code : {ENOENT, ENOTDIR}) CHECK(exit_code_of({Kind::not_started, code, false}) == 127);
  for (const int code : {EACCES, ENOEXEC, EISDIR, EPERM}) CHECK(exit_code_of({Kind::not_started, code, false}) == 126);
  for (const int code : {EAGAIN, ENOMEM, EMFILE}) CHECK(exit_code_of({Kind::not_started, code, false}) == 1);
}
