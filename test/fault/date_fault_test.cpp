// The date is set while apps are supervised. It is shifted for the whole binary (platform/posix/fault.cpp), since a test
// cannot set the machine's own clock, and no namespace has its own.
#include <cstdlib>

#include "test/support/catch.hpp"
#include "test/support/home.hpp"
#include "test/support/json.hpp"
#include "test/support/process.hpp"
#include "test/support/signals.hpp"

namespace forever::test {
namespace {

constexpr auto kYear = std::chrono::seconds{366 * 24h};  // from any day on there is a New Year in it

// The date for every forever that this test runs.
class SetDate {
 public:
  explicit SetDate(const TemporaryHome& home) : file_(home.scratch() / "date") {
    to(std::chrono::seconds{0});
    setenv("FOREVER_FAULT_DATE", file_.c_str(), 1);
    setenv("TZ", "UTC0", 1);
  }
  void to(std::chrono::seconds shift) const {
    write_file(file_ + ".new", std::to_string(shift.count()));
    std::filesystem::rename(file_ + ".new", file_);
  }

 private:
  std::string file_;
};

// By the date that was set, for this process has it too.
int year_now() {
  const auto days = std::chrono::floor<std::chrono::days>(std::chrono::system_clock::now());
  return static_cast<int>(std::chrono::year_month_day{days}.year());
}

void done(const TemporaryHome& home, const std::vector<std::string>& arguments) {
  const Result result = home.forever(arguments);
  INFO(result.out << result.err);
  REQUIRE(result.exit_code == 0);
}

// Has the app say something, so that its supervisor wakes up and looks at the date; it does when the stamp is of that year.
void require_date_seen(const TemporaryHome& home) {
  const auto before = read_file(home.log("web")).size();
  send_signal(pid_of(home, "web"), SIGUSR1);
  REQUIRE(wait_until([&] { return read_file(home.log("web")).find("tick\n", before) != std::string::npos; }));
  INFO(read_file(home.log("web")));
  CHECK(read_file(home.log("web")).substr(before).starts_with(std::to_string(year_now())));
}

TEST_CASE("BACK3 a date set a year on, and two years back, restarts nothing and stops nothing; uptimes stay right") {
  const TemporaryHome home;
  const SetDate date(home);
  const auto begin = Clock::now();
  const int year = year_now();
  done(home, {"start", "--name", "web", "--log-time", child_binary(), "--", "on", "USR1", "say", "tick", "end", "say",
              "up", "wait"});
  done(home, {"start", "--name", "bad", child_binary(), "--", "exit", "1"});
  REQUIRE(wait_until([&] { return read_file(home.log("web")).find("up\n") != std::string::npos; }));
  const int pid = pid_of(home, "web");
  const auto failures = [&] { return listed(home, "bad").at("failures").get<int>(); };
  for (const auto shift : {kYear, -kYear, std::chrono::seconds{0}}) {
    INFO("shifted by " << shift.count() << " s");
    date.to(shift);
    REQUIRE((year_now() == year) == (shift.count() == 0));
    require_date_seen(home);
    const int failed = failures();
    const Json app = listed(home, "web");
    const auto up = std::chrono::milliseconds{app.at("instances").at(0).at("uptime_ms").get<std::int64_t>()};
    CHECK(app.at("status") == "online");
    CHECK(app.at("restarts") == 0);
    CHECK(pid_of(home, "web") == pid);
    CHECK(up > 0ms);
    CHECK(up <= Clock::now() - begin);
    CHECK(wait_until([&] { return failures() > failed; }));  // back-off goes on, and by the steady clock
  }
  date.to(-kYear);
  const Json app = listed(home, "web");
  const int supervisor = app.at("supervisor_pid").get<int>();
  send_signal(supervisor, SIGKILL);
  REQUIRE(wait_until([&] {
    const Json now = listed(home, "web");
    return now.at("supervisor_pid") != nullptr && now.at("supervisor_pid") != supervisor &&
           now.at("status") == "online";
  }));
  const auto adopted = listed(home, "web").at("instances").at(0);
  CHECK(adopted.at("pid") == pid);
  CHECK(std::chrono::milliseconds{adopted.at("uptime_ms").get<std::int64_t>()} <= Clock::now() - begin);
  done(home, {"stop", "all"});
  CHECK_FALSE(alive(pid));
}

TEST_CASE("BACK3 a date set a year on serves a yearly schedule once, and one set back does not serve it again") {
  const TemporaryHome home;
  const SetDate date(home);
  done(home, {"start", "--name", "web", "--log-time", "--cron-restart", "0 0 1 1 *", child_binary(), "--", "on", "USR1",
              "say", "tick", "end", "say", "up", "wait"});
  const int pid = pid_of(home, "web");
  date.to(kYear);
  send_signal(pid, SIGUSR1);  // wakes up the supervisor, which looks once a minute by itself
  REQUIRE(wait_for_other_pid(home, "web", pid));
  const int after = pid_of(home, "web");
  const auto ups = [&] {
    const std::string log = read_file(home.log("web"));
    std::size_t count = 0;
    for (std::size_t at = log.find("up\n"); at != std::string::npos; at = log.find("up\n", at + 1)) ++count;
    return count;
  };
  REQUIRE(wait_until([&] { return ups() == 2; }));
  for (const auto shift : {std::chrono::seconds{0}, -kYear}) {
    date.to(shift);
    require_date_seen(home);
    CHECK(pid_of(home, "web") == after);
  }
  done(home, {"stop", "web"});
}

}  // namespace
}  // namespace forever::test
