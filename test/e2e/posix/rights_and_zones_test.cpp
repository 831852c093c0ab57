// What must not change behind an app's back: the rights of its logs, the zone of its schedule; and memory that is counted once.
#include <sys/stat.h>
#include <unistd.h>

#include "test/e2e/apps.hpp"

using namespace forever::test;
namespace fs = std::filesystem;

namespace {

struct Rights {
  unsigned mode = 0;
  unsigned owner = 0, group = 0;
  friend bool operator==(const Rights&, const Rights&) = default;
};

Rights rights_of(const fs::path& file) {
  struct stat found {};
  REQUIRE(::stat(file.c_str(), &found) == 0);
  return {found.st_mode & 07777U, found.st_uid, found.st_gid};
}

}  // namespace

TEST_CASE("REAL22 a rotated log leaves its mode, owner and group to the next one", "[REAL22]") {
  const TemporaryHome home;
  const fs::path log = home.scratch() / "web.log";
  write_file(log, "before\n");
  REQUIRE(::chmod(log.c_str(), 0640) == 0);
  if (::geteuid() == 0) REQUIRE(::chown(log.c_str(), 12345, 4) == 0);
  const Rights before = rights_of(log);
  start(home, "web", {"lines", "300", "100", "wait"}, {"--out", log.string(), "--log-max-size", "4K"});
  REQUIRE(wait_until([&] { return fs::exists(log.string() + ".5") && fs::exists(log); }));
  for (const char* number : {"", ".1", ".2", ".5"}) REQUIRE(rights_of(log.string() + number) == before);
}

TEST_CASE("REAL22 a new log that the user names has what the umask leaves, ours is ours alone, and --log-mode decides",
          "[REAL22]") {
  const TemporaryHome home;
  start(home, "web", {"say", "x", "wait"}, {"--out", "named.log", "--umask", "027"});
  REQUIRE(wait_until([&] { return has(read_file(home.scratch() / "named.log"), "x"); }));
  REQUIRE(rights_of(home.scratch() / "named.log").mode == 0640);
  REQUIRE(rights_of(home.log("web", "err")).mode == 0600);
  start(home, "api", {"say", "x", "wait"}, {"--out", "other.log", "--log-mode", "0660"});
  REQUIRE(wait_until([&] { return has(read_file(home.scratch() / "other.log"), "x"); }));
  REQUIRE(rights_of(home.scratch() / "other.log").mode == 0660);
  REQUIRE(rights_of(home.log("api", "err")).mode == 0660);
  REQUIRE(home.forever({"start", child_binary(), "--name", "bad", "--log-mode", "0400"}).exit_code == 2);
}

TEST_CASE("REAL21 describe shows the zone and the next time, whichever command gives the app a new supervisor",
          "[REAL21]") {
  const TemporaryHome home;
  const auto in_zone = [&](const Words& words, const char* zone) {
    Command command = home.command(words);
    command.environment["TZ"] = zone;
    const Result result = run(command);
    INFO(result.err);
    REQUIRE(result.exit_code == 0);
    return result.out;
  };
  (void)in_zone(start_words("web", {"--cron-restart", "0 4 * * *"}, {"wait"}), "JST-9");
  REQUIRE_THAT(in_zone({"describe", "web"}, "EST5"), contains("(JST-9), next 2") && contains("T04:00:00.000+09:00"));
  kill_watchers(home, "web");
  (void)in_zone({"list"}, "EST5");
  REQUIRE_THAT(in_zone({"describe", "web"}, "UTC"), contains("T04:00:00.000+09:00"));
  done(home, {"stop", "web"});
  (void)in_zone({"start", "web", "--cron-timezone", "EST5"}, "UTC");
  REQUIRE_THAT(in_zone({"describe", "web"}, "UTC"), contains("(EST5), next") && contains("T04:00:00.000-05:00"));
  REQUIRE_THAT(home.forever({"start", child_binary(), "--name", "bad", "--cron-timezone", "Europe/Berlim"}).err,
               contains("not a time zone"));
}

TEST_CASE("REAL20 memory that workers share counts once, in list and against --max-memory", "[REAL20]") {
  const TemporaryHome home;
  const std::string much = "60000000";
  start(home, "web", {"allocate", much, "fork", "wait", "end", "fork", "wait", "end", "fork", "wait", "end", "wait"},
        {"--max-memory", "150M"});
  (void)forked_by(home, "web", 3);
  const int web = pid_of(home, "web");
  const auto used = listed(home, "web").at("memory_bytes").get<long long>();
  REQUIRE(used > 50'000'000);
  REQUIRE(used < 120'000'000);
  // Two looks at the memory of another app, begun later, and web has been looked at as well.
  start(home, "fat", {"allocate", "200000000", "wait"}, {"--max-memory", "150M"});
  REQUIRE(wait_until([&] { return listed(home, "fat").at("restarts") >= 2; }, 30s));
  REQUIRE(pid_of(home, "web") == web);
}
