// The parts of a supervisor, each alone, with the time as its parameter: no process is started here, and no signal is sent.
#include <unistd.h>  // POSIX alone: Windows does not free the name of a deleted lock while that is held

#include <utility>

#include "platform/files.hpp"
#include "platform/lock.hpp"
#include "supervisor/control/requests.hpp"
#include "supervisor/instance/gates.hpp"
#include "supervisor/succession/keeper_side.hpp"
#include "supervisor/succession/start_reporting.hpp"
#include "test/contract/scratch.hpp"
#include "test/support/catch.hpp"

using namespace forever;
using forever::test::contains;
using forever::test::Scratch;

namespace {

constexpr ControlServer::Client kClient = 99;  // of whom the server knows nothing

// All parts, without a loop to drive them.
struct Parts {
  explicit Parts(AppSpec spec = {}) {
    app.spec = std::move(spec);
    app.dirty = app.pids_dirty = false;
  }

  Scratch scratch;
  EventLoop loop = std::move(*EventLoop::create({}));
  SupervisedApp app{StateDirectory{scratch.path()}, "web"};
  Holdings holdings{loop, KeeperLink{Handle{}, 0}, {}};
  Roster roster;
  HealthAndHooks attendance{app, roster, &holdings.ports};
  ControlServer control{loop, kControlToken};
  Trees trees{app, roster, attendance.commands(), control};
  CarryOut carry_out{loop, app, roster, trees, holdings, attendance};
  Serving serving{app, roster, trees, holdings};
  Reload reload;
  Draining draining{app, roster, trees, serving, carry_out, holdings, reload};
  Reloading reloading{app, roster, serving, carry_out, draining, holdings, reload};
  Watching watching{loop, kWatchToken};
  PresentStatus present{app, roster, serving, holdings, watching};
  Answers answers{app, roster, holdings, control, reload, draining, reloading};
  UnaskedRestarts unasked{app, roster, trees, carry_out, reload, reloading, answers, watching};
  AppFiles files{app, roster, holdings, present, control};
  Operations operations{app, roster, trees, carry_out, draining, unasked, files, holdings};
  Requests requests{app, roster, holdings, present, reload, reloading, operations, answers, files};
  Gates gates{loop, roster};
  const Time now = steady_now();

  // Without a process.
  Instance& in(InstanceState state, std::uint32_t slot = 0, RestartHistory history = {}) {
    Instance& instance = roster.add(slot, app.spec);
    instance.life().adopt(state, history, now, std::nullopt);
    return instance;
  }
  [[nodiscard]] std::string log() const {
    std::string text;
    for (const auto& [level, line] : app.lines) text += line + "\n";
    return text;
  }
};

AppSpec spec_of(unsigned instances) {
  AppSpec spec;
  spec.name = "web";
  spec.instances = instances;
  return spec;
}

Operating waits_for(Operation operation, Incoming incoming, std::optional<std::uint32_t> slot = std::nullopt) {
  Operating operating;
  operating.client = kClient;
  operating.request.operation = operation;
  operating.request.slot = slot;
  operating.incoming = incoming;
  operating.begun = true;
  return operating;
}

}  // namespace

TEST_CASE("PARTS a probe is due an interval after its instance is online, and not while that is anything else") {
  AppSpec spec = spec_of(1);
  spec.health.command = "true";
  spec.health.interval = Milliseconds{5000};
  Parts parts{spec};
  Instance& instance = parts.in(InstanceState::stopped);
  parts.attendance.tick(parts.now);
  CHECK_FALSE(parts.attendance.due(parts.now));
  instance.life().adopt(InstanceState::online, {}, parts.now, std::nullopt);
  parts.attendance.tick(parts.now);
  CHECK(parts.attendance.due(parts.now) == parts.now + Milliseconds{5000});
  CHECK_FALSE(parts.attendance.process_ended(1, {}, parts.now).known);
  parts.app.spec.health.command.clear();  // another spec has no probe
  parts.attendance.tick(parts.now);
  CHECK_FALSE(parts.attendance.due(parts.now));
}

TEST_CASE("PARTS who may serve is online, serves, and has said that it is ready where that is asked for") {
  Parts parts{spec_of(1)};
  Instance& instance = parts.in(InstanceState::online);
  CHECK(parts.serving.may_serve(instance));
  parts.app.spec.ready = ReadyWhen::notify;
  CHECK_FALSE(parts.serving.may_serve(instance));
  parts.app.spec.ready = ReadyWhen::automatic;
  instance.set_role(Role::retiring);
  CHECK_FALSE(parts.serving.may_serve(instance));
}

