// Every verb that changes something, while one system call of any process that takes part in it fails, or the supervisor gets no
// memory: it is done, or refused in plain words; and afterwards nothing has leaked and all obeys.
//
// `make fault` takes the first and the last call of each kind; FOREVER_FAULT_ALL=1 takes each one, with each plausible error.
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <iostream>

#include "test/fault/shared_plan.hpp"
#include "test/fault/sweep.hpp"
#include "test/support/catch.hpp"
#include "test/support/home.hpp"
#include "test/support/json.hpp"
#include "test/support/net.hpp"
#include "test/support/process.hpp"

namespace forever::test {
namespace {

using Words = std::vector<std::string>;

// One app, its binaries, and the plan that they all follow.
class Scene {
 public:
  Scene() : plan(home.scratch() / "plan") {
    for (const char* copy : {"one", "other"}) std::filesystem::copy_file(forever_binary(), home.scratch() / copy);
    const Result started = forever({"start", "--name", "x", "--hold-ports", "--log-max-size", "64K", "--kill-timeout",
                                    "1s", child_binary(), "--", "on", "USR1", "lines", "800", "100", "end", "listen",
                                    std::to_string(free_port()), "wait"});
    REQUIRE(started.exit_code == 0);
    REQUIRE(wait_for_status(home, "x", "online"));
  }

  [[nodiscard]] Result forever(const Words& words) const {
    Command command = home.command(words);
    command.environment["FOREVER_FAULT_PLAN"] = (home.scratch() / "plan").string();
    return run(command);
  }

  [[nodiscard]] int process(const char* key) const {
    const Json app = listed(home, "x");
    return app.is_null() || !app.at(key).is_number() ? 0 : app.at(key).get<int>();
  }
  [[nodiscard]] int descriptors() const {
    return count_open_descriptors(process("supervisor_pid")) + count_open_descriptors(process("keeper_pid"));
  }

