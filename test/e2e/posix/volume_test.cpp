// A state directory on a volume: the container that wrote it is gone, and another one is started on it; or it still runs.
#include <unistd.h>

#include "test/e2e/apps.hpp"

using namespace forever::test;
namespace fs = std::filesystem;

namespace {

constexpr const char* kUnshare = "/usr/bin/unshare";

struct Machine {
  const char* boot = "";     // empty: this one's
  const char* machine = "";  // likewise
};

// `script` as process 1 of a pid namespace of its own, where $F is forever and $C the talking child; all that is left ends with it.
Command container(const TemporaryHome& home, const Machine& machine, const std::string& script) {
  std::string prepare;
  if (*machine.boot != '\0') {
    write_file(home.scratch() / "boot", std::string{machine.boot} + "\n");
    prepare += "mount --bind boot /proc/sys/kernel/random/boot_id && ";
  }
  if (*machine.machine != '\0' && fs::exists("/etc/machine-id")) {
    write_file(home.scratch() / "machine", std::string{machine.machine} + "\n");
    prepare += "mount --bind machine /etc/machine-id && ";
  }
  Command command = home.command({});
  command.argv = {kUnshare,       "--pid",   "--fork", "--mount-proc",
                  "--kill-child", "/bin/sh", "-c",     prepare + "{ " + script + "; }"};
  command.environment["F"] = forever_binary();
  command.environment["C"] = child_binary();
  return command;
}

bool has_containers() {
  const TemporaryHome home;
  return ::geteuid() == 0 && fs::exists(kUnshare) &&
         run(container(home, {"01234567-89ab-cdef-0123-456789abcdef", ""}, "true")).exit_code == 0;
}

constexpr Machine kMachines[] = {{"", ""},
                                 {"01234567-89ab-cdef-0123-456789abcdef", ""},
                                 {"", "0123456789abcdef0123456789abcdef"},
                                 {"01234567-89ab-cdef-0123-456789abcdef", "0123456789abcdef0123456789abcdef"}};

}  // namespace

TEST_CASE("REAL3 a container that is started again on its volume goes on with the apps, however it ended", "[REAL3]") {
  if (!has_containers()) SKIP_CASE("this needs root, unshare(1) and pid namespaces");
  for (const Machine& machine : kMachines) {
    for (const char* end : {"$F stopall", "true"}) {
      INFO("boot " << machine.boot << ", machine " << machine.machine << ", end: " << end);
      const TemporaryHome home;
      const Words names{"a", "b", "c", "d"};
      std::string script;
      for (const std::string& name : names) script += "$F start $C --name " + name + " -- wait && ";
      const Result before = run(container(home, machine, script + "$F save && " + end));
      INFO(before.out << before.err);
      REQUIRE(before.exit_code == 0);

      REQUIRE(status_of(home, "a") == "stopped");
      REQUIRE_FALSE(has(home.forever({"doctor"}).out, "another machine"));
      done(home, {"start", "a"});
      done(home, {"restart", "b"});
      done(home, {"delete", "c"});
      REQUIRE(status_of(home, "a") == "online");
      REQUIRE(status_of(home, "b") == "online");
      done(home, {"stopall"});
      write_file(home.scratch() / "apps.json",
                 R"({"apps": [{"name": "d", "script": ")" + child_binary() + R"(", "args": "wait"}]})");
      done(home, {"apply", "apps.json"});
      REQUIRE(status_of(home, "d") == "online");
    }
  }
}

TEST_CASE("REAL3 resurrect starts what ran in a container that was killed", "[REAL3]") {
  if (!has_containers()) SKIP_CASE("this needs root, unshare(1) and pid namespaces");
  for (const Machine& machine : kMachines) {
    const TemporaryHome home;
    REQUIRE(run(container(home, machine, "$F start $C --name web -- wait && $F save")).exit_code == 0);
    done(home, {"resurrect"});
    REQUIRE(status_of(home, "web") == "online");
  }
}

TEST_CASE("REAL3 what another container keeps is left alone, and deleted by force alone, with a word", "[REAL3]") {
  if (!has_containers()) SKIP_CASE("this needs root, unshare(1) and pid namespaces");
  const TemporaryHome home;
  Running other{container(home, kMachines[3], "$F start $C --name web -- wait && exec sleep 1000")};
  REQUIRE(other.wait_for("online"));
  REQUIRE(status_of(home, "web") == "foreign");
  for (const char* verb : {"start", "stop", "restart", "delete"}) {
    const Result refused = home.forever({verb, "web"});
    REQUIRE(refused.exit_code == 1);
    require_one_line(refused.err, "another machine or container");
  }
  REQUIRE(status_of(home, "web") == "foreign");
  REQUIRE_THAT(home.forever({"doctor"}).out, contains("forever delete web --force"));
  REQUIRE_THAT(done(home, {"delete", "web", "--force"}).out, contains("could not be checked"));
  // What still lives there has written its record again by now; once it is gone, anybody may delete that.
  other.signal(SIGKILL);
  (void)other.wait();
  REQUIRE(wait_until([&] { return status_of(home, "web") != "foreign"; }));
  (void)home.forever({"delete", "web"});
  REQUIRE(list_json(home).at("apps").empty());
}

TEST_CASE("REAL3 delete --force removes an app whose supervisor does not answer, with all that it keeps", "[REAL3]") {
  const TemporaryHome home;
  start(home, "web", {"fork", "wait", "end", "wait"});
  const int child = forked_by(home, "web", 1).at(0);
  const int web = pid_of(home, "web"), keeper = keeper_of(home, "web"), supervisor = supervisor_of(home, "web");
  send_signal(supervisor, SIGSTOP);
  REQUIRE(home.forever({"delete", "web"}).exit_code == 1);
  done(home, {"delete", "web", "--force"});
  REQUIRE(none_alive({web, keeper, supervisor, child}));
  REQUIRE(list_json(home).at("apps").empty());
}
