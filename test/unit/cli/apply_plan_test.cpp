// What apply finds to do.
#include "cli/apps_file/apply_plan.hpp"

#include "test/support/catch.hpp"

using namespace forever;
using namespace forever::cli;

namespace {

AppSpec app(const std::string& name, std::vector<std::string> declared = {"script=\"x\""}) {
  AppSpec spec;
  spec.name = name;
  spec.script = "x";
  spec.apps_file = "/f";
  spec.declared = std::move(declared);
  return spec;
}

std::map<std::string, OnRecord> on_record(const std::vector<AppSpec>& specs, bool running = true) {
  std::map<std::string, OnRecord> records;
  for (const AppSpec& spec : specs) records[spec.name] = {spec, running};
  return records;
}

}  // namespace

TEST_CASE("APPS3 apply starts what is new or down, restarts what changed, stops what is gone, and nothing else") {
  AppSpec other_file = app("stranger"), by_hand = app("hand");
  other_file.apps_file = "/g";
  by_hand.apps_file.clear();
  auto records = on_record({app("same"), app("changed", {"args=\"1\"", "env A=1", "env B=1"}), app("gone"), app("down"),
                            other_file, by_hand});
  records["down"].running = false;
  const auto plan = plan_apply(
      {app("new"), app("same"), app("changed", {"args=\"2\"", "env A=1", "env B=2"}), app("down"), app("hand")},
      records, "/f", false);
  CHECK(describe_plan(plan) ==
        "+ new: new, to be started\n"
        "~ changed: changed (args, env B), to be restarted\n"
        "+ down: not running, to be started\n"
        "~ hand: changed (it was not started from an apps file), to be restarted\n"
        "- gone: no longer in the file, to be deleted\n"
        "2 to start, 2 to change, 1 to stop, 1 unchanged\n");
}

TEST_CASE("APPS3 with --only nothing is gone; the caller's shell makes no difference, options by hand do") {
  CHECK(plan_apply({}, on_record({app("a")}), "/f", true).empty());
  AppSpec recorded = app("a");
  recorded.environment = {"HOME=/x"};
  recorded.umask = 077;
  recorded.id = 4;
  recorded.created_ms = 5;
  CHECK(plan_apply({app("a")}, on_record({recorded}), "/f", false).front().change == Change::same);
  recorded.max_memory = 1;
  CHECK(plan_apply({app("a")}, on_record({recorded}), "/f", false).front().change == Change::changed);
}

TEST_CASE("APPS3 an app that was scaled to one holds its port, which is no change to its file") {
  AppSpec scaled = app("web");
  scaled.hold_ports = true;
  CHECK(describe_plan(plan_apply({app("web")}, on_record({scaled}), "/f", false)) ==
        "0 to start, 0 to change, 0 to stop, 1 unchanged\n");
}
