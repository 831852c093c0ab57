// The instances of one app: their order, how they are found, and questions about all of them.
#include "supervisor/instance/roster.hpp"

#include "supervisor/supervised_app.hpp"
#include "test/support/catch.hpp"

using namespace forever;

namespace {

constexpr Time kNow{Milliseconds{1'000'000}};

Instance& online(Roster& roster, std::uint32_t slot, const AppSpec& spec, Pid pid) {
  Instance& instance = roster.add(slot, spec);
  InstanceStatus recorded;
  recorded.slot = slot;
  recorded.process = {pid, 100};
  instance.adopt_process(recorded, Parent::us);
  instance.life().adopt(InstanceState::online, {}, kNow, std::nullopt);
  return instance;
}

std::vector<std::uint32_t> keys_of(const Roster& roster) {
  std::vector<std::uint32_t> keys;
  for (const Instance& instance : roster) keys.push_back(instance.key());
  return keys;
}

}  // namespace

TEST_CASE("ROSTER instances are in the order of their slots, and a slot's newest comes behind") {
  const AppSpec spec;
  Roster roster;
  roster.add(0, spec);
  roster.add(2, spec);
  roster.add(1, spec);
  roster.add(1, spec);
  CHECK(keys_of(roster) == std::vector<std::uint32_t>{0, 2, 3, 1});
  roster.put_before(*roster.with_key(3), 2);
  CHECK(keys_of(roster) == std::vector<std::uint32_t>{0, 3, 2, 1});
}

TEST_CASE("ROSTER an instance is found by key, by slot while it serves, and by its process while that lives") {
  const AppSpec spec;
  Roster roster;
  Instance& first = online(roster, 0, spec, 4711);
  Instance& second = online(roster, 0, spec, 4712);
  second.set_role(Role::rising);
  CHECK(roster.with_key(second.key()) == &second);
  CHECK(roster.with_key(99) == nullptr);
  CHECK(roster.serving(0) == &first);
  CHECK(roster.serving(1) == nullptr);
  CHECK(roster.led_by({4712, 100}) == &second);
  CHECK(roster.led_by({4712, 101}) == nullptr);  // the number is another's now
  CHECK(roster.led_by({4712, 0}) == &second);    // a child that has just ended
  CHECK(roster.led_by({0, 0}) == nullptr);
  CHECK(roster.leads(4711));
  CHECK_FALSE(roster.leads(1));
  CHECK(roster.pids() == std::vector<Pid>{4711});  // what rises does not serve yet
  CHECK(roster.chosen(0).size() == 2);
  CHECK(roster.chosen(1).empty());
  CHECK(roster.chosen(std::nullopt).size() == 2);
}

TEST_CASE("ROSTER the states of all tell whether it rests and whether something is under way") {
  const AppSpec spec;
  Roster roster;
  CHECK(roster.all_at_rest());
  roster.add(0, spec);
  CHECK(roster.all_at_rest());
  Instance& runs = online(roster, 1, spec, 4711);
  CHECK_FALSE(roster.all_at_rest());
  CHECK_FALSE(roster.under_way());
  CHECK(roster.any_in(InstanceState::online));
  (void)runs.life().handle(event::Stop{}, kNow, 0);
  CHECK(roster.under_way());
}

TEST_CASE("ROSTER what does not serve any more is removed once it rests, and its slot may still have another") {
  const AppSpec spec;
  Roster roster;
  Instance& old = online(roster, 0, spec, 4711);
  roster.add(0, spec).set_role(Role::retiring);
  roster.add(1, spec).set_role(Role::retiring);
  roster.add(2, spec);  // rests, and serves
  std::vector<std::pair<std::uint32_t, bool>> left;
  roster.remove_ended([&](const Instance& instance, bool last) { left.emplace_back(instance.slot(), last); });
  CHECK(left == std::vector<std::pair<std::uint32_t, bool>>{{0, false}, {1, true}});
  CHECK(keys_of(roster) == std::vector<std::uint32_t>{0, 3});
  CHECK(roster.with_key(0) == &old);
}

TEST_CASE("ROSTER the last exit of a slot is its own, whatever other slots do") {
  SupervisedApp app{StateDirectory{"/nowhere"}, "web"};
  CHECK(app.last_exit_of(0) == nullptr);
  app.last_exits.resize(3);
  app.last_exits[0].slot = 0;
  app.last_exits[1].slot = 0;
  app.last_exits[1].pid = 4711;
  app.last_exits[2].slot = 1;
  REQUIRE(app.last_exit_of(0) != nullptr);
  CHECK(app.last_exit_of(0)->pid == 4711);
  CHECK(app.last_exit_of(2) == nullptr);
}
