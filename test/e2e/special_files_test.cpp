// REQ3: any kind of file in the place of a record, be it a FIFO, a device, a directory, a link or an endless file, blocks no command,
// exhausts no memory, and hides no other app.
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <functional>

#include "test/e2e/apps.hpp"

using namespace forever::test;

namespace {

namespace fs = std::filesystem;

constexpr rlim_t kMemory = rlim_t{1} << 30U;  // bytes of address space, for any command
constexpr off_t kHuge = off_t{1} << 40U;      // of a sparse file

struct Kind {
  const char* name;
  std::function<bool(const fs::path&)> put;  // false: cannot be had here
};

const std::vector<Kind>& kinds() {
  static const std::vector<Kind> all{
      {"a FIFO", [](const fs::path& at) { return mkfifo(at.c_str(), 0600) == 0; }},
      {"a directory that is not empty",
       [](const fs::path& at) {
         fs::create_directories(at / "below");
         return true;
       }},
      {"an endless device", [](const fs::path& at) { return mknod(at.c_str(), S_IFCHR | 0600, makedev(1, 5)) == 0; }},
      {"a link to an endless device",
       [](const fs::path& at) {
         fs::create_symlink("/dev/zero", at);
         return true;
       }},
      {"a link to nothing",
       [](const fs::path& at) {
         fs::create_symlink("nowhere/at-all", at);
         return true;
       }},
      {"a link to itself",
       [](const fs::path& at) {
         fs::create_symlink(at, at);
         return true;
       }},
      {"a huge file", [](const fs::path& at) {
         write_file(at, "{");
         return truncate(at.c_str(), kHuge) == 0;
       }}};
  return all;
}

// In bounded time and memory, and never by a signal.
Result bounded(const TemporaryHome& home, const Words& words) {
  Command command = home.command(words);
  command.deadline = 15s;
  if (!sanitized())
    command.before_exec = [] {
      const rlimit most{kMemory, kMemory};
      setrlimit(RLIMIT_AS, &most);
    };
  Result result = run(command);
  std::string line = "forever";
  for (const std::string& word : words) line += ' ' + word;
  INFO(line << " -> " << result.exit_code << '\n' << result.out.substr(0, 2000) << result.err.substr(0, 2000));
  REQUIRE_FALSE(result.timed_out);
  REQUIRE(result.signal == 0);
  // A failure, or a notice about the app.
  for (const std::string& told : lines_of(result.err))
    REQUIRE((told.starts_with("forever: ") || told.starts_with("web ")));
  return result;
}

// `file` of the app "web" is replaced by each kind of thing, with its supervisor alive and without it.
void walk(const std::function<fs::path(const TemporaryHome&)>& file, bool supervised) {
  for (const Kind& kind : kinds()) {
    const TemporaryHome home;
    start(home, "other", {"say", "here", "wait"});
    start(home, "web", {"say", "up", "wait"});
    done(home, {"save"});
    done(home, {"columns", "set", "name", "status", "pid"});
    REQUIRE(wait_for_log(home, "web", "up"));
    if (!supervised) done(home, {"stop", "web"});
    const fs::path place = file(home);
    INFO(place.filename() << " is " << kind.name << (supervised ? ", supervised" : ", stopped"));
    fs::remove_all(place);
    if (!kind.put(place)) continue;  // devices need root
    for (const Words& words :
         {Words{"list"}, Words{"describe", "web"}, Words{"logs", "web"}, Words{"save"}, Words{"doctor"},
          Words{"flush", "web"}, Words{"reopen", "web"}, Words{"resurrect"}, Words{"restart", "web"},
          Words{"stop", "web"}, Words{"start", "web"}, Words{"cleanlogs"}})
      (void)bounded(home, words);
    const Json apps = parse_json(bounded(home, {"list", "--json"}).out).at("apps");
    bool here = false;
    for (const Json& app : apps) here = here || (app.at("name") == "other" && app.at("status") == "online");
    REQUIRE(here);
    (void)bounded(home, {"delete", "web"});
    (void)bounded(home, {"stop", "all"});
  }
}

void walk(const std::function<fs::path(const TemporaryHome&)>& file) {
  walk(file, true);
  walk(file, false);
}

}  // namespace

