// LOG: every line that the app wrote is there once, whole, wherever the file went.

#include <algorithm>
#include <array>
#include <fstream>
#include <regex>

#include "test/e2e/log_files.hpp"

using namespace forever::test;

namespace {

namespace fs = std::filesystem;

// Reads numbered lines file by file, in constant memory: each must be the successor of the one before it.
struct Numbered {
  long long count = 0;
  long long expected = 1;
  bool in_order = true;
  bool whole = true;
  void read(const fs::path& file, std::size_t length) {
    std::ifstream in(file, std::ios::binary);
    for (std::string line; std::getline(in, line);) {
      if (line.size() != length - 1 || in.eof()) whole = false;
      in_order = in_order && std::atoll(line.c_str()) == expected;
      expected = std::atoll(line.c_str()) + 1;
      ++count;
    }
  }
};

}  // namespace

TEST_CASE("LOG1 rotation is on by default, at 10 MiB, and five old files are kept", "[LOG1]") {
  const TemporaryHome home;
  const std::string text = [&] {
    start(home, "web", {"blocks", "800000", "100", "say", "complete", "wait"});
    REQUIRE(wait_for_log(home, "web", "complete", "out", 30s));
    return done(home, {"describe", "web"}).out;
  }();
  const auto files = files_of(home, "web");
  REQUIRE(files.size() == 6);
  for (std::size_t i = 0; i + 1 < files.size(); ++i) {
    REQUIRE(fs::file_size(files[i]) <= (10U << 20U) + 100);  // at the end of the line that reached it
    REQUIRE(fs::file_size(files[i]) > (10U << 20U) - 200000);
  }
}

TEST_CASE("LOG1 numbered lines through many rotations are all there exactly once, whole", "[LOG1]") {
  for (const char* word : {"lines", "blocks"}) {
    const TemporaryHome home;
    constexpr int kLines = 100000;
    start(home, "web", {word, std::to_string(kLines), "73", "touch", home.scratch() / "written", "wait"},
          {"--log-max-size", "300K", "--log-keep", "100"});
    REQUIRE(wait_until([&] { return fs::exists(home.scratch() / "written"); }, 30s));
    done(home, {"stop", "web"});
    const auto files = files_of(home, "web");
    INFO(word << " in " << files.size() << " files");
    REQUIRE(files.size() > 10);
    Numbered numbered;
    for (const fs::path& file : files) {
      REQUIRE(fs::file_size(file) <= 300 * 1024 + 73);
      numbered.read(file, 73);
    }
    REQUIRE(numbered.count == kLines);
    REQUIRE(numbered.in_order);
    REQUIRE(numbered.whole);
  }
}

TEST_CASE("LOG1 ten million numbered lines are all there exactly once, whole", "[LOG1][slow]") {
  const TemporaryHome home;
  constexpr int kLines = 10000000;
  start(home, "web", {"blocks", std::to_string(kLines), "20", "touch", home.scratch() / "written", "wait"},
        {"--log-max-size", "1M", "--log-keep", "1000"});
  REQUIRE(wait_until([&] { return fs::exists(home.scratch() / "written"); }, 200s));
  done(home, {"stop", "web"});
  Numbered numbered;
  for (const fs::path& file : files_of(home, "web")) numbered.read(file, 20);
  REQUIRE(numbered.count == kLines);
  REQUIRE(numbered.in_order);
  REQUIRE(numbered.whole);
}

TEST_CASE("LOG1 only the number of old files that was asked for is kept, and 0 never rotates", "[LOG1]") {
  const TemporaryHome home;
  start(home, "few", {"blocks", "20000", "100", "touch", home.scratch() / "few", "wait"},
        {"--log-max-size", "100K", "--log-keep", "2"});
  start(home, "one", {"blocks", "200000", "100", "touch", home.scratch() / "one", "wait"}, {"--log-max-size", "0"});
  REQUIRE(wait_until([&] { return fs::exists(home.scratch() / "few") && fs::exists(home.scratch() / "one"); }));
  done(home, {"stop", "all"});
  REQUIRE(files_of(home, "few").size() == 3);
  REQUIRE(files_of(home, "one").size() == 1);
  REQUIRE(fs::file_size(home.log("one")) == 20000000);
}