TEST_CASE("PARTS what listens on nothing may replace another once it has run for the least uptime") {
  AppSpec spec = spec_of(1);
  spec.restart.min_uptime = Milliseconds{700};
  Parts parts{spec};
  const Instance& fresh = parts.in(InstanceState::online);
  CHECK_FALSE(parts.serving.may_replace(fresh, nullptr, parts.now + Milliseconds{699}));
  CHECK(parts.serving.may_replace(fresh, nullptr, parts.now + Milliseconds{700}));
  CHECK_FALSE(parts.serving.may_replace(parts.in(InstanceState::backoff), nullptr, parts.now + Milliseconds{9000}));
}

TEST_CASE("PARTS an instance without connections is retired at once, and is not started again") {
  Parts parts{spec_of(1)};
  Instance& instance = parts.in(InstanceState::backoff);
  parts.draining.retire(instance, Trigger::stop, Milliseconds{10000});
  CHECK(instance.role() == Role::retiring);
  CHECK(instance.life().state() == InstanceState::stopped);
  CHECK_FALSE(parts.draining.due(parts.now));
  CHECK(parts.draining.progress(parts.now).empty());
  parts.carry_out.advance(instance, event::Start{});
  CHECK(instance.life().state() == InstanceState::stopped);
}

TEST_CASE("PARTS a reload of an app at rest has come to its end when it begins") {
  Parts parts{spec_of(2)};
  parts.in(InstanceState::stopped, 0);
  parts.in(InstanceState::errored, 1);
  parts.reloading.begin(Trigger::reload, {});
  CHECK_FALSE(parts.reloading.under_way());
  CHECK(parts.reloading.trouble().empty());
  CHECK(parts.log() == "reloaded\n");
  CHECK_FALSE(parts.reloading.due(parts.now));
}

TEST_CASE("PARTS what something newer overtakes is answered, and what it does not touch goes on") {
  Parts parts{spec_of(2)};
  parts.answers.await(waits_for(Operation::start, Incoming::start, 0));
  parts.answers.overtake(Incoming::stop, 1);  // another slot
  parts.answers.send();
  CHECK(parts.answers.any());
  parts.answers.overtake(Incoming::stop, 0);
  CHECK(parts.answers.any());  // its reply
  parts.answers.send();
  CHECK_FALSE(parts.answers.any());
}

TEST_CASE("PARTS who waits hears a word when one is due, and every three seconds from then on") {
  Parts parts{spec_of(1)};
  Operating operating = waits_for(Operation::stop, Incoming::stop);
  operating.next_word = parts.now + Milliseconds{1000};
  parts.answers.await(std::move(operating));
  CHECK(parts.answers.due(parts.now) == parts.now + Milliseconds{1000});
  parts.answers.tick(parts.now + Milliseconds{999});
  CHECK(parts.answers.due(parts.now) == parts.now + Milliseconds{1000});
  parts.answers.tick(parts.now + Milliseconds{1000});
  CHECK(parts.answers.due(parts.now) == parts.now + Milliseconds{4000});
  parts.answers.collect(parts.now);  // the client has gone away
  CHECK_FALSE(parts.answers.any());
}

TEST_CASE("PARTS those that wait to be begun are taken in their order") {
  Parts parts{spec_of(1)};
  Operating first = waits_for(Operation::reload, Incoming::reload),
            second = waits_for(Operation::scale, Incoming::scale);
  first.begun = second.begun = false;
  parts.answers.await(std::move(first));
  parts.answers.await(std::move(second));
  auto taken = parts.answers.take_waiting();
  REQUIRE(taken);
  CHECK(taken->incoming == Incoming::reload);
  parts.answers.put_back(std::move(*taken));
  CHECK(parts.answers.take_waiting()->incoming == Incoming::reload);
  CHECK(parts.answers.take_waiting()->incoming == Incoming::scale);
  CHECK_FALSE(parts.answers.take_waiting());
}

TEST_CASE("PARTS a stop of all is what is wanted from then on, a stop of one slot of several is not") {
  Parts parts{spec_of(2)};
  Instance& first = parts.in(InstanceState::backoff, 0);
  Instance& second = parts.in(InstanceState::backoff, 1);
  parts.operations.stop(0, false);
  CHECK(parts.app.desired == Desired::online);
  CHECK(first.life().state() == InstanceState::stopped);
  CHECK(second.life().state() == InstanceState::backoff);
  parts.operations.stop(std::nullopt, false);
  CHECK(parts.app.desired == Desired::stopped);
  CHECK(parts.roster.all_at_rest());
  CHECK(parts.app.dirty);
}