  TemporaryHome home;
  PlanFile plan;
  int turn = 0;
};

struct Verb {
  const char* name;
  void (*prepare)(Scene&);
  Result (*act)(Scene&);
};

void nothing(Scene&) {}

void be_stopped(Scene& scene) { REQUIRE(scene.forever({"stop", "x"}).exit_code == 0); }

void be_abandoned(Scene& scene) {
  const int keeper = scene.process("keeper_pid");
  const int supervisor = scene.process("supervisor_pid");
  for (const int pid : {keeper, supervisor}) {
    REQUIRE(pid > 1);
    send_signal(pid, SIGKILL);
  }
  REQUIRE(wait_until([&] { return !alive(keeper) && !alive(supervisor); }));
}

Result rotate(Scene& scene) {
  const auto rotated = scene.home.log("x").string() + ".1";
  std::filesystem::remove(rotated);
  const Result result = scene.forever({"signal", "USR1", "x"});
  (void)wait_until([&] { return std::filesystem::exists(rotated); }, 500ms);
  return result;
}

Result upgrade(Scene& scene) {
  return scene.forever({"upgrade", "x", "--binary", scene.home.scratch() / (++scene.turn % 2 == 0 ? "one" : "other")});
}

const Verb kVerbs[] = {
    {"start", be_stopped,
     [](Scene& scene) {
       return scene.forever({"start", "x"});
     }},
    {"stop", nothing,
     [](Scene& scene) {
       return scene.forever({"stop", "x"});
     }},
    {"restart", nothing,
     [](Scene& scene) {
       return scene.forever({"restart", "x"});
     }},
    {"reload", nothing,
     [](Scene& scene) {
       return scene.forever({"reload", "x", "--ready-timeout", "2s", "--drain-timeout", "100ms"});
     }},
    {"adopt", be_abandoned, [](Scene& scene) { return scene.forever({"list"}); }},
    {"save", nothing, [](Scene& scene) { return scene.forever({"save"}); }},
    {"rotate", nothing, rotate},
    {"upgrade", nothing, upgrade},
};

bool everything() { return std::getenv("FOREVER_FAULT_ALL") != nullptr; }

// The app obeys, has one keeper and one supervisor, no zombie, and no descriptor more than before.
void require_order(const Scene& scene, int descriptors) {
  CHECK(wait_until([&] { return scene.forever({"start", "x"}).exit_code == 0; }));
  CHECK(wait_for_status(scene.home, "x", "online", 20s));
  const auto in_order = [&] {
    const int keeper = scene.process("keeper_pid");
    const int supervisor = scene.process("supervisor_pid");
    return alive(keeper) && parent_of(supervisor) == keeper && zombie_children_of(keeper).empty() &&
           zombie_children_of(supervisor).empty() && scene.descriptors() <= descriptors + 1;
  };
  // One that dies repeatedly, as here, is replaced within five seconds.
  CHECK(wait_until(in_order, 10s));
  INFO("descriptors: " << scene.descriptors() << ", before: " << descriptors);
  CHECK(in_order());
}

void require_words(const Result& result) {
  INFO("exit code " << result.exit_code << "\n" << result.out << result.err);
  CHECK_FALSE(result.timed_out);
  CHECK(result.signal == 0);
  if (result.exit_code != 0) CHECK(result.err.find("forever: ") != std::string::npos);
}

TEST_CASE("SUP4 STATE2 whatever single call fails in a verb, it is done or refused in words, and nothing leaks",
          "[slow]") {
  const auto& verb = GENERATE(from_range(std::begin(kVerbs), std::end(kVerbs)));
  Scene scene;
  scene.plan.record();
  verb.prepare(scene);
  (void)verb.act(scene);
  std::map<std::string, int> calls = scene.plan.recorded();
  calls.erase("new");
  require_order(scene, 1000);
  const int descriptors = scene.descriptors();
  int cases = 0;
  for (const auto& [call, count] : calls) {
    const std::vector<int> errors = plausible_errors(call);
    for (int nth = 1; nth <= count; ++nth) {
      if (!everything() && nth != 1 && nth != count) continue;
      for (std::size_t i = 0; i < errors.size(); ++i) {
        if (!everything() && i != static_cast<std::size_t>(nth) % errors.size()) continue;
        INFO(verb.name << ": call " << nth << " of " << call << " fails with " << std::strerror(errors[i]));
        verb.prepare(scene);
        scene.plan.arm(call, nth, errors[i]);
        const Result result = verb.act(scene);
        (void)scene.plan.disarm();
        ++cases;
        require_words(result);
        require_order(scene, descriptors);
      }
    }
  }
  std::cout << verb.name << ": " << cases << " cases\n";
  CHECK(scene.forever({"delete", "x"}).exit_code == 0);
  CHECK(wait_until([&] { return processes_with_environment("FOREVER_HOME=" + scene.home.state().string()).empty(); }));
}

TEST_CASE("STATE2 a supervisor that gets no memory, at whatever moment, keeps its app or is replaced", "[slow]") {
  const auto& verb = GENERATE(from_range(std::begin(kVerbs), std::end(kVerbs)));
  Scene scene;
  require_order(scene, 1000);
  const int descriptors = scene.descriptors();
  int cases = 0;
  bool hit = true;
  for (int nth = 1; hit && nth < 4000; nth += everything() ? 1 : 1 + nth / 2) {
    INFO(verb.name << ": allocation " << nth << " of the supervisor fails");
    verb.prepare(scene);
    const int supervisor = scene.process("supervisor_pid");
    if (supervisor == 0) return;  // a start makes it only then
    scene.plan.arm("new", nth, 1, supervisor);
    const Result result = verb.act(scene);
    hit = scene.plan.disarm();
    ++cases;
    require_words(result);
    require_order(scene, descriptors);
  }
  std::cout << verb.name << ": " << cases << " cases without memory\n";
}

}  // namespace
}  // namespace forever::test