TEST_CASE("LOG1 both streams rotate by themselves", "[LOG1]") {
  const TemporaryHome home;
  start(home, "web",
        {"blocks", "5000", "100", "stream", "err", "number-from", "1", "blocks", "9000", "100", "touch",
         home.scratch() / "written", "wait"},
        {"--log-max-size", "100K", "--log-keep", "50"});
  REQUIRE(wait_until([&] { return fs::exists(home.scratch() / "written"); }));
  done(home, {"stop", "web"});
  for (const auto& [stream, lines] : {std::pair{"out", 5000}, {"err", 9000}}) {
    Numbered numbered;
    for (const fs::path& file : files_of(home, "web", stream)) numbered.read(file, 100);
    INFO(stream);
    REQUIRE(numbered.count == lines);
    REQUIRE(numbered.in_order);
  }
}

TEST_CASE("LOG2 time stamps precede each line, not each chunk", "[LOG2]") {
  const TemporaryHome home;
  start(home, "web",
        {"partial", "one ", "sleep", "50", "partial", "line\n", "lines", "2000", "30", "partial", "no line end",
         "touch", home.scratch() / "written", "wait"},
        {"--log-time"});
  REQUIRE(wait_until([&] { return fs::exists(home.scratch() / "written"); }));
  done(home, {"stop", "web"});
  const auto lines = lines_of(log_of(home, "web"));
  REQUIRE(lines.size() == 2002);
  const std::regex stamped(R"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}([+-]\d\d:\d\d|Z) (.*))");
  std::vector<std::string> rest;
  for (const std::string& line : lines) {
    std::smatch parts;
    INFO(line);
    REQUIRE(std::regex_match(line, parts, stamped));
    rest.push_back(parts[2]);
  }
  REQUIRE(rest.front() == "one line");
  REQUIRE(rest.at(1).starts_with("0000000001 x"));
  REQUIRE(rest.at(2000).starts_with("0000002000 x"));
  REQUIRE(rest.back() == "no line end");
}

TEST_CASE("LOG2 lines of 64 kB are whole in every format", "[LOG2]") {
  for (const char* format : {"raw", "time", "json"}) {
    const TemporaryHome home;
    start(home, "web", {"lines", "20", "65000", "touch", home.scratch() / "written", "wait"}, {"--log-format", format});
    REQUIRE(wait_until([&] { return fs::exists(home.scratch() / "written"); }));
    done(home, {"stop", "web"});
    const auto lines = lines_of(log_of(home, "web"));
    INFO(format);
    REQUIRE(lines.size() == 20);
    for (const std::string& line : lines) REQUIRE(count_of(line, "x") >= 64900);
  }
}

TEST_CASE("LOG2 raw logs are byte for byte what was written", "[LOG2]") {
  const TemporaryHome home;
  start(home, "web", {"binary", "300000", "touch", home.scratch() / "written", "wait"});
  REQUIRE(wait_until([&] { return fs::exists(home.scratch() / "written"); }));
  done(home, {"stop", "web"});
  std::string expected(300000, '\0');
  for (std::size_t i = 0; i < expected.size(); ++i) expected[i] = static_cast<char>(i % 256);
  REQUIRE(log_of(home, "web") == expected);
}

TEST_CASE("LOG2 json logs are one valid object a line, for bytes of every value", "[LOG2]") {
  const TemporaryHome home;
  start(home, "web",
        {"say", "plain \"quoted\" \\ text", "binary", "1000", "say", "", "stream", "err", "partial", "to err\n",
         "touch", home.scratch() / "written", "wait"},
        {"--log-format", "json"});
  REQUIRE(wait_until([&] { return fs::exists(home.scratch() / "written"); }));
  done(home, {"stop", "web"});
  const auto lines = lines_of(log_of(home, "web"));
  REQUIRE(lines.size() >= 4);
  for (const std::string& line : lines) REQUIRE(parse_json(line).is_object());
  REQUIRE(parse_json(lines.front()).dump().find(R"(plain \"quoted\" \\ text)") != std::string::npos);
  const auto errors = lines_of(log_of(home, "web", "err"));
  REQUIRE(errors.size() == 1);
  REQUIRE(parse_json(errors.front()).dump().find("to err") != std::string::npos);
}