TEST_CASE("PARTS a scale out of range is refused with the range, and changes nothing") {
  Parts parts{spec_of(1)};
  const auto scaled = parts.operations.scale({.operation = Operation::scale, .count = 100000});
  REQUIRE_FALSE(scaled);
  CHECK_THAT(scaled.error().message(), contains("1 to " + std::to_string(kMostInstances)));
  CHECK(parts.app.spec.instances == 1);
}

TEST_CASE("PARTS a spec that cannot be read is not used") {
  Parts parts{spec_of(1)};
  CHECK_FALSE(parts.operations.use_new_spec("{"));
  CHECK(parts.app.spec.name == "web");
  CHECK(parts.operations.go_on_unwatched().empty());
}

TEST_CASE("PARTS a schedule is looked at once a minute at least, and keeps an app that rests") {
  AppSpec spec = spec_of(1);
  Parts parts{spec};
  parts.unasked.use_triggers(parts.now);
  CHECK_FALSE(parts.unasked.expected());
  CHECK_FALSE(parts.unasked.due(parts.now));
  parts.app.spec.cron_restart = "0 4 1 1 *";
  parts.unasked.use_triggers(parts.now);
  CHECK(parts.unasked.expected());
  REQUIRE(parts.unasked.due(parts.now));
  CHECK(*parts.unasked.due(parts.now) <= parts.now + std::chrono::minutes{1});
}

TEST_CASE("PARTS what an app is in the middle of follows from its data") {
  Parts parts{spec_of(2)};
  const auto runs = [&] { return what_runs(parts.app, parts.roster, parts.reload); };
  parts.in(InstanceState::online, 0);
  CHECK(runs() == UnderWay::nothing);
  Instance& other = parts.in(InstanceState::online, 1);
  other.set_role(Role::retiring);
  CHECK(runs() == UnderWay::scaling);
  parts.app.plan = PlanStep::restarting;
  CHECK(runs() == UnderWay::restarting);
  (void)parts.reload.handle(reload_event::Begin{{0}, true, Trigger::reload, {}}, parts.now);
  CHECK(runs() == UnderWay::reloading);
  parts.app.leaving = true;
  CHECK(runs() == UnderWay::upgrading);
  parts.app.desired = Desired::stopped;
  CHECK(runs() == UnderWay::stopping);
}

TEST_CASE("PARTS the status names the app, its instances and what is wanted") {
  Parts parts{spec_of(2)};
  parts.in(InstanceState::stopped, 0);
  parts.in(InstanceState::errored, 1);
  parts.app.desired = Desired::stopped;
  const AppStatus status = parts.present.status();
  CHECK(status.name == "web");
  CHECK(status.desired == Desired::stopped);
  REQUIRE(status.instances.size() == 2);
  CHECK(status.instances[1].state == InstanceState::errored);
  CHECK(parts.present.trouble().empty());
  CHECK_FALSE(parts.present.take_news(parts.now));
}

TEST_CASE("PARTS the lock is taken again where its file was deleted, once, and the other files with it") {
  Parts parts{spec_of(1)};
  REQUIRE(parts.app.state.prepare());
  AppLock& lock = parts.files.lock();
  CHECK(lock.holds(parts.now));
  CHECK(lock.take_made_again());
  CHECK(lock.is_in_place());
  CHECK(lock.holds(parts.now));
  CHECK_FALSE(lock.take_made_again());
  REQUIRE(remove_tree(parts.app.state.lock_path("web")));
  CHECK_FALSE(lock.is_in_place());
  CHECK(lock.holds(parts.now));
  CHECK(lock.take_made_again());
}

TEST_CASE("PARTS a lock that a command holds is waited for, and then the supervisor goes on") {
  Parts parts{spec_of(1)};
  REQUIRE(parts.app.state.prepare());
  const auto other = try_lock(parts.app.state.lock_path("web"));
  REQUIRE((other && *other));
  AppLock& lock = parts.files.lock();
  CHECK_FALSE(lock.holds(parts.now));
  CHECK_FALSE(lock.stepped_down());
  REQUIRE(lock.retry());
  CHECK(parts.files.due(parts.now) == lock.retry());
  CHECK_FALSE(lock.holds(*lock.retry()));
  CHECK(lock.holds(parts.now + kLockPatience + kLockRetry));
  CHECK_FALSE(lock.is_in_place());
}

TEST_CASE("PARTS nothing is put off where no process is at its gate") {
  Parts parts{spec_of(1)};
  parts.in(InstanceState::online);
  CHECK_FALSE(parts.gates.any());
  parts.gates.open(false, parts.now);
  CHECK_FALSE(parts.gates.resting());
  CHECK_FALSE(parts.gates.due(parts.now));
  CHECK_FALSE(parts.gates.take_rested());
}