TEST_CASE("REQ3 any kind of file in the place of spec.json, commands end", "[REQ3]") {
  walk([](const TemporaryHome& home) { return home.app("web") / "spec.json"; });
}
TEST_CASE("REQ3 any kind of file in the place of status.json, commands end", "[REQ3]") {
  walk([](const TemporaryHome& home) { return home.app("web") / "status.json"; });
}
TEST_CASE("REQ3 any kind of file in the place of the file next to status.json, commands end", "[REQ3]") {
  walk([](const TemporaryHome& home) { return home.app("web") / "status.json~"; });
}
TEST_CASE("REQ3 any kind of file in the place of the control socket, commands end", "[REQ3]") {
  walk([](const TemporaryHome& home) { return home.app("web") / "control"; });
}
TEST_CASE("REQ3 any kind of file in the place of an output FIFO, commands end", "[REQ3]") {
  walk([](const TemporaryHome& home) { return home.app("web") / "out.fifo"; });
}
TEST_CASE("REQ3 any kind of file in the place of the app's directory, commands end", "[REQ3]") {
  walk([](const TemporaryHome& home) { return home.app("web"); });
}
TEST_CASE("REQ3 any kind of file in the place of the lock, commands end", "[REQ3]") {
  walk([](const TemporaryHome& home) { return home.state() / "locks/web"; });
}
TEST_CASE("REQ3 any kind of file in the place of the ids, commands end", "[REQ3]") {
  walk([](const TemporaryHome& home) { return home.state() / "ids"; });
}
TEST_CASE("REQ3 any kind of file in the place of the ids' lock, commands end", "[REQ3]") {
  walk([](const TemporaryHome& home) { return home.state() / "ids.lock"; });
}
TEST_CASE("REQ3 any kind of file in the place of the saved list, commands end", "[REQ3]") {
  walk([](const TemporaryHome& home) { return home.state() / "saved.json"; });
}
TEST_CASE("REQ3 any kind of file in the place of the chosen columns, commands end", "[REQ3]") {
  walk([](const TemporaryHome& home) { return home.state() / "columns.json"; });
}
TEST_CASE("REQ3 any kind of file in the place of a pid file, commands end", "[REQ3]") {
  walk([](const TemporaryHome& home) { return home.state() / "pids/web-0.pid"; });
}
TEST_CASE("REQ3 any kind of file in the place of a log, commands end", "[REQ3]") {
  walk([](const TemporaryHome& home) { return home.log("web"); });
}
TEST_CASE("REQ3 any kind of file in the place of a rotated log, commands end", "[REQ3]") {
  walk([](const TemporaryHome& home) { return home.state() / "logs/web.out.log.1"; });
}
TEST_CASE("REQ3 any kind of file in the place of the supervisor's own log, commands end", "[REQ3]") {
  walk([](const TemporaryHome& home) { return home.state() / "logs/web.forever.log"; });
}
TEST_CASE("REQ3 any kind of file in the place of a directory of the state directory, commands end", "[REQ3]") {
  for (const char* folder : {"apps", "logs", "locks", "pids"}) {
    for (const Kind& kind : kinds()) {
      const TemporaryHome home;
      start(home, "web", {"wait"});
      INFO(folder << " is " << kind.name);
      done(home, {"stop", "web"});
      fs::remove_all(home.state() / folder);
      if (!kind.put(home.state() / folder)) continue;
      for (const Words& words : {Words{"list"}, Words{"describe", "web"}, Words{"logs", "web"}, Words{"save"},
                                 Words{"doctor"}, Words{"start", child_binary(), "--name", "new", "--", "wait"},
                                 Words{"resurrect"}, Words{"stop", "all"}, Words{"list", "--json"}})
        (void)bounded(home, words);
    }
  }
}

TEST_CASE("REQ3 pipes that a person names are waited for: variables and apps of the shell's own making", "[REQ3]") {
  const TemporaryHome home;
  Command command = home.command({});
  command.argv = {"/bin/bash", "-c",
                  "exec \"$0\" start \"$1\" --name web --env-file <(echo COLOUR=green) -- print-env COLOUR wait",
                  forever_binary(), child_binary()};
  if (!fs::exists("/bin/bash")) SKIP_CASE("needs bash");
  const Result started = run(command);
  INFO(started.err);
  REQUIRE(started.exit_code == 0);
  REQUIRE(wait_for_log(home, "web", "env COLOUR=green"));
}