TEST_CASE("LOG2 merged logs keep the order of writing between out and err", "[LOG2]") {
  const TemporaryHome home;
  Words words;
  for (int i = 0; i < 50; ++i) words = words + Words{"stream", i % 2 == 0 ? "out" : "err", "lines", "1", "20"};
  start(home, "web", words + Words{"touch", home.scratch() / "written", "wait"}, {"--merge-logs"});
  REQUIRE(wait_until([&] { return fs::exists(home.scratch() / "written"); }));
  done(home, {"stop", "web"});
  Numbered numbered;
  numbered.read(home.log("web"), 20);
  REQUIRE(numbered.count == 50);
  REQUIRE(numbered.in_order);
  REQUIRE_FALSE(fs::exists(home.log("web", "err")));
}

TEST_CASE("LOG2 logs go where --out and --err say", "[LOG2]") {
  const TemporaryHome home;
  start(home, "web",
        {"say", "to out", "stream", "err", "partial", "to err\n", "touch", home.scratch() / "written", "wait"},
        {"--out", home.scratch() / "o.log", "--err", "e.log"});  // relative: to the working directory
  REQUIRE(wait_until([&] { return read_file(home.scratch() / "o.log") == "to out\n"; }));
  REQUIRE(wait_until([&] { return read_file(home.scratch() / "e.log") == "to err\n"; }));
  REQUIRE(listed(home, "web").at("logs").at("out") == (home.scratch() / "o.log").generic_string());
}

TEST_CASE("LOG3 external rotation by rename and reopen loses no line", "[LOG3]") {
  const TemporaryHome home;
  constexpr int kLines = 20000;
  start(home, "web",
        {"pace", "1", "blocks", std::to_string(kLines), "100", "touch", home.scratch() / "written", "wait"},
        {"--log-max-size", "0"});
  std::vector<fs::path> files;
  const fs::path log = home.log("web");
  for (int round = 0; round < 3; ++round) {
    REQUIRE(wait_until([&] { return fs::exists(log) && fs::file_size(log) > 0; }));
    files.push_back(log.string() + "-old" + std::to_string(round));
    fs::rename(log, files.back());
    done(home, {"reopen", "web"});
    REQUIRE(fs::exists(log));
    if (fs::exists(home.scratch() / "written")) break;
  }
  REQUIRE(wait_until([&] { return fs::exists(home.scratch() / "written"); }));
  done(home, {"stop", "web"});
  files.push_back(log);
  std::string text;
  for (const fs::path& file : files) text += read_file(file);
  write_file(home.scratch() / "all", text);
  Numbered numbered;
  numbered.read(home.scratch() / "all", 100);
  REQUIRE(numbered.count == kLines);
  REQUIRE(numbered.in_order);
}

TEST_CASE("LOG3 external rotation by copy and truncate leaves no hole", "[LOG3]") {
  const TemporaryHome home;
  start(home, "web",
        {"lines", "1000", "100", "touch", home.scratch() / "one", "wait-for", home.scratch() / "go", "lines", "10",
         "100", "touch", home.scratch() / "two", "wait"});
  REQUIRE(wait_until([&] { return fs::exists(home.scratch() / "one") && log_of(home, "web").size() == 100000; }));
  fs::resize_file(home.log("web"), 0);
  write_file(home.scratch() / "go", "");
  REQUIRE(wait_until([&] { return log_of(home, "web").size() == 1000; }));
  REQUIRE(log_of(home, "web").starts_with("0000001001 x"));
}

TEST_CASE("LOG3 a log file that was deleted is back after reopen, and a directory too", "[LOG3]") {
  const TemporaryHome home;
  start(home, "web", {"say", "up", "on", "USR1", "say", "again", "end", "wait"});
  REQUIRE(wait_for_log(home, "web", "up"));
  fs::remove_all(home.state() / "logs");
  done(home, {"reopen", "web"});
  done(home, {"signal", "USR1", "web"});
  REQUIRE(wait_for_log(home, "web", "again"));
}

