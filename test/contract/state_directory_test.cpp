// The state directory on a real file system.
#include "app/state_directory.hpp"

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <fstream>
#include <thread>

#include "platform/files.hpp"
#include "platform/lock.hpp"
#include "test/contract/scratch.hpp"
#include "test/support/catch.hpp"
#include "test/support/permissions.hpp"

using namespace forever;
using test::contains;

namespace {

namespace fs = std::filesystem;

using test::Scratch;

void spoil(const std::string& path, const std::string& text) {
  std::ofstream out(path, std::ios::binary | std::ios::trunc);
  out << text;
}

AppSpec spec_named(const std::string& name) {
  AppSpec spec;
  spec.name = name;
  spec.script = "server";
  return spec;
}

AppStatus status_named(const std::string& name) {
  AppStatus status;
  status.name = name;
  return status;
}

void touch(const std::string& path) { spoil(path, "x"); }

}  // namespace

TEST_CASE("STATE1 what was written is read, a lost directory is created again") {
  Scratch scratch;
  const StateDirectory state(scratch / "home");
  CHECK(state.check().ok());  // nothing there yet, and no fault
  CHECK(state.names().empty());
  REQUIRE(state.prepare().ok());
  REQUIRE(state.prepare().ok());
  REQUIRE(state.write_spec(spec_named("web")).ok());
  REQUIRE(state.write_status(status_named("web")).ok());
  CHECK(state.read_spec("web")->script == "server");
  CHECK(state.read_status("web")->name == "web");
  fs::remove_all(state.app_directory("web"));
  CHECK_FALSE(state.read_spec("web").ok());
  REQUIRE(state.write_status(status_named("web")).ok());
  CHECK(state.read_status("web").ok());
}

TEST_CASE("PERM1 the state directory is private, and no name leads out of it") {
  Scratch scratch;
  const StateDirectory state(scratch / "home");
  REQUIRE(state.prepare().ok());
  for (const char* part : {"", "/apps", "/locks", "/pids", "/logs"}) {
    CHECK(test::owner_only(state.path() + part));
  }
  REQUIRE(state.write_spec(spec_named("web")).ok());
  CHECK(test::owner_only(state.spec_path("web")));
  touch(scratch / "victim");
  for (const char* name : {"../victim", "..", ".", "", "a/b", "/etc", "a\nb", "all"}) {
    INFO(name);
    CHECK_FALSE(state.write_spec(spec_named(name)).ok());
    CHECK_FALSE(state.write_status(status_named(name)).ok());
    CHECK_FALSE(state.read_spec(name).ok());
    CHECK_FALSE(state.read_status(name).ok());
    CHECK_FALSE(state.remove_app(name, true).ok());
  }
  CHECK(fs::exists(scratch / "victim"));
}

TEST_CASE("DISK2 a corrupt, foreign or newer file is reported with its path and kept") {
  Scratch scratch;
  const StateDirectory state(scratch / "home");
  REQUIRE(state.prepare().ok());
  REQUIRE(state.write_spec(spec_named("web")).ok());
  REQUIRE(state.write_status(status_named("web")).ok());
  const std::string rows[] = {"", "{", "garbage", R"({"version":9})", spec_to_json(spec_named("other"))};
  for (const std::string& text : rows) {
    spoil(state.spec_path("web"), text);
    spoil(state.status_path("web"), text);
    const auto spec = state.read_spec("web");
    const auto status = state.read_status("web");
    REQUIRE_FALSE(spec.ok());
    REQUIRE_FALSE(status.ok());
    CHECK_THAT(spec.error().message(), contains(state.spec_path("web")));
    CHECK_THAT(status.error().message(), contains(state.status_path("web")));
    CHECK(*read_file(state.spec_path("web")) == text);
  }
}

TEST_CASE("STATE1 names: what has an entry, and what is supervised without one") {
  Scratch scratch;
  const StateDirectory state(scratch / "home");
  REQUIRE(state.prepare().ok());
  for (const char* name : {"b", "a", "c"}) REQUIRE(state.write_spec(spec_named(name)).ok());
  fs::create_directory(state.path() + "/apps/-bad");
  touch(state.lock_path("gone"));
  const auto held = try_lock(state.lock_path("held"));
  const auto both = try_lock(state.lock_path("a"));
  REQUIRE((held.ok() && both.ok()));
  CHECK(state.names() == std::vector<std::string>{"a", "b", "c", "held"});
}

TEST_CASE("ID3 removing one app leaves its neighbours' files alone") {
  Scratch scratch;
  const StateDirectory state(scratch / "home");
  REQUIRE(state.prepare().ok());
  for (const char* name : {"web", "web-1", "web.out.log"}) REQUIRE(state.write_spec(spec_named(name)).ok());
  const std::vector<std::string> of_web{state.pid_path("web", 0),
                                        state.pid_path("web", 12),
                                        state.pid_path("web", 12) + "~",
                                        state.out_log_path("web"),
                                        state.out_log_path("web") + ".1",
                                        state.err_log_path("web") + ".23",
                                        state.path() + "/logs/web.forever.log"};
  const std::vector<std::string> of_others{state.pid_path("web-1", 0),
                                           state.out_log_path("web-1"),
                                           state.out_log_path("web.out.log"),
                                           state.err_log_path("web.out.log"),
                                           state.out_log_path("web") + ".1.txt",
                                           state.path() + "/pids/web-x.pid",
                                           state.lock_path("web")};
  for (const auto* files : {&of_web, &of_others}) {
    for (const std::string& file : *files) touch(file);
  }
  REQUIRE(state.remove_app("web", false).ok());
  CHECK_FALSE(exists(state.app_directory("web")));
  CHECK_FALSE(exists(of_web[0]));
  CHECK(exists(state.out_log_path("web")));
  REQUIRE(state.remove_app("web", true).ok());
  for (const std::string& file : of_web) CHECK_FALSE(exists(file));
  for (const std::string& file : of_others) CHECK(exists(file));
  CHECK(state.names() == std::vector<std::string>{"web-1", "web.out.log"});
  CHECK(state.remove_app("never", true).ok());
}

TEST_CASE("STATE1 an app that is locked because it is being started is not deleted") {
  Scratch scratch;
  const StateDirectory state(scratch / "home");
  REQUIRE(state.prepare().ok());
  REQUIRE(state.write_spec(spec_named("web")).ok());
  auto lock = try_lock(state.lock_path("web"));
  REQUIRE(lock);
  REQUIRE(*lock);
  const Status kept = state.remove_apps({"web"}, true).front();
  REQUIRE_FALSE(kept.ok());
  CHECK(kept.error().message() == "web was started again meanwhile; it was not deleted");
  CHECK(state.read_spec("web").ok());
  lock->reset();
  CHECK(state.remove_app("web", true).ok());
  CHECK_FALSE(state.read_spec("web").ok());
}

TEST_CASE("STATE1 a reader beside a fast writer never sees a torn status") {
  Scratch scratch;
  const StateDirectory state(scratch / "home");
  REQUIRE(state.prepare().ok());
  AppStatus status = status_named("web");
  REQUIRE(state.write_status(status).ok());
  std::atomic<bool> done = false, failed = false;
  std::thread writer([&] {
    // As many as a slow machine has time for.
    const Time end = steady_now() + Milliseconds{20000};
    for (std::uint32_t count = 1; count <= 3000 && steady_now() < end; ++count) {
      status.id = count;
      status.instances.assign(1 + count % 5, {});
      for (InstanceStatus& instance : status.instances) instance.generation = count;
      if (!state.write_status(status).ok()) failed = true;
    }
    done = true;
  });
  std::size_t reads = 0, bad = 0;
  do {
    const auto seen = state.read_status("web");
    const bool whole =
        seen.ok() && std::all_of(seen->instances.begin(), seen->instances.end(),
                                 [&](const InstanceStatus& instance) { return instance.generation == seen->id; });
    if (!whole) ++bad;
    ++reads;
  } while (!done);
  writer.join();
  INFO(reads << " reads");
  CHECK(bad == 0);
  CHECK_FALSE(failed);
}

TEST_CASE("STATE1 the directory is the one that the environment names, and errors mention it") {
  const auto located = StateDirectory::locate();
  REQUIRE(located.ok());
  CHECK(is_absolute(located->path()));
  Scratch scratch;
  const StateDirectory state(scratch / "home");
  REQUIRE(state.prepare().ok());
  CHECK(state.identity() == StateDirectory(scratch / "home").identity());
  CHECK(state.identity() != StateDirectory(scratch / "home/apps").identity());
  touch(scratch / "file");
  const Status checked = StateDirectory(scratch / "file").check();
  REQUIRE_FALSE(checked.ok());
  CHECK_THAT(checked.error().message(), contains(scratch / "file"));
  CHECK_FALSE(StateDirectory(scratch / "file").prepare().ok());
}