TEST_CASE("LOG3 flush empties the log and removes the old files, while the app writes on", "[LOG3]") {
  const TemporaryHome home;
  start(home, "web", {"lines", "5000", "100", "say", "complete", "on", "USR1", "say", "after", "end", "wait"},
        {"--log-max-size", "100K"});
  REQUIRE(wait_for_log(home, "web", "complete"));
  REQUIRE(files_of(home, "web").size() > 1);
  done(home, {"flush", "web"});
  REQUIRE(files_of(home, "web").size() == 1);
  REQUIRE(log_of(home, "web").empty());
  done(home, {"signal", "USR1", "web"});
  REQUIRE(wait_for_log(home, "web", "after"));
  REQUIRE(log_of(home, "web") == "after\n");
}

TEST_CASE("LOG4 a grandchild that holds the output never hangs a stop", "[LOG4]") {
  const TemporaryHome home;
  start(home, "web", {"daemon", "wait", "end", "say", "up", "wait"}, {"--kill-mode", "process"});
  REQUIRE(wait_for_log(home, "web", "up"));
  const int daemon = forked_by(home, "web", 1).at(0);
  done(home, {"stop", "web"});
  REQUIRE(alive(daemon));
  REQUIRE(status_of(home, "web") == "stopped");
  done(home, {"start", "web"});
  REQUIRE(wait_for_status(home, "web", "online"));
}

TEST_CASE("LOG4 an app that has closed its output costs no processor time", "[LOG4]") {
  const TemporaryHome home;
  start(home, "web", {"say", "up", "close", "1", "close", "2", "touch", home.scratch() / "closed", "wait"});
  REQUIRE(wait_until([&] { return fs::exists(home.scratch() / "closed"); }));
  const int supervisor = supervisor_of(home, "web");
  const auto switches = [&] { return status_field(supervisor, "voluntary_ctxt_switches"); };
  std::string before;
  REQUIRE(wait_until([&] {
    before = switches();
    return stays_true([&] { return switches() == before; }, 300ms);
  }));
  REQUIRE(status_of(home, "web") == "online");
}

TEST_CASE("LOG4 what a program wrote before it died at once is in the log", "[LOG4]") {
  const TemporaryHome home;
  start(home, "web", {"lines", "500", "80", "partial", "last words", "die", "KILL"},
        {"--min-uptime", "1h", "--max-restarts", "0"});
  REQUIRE(wait_for_status(home, "web", "errored"));
  REQUIRE(log_of(home, "web").ends_with("last words"));
  REQUIRE(has(log_of(home, "web"), "0000000500 x"));
}

TEST_CASE("LOG1 one file for out and err is one log that loses nothing", "[LOG1]") {
  const TemporaryHome home;
  const std::string log = home.scratch() / "app.log";
  const std::string same = home.scratch() / "." / "app.log";
  start(home, "web",
        {"repeat", "200", "stream", "out", "lines", "1", "60", "stream", "err", "lines", "1", "60", "end", "wait"},
        {"--out", log, "--err", same, "--log-max-size", "4k", "--log-keep", "100"});
  const auto lines = [&] {
    std::size_t count = 0;
    for (const auto& entry : fs::directory_iterator(home.scratch())) {
      if (entry.path().filename().string().starts_with("app.log")) count += count_of(read_file(entry.path()), "\n");
    }
    return count;
  };
  REQUIRE(wait_until([&] { return lines() == 400; }));
  REQUIRE_THAT(read_file(home.app("web") / "status.json"), !contains("err_log"));
}

TEST_CASE("LOG1 a log that another app writes to is refused at the start, and free again after its stop", "[LOG1]") {
  const TemporaryHome home;
  const std::string log = home.scratch() / "app.log";
  start(home, "web", {"say", "mine", "wait"}, {"--out", log});
  REQUIRE(wait_until([&] { return fs::exists(log) && has(read_file(log), "mine"); }));
  const Result result = home.forever(start_words("other", {"--out", log}, {"say", "theirs", "wait"}));
  REQUIRE(result.exit_code == 1);
  require_one_line(result.err, log);
  REQUIRE(status_of(home, "other").empty());
  done(home, {"restart", "web"});
  for (int i = 0; i < 5; ++i) {
    done(home, {"stop", "web"});
    done(home, {"start", "web"});
  }
  done(home, {"stop", "web"});
  start(home, "other", {"say", "theirs", "wait"}, {"--out", log});
  REQUIRE(wait_until([&] { return has(read_file(log), "theirs"); }));
  for (const char* name : {"quiet", "silent"})
    start(home, name, {"wait"}, {"--out", "/dev/null", "--err", "/dev/null"});
}
