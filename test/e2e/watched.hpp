// What the tests of restarting on change share: an app called web, whose every start leaves a stamp, and the directory that is watched.
#pragma once

#include "test/e2e/apps.hpp"

namespace forever::test {

// More unread changes than the kernel keeps.
#ifdef _WIN32
inline constexpr int kMoreThanKept = 5'000;  // a buffer of 60 KiB
#else
inline constexpr int kMoreThanKept = 20'000;  // 16,384 (inotify(7): max_queued_events)
#endif

inline constexpr Milliseconds kQuiet{600};  // long enough for a second restart to be seen, were there one

struct Watched {
  explicit Watched(const Words& options, const Words& words = {"wait"}) : options_(options), words_(words) {
    std::filesystem::create_directory(tree);
    write_file(tree / "main.js", "one\n");
  }
  void begin() {
    start(home, "web", Words{"stamp", stamps, "start"} + words_, Words{"--cwd", tree, "--watch"} + options_);
    REQUIRE(starts_are(1));
  }
  [[nodiscard]] std::size_t starts() const { return stamps_in(stamps).size(); }
  [[nodiscard]] bool starts_are(std::size_t count) const {
    return wait_until([&] { return starts() == count && home_status() == "online"; }, 20s);
  }
  [[nodiscard]] bool stays_at(std::size_t count) const {
    return starts_are(count) && stays_true([&] { return starts() == count; }, kQuiet);
  }
  [[nodiscard]] std::string home_status() const { return status_of(home, "web"); }
  [[nodiscard]] Result shell(const std::string& line) const {
    Command command;
    command.argv = {"/bin/sh", "-ec", line};
    command.directory = tree;
    command.deadline = 60s;
    Result result = run(command);
    INFO(line << ": " << result.out << result.err);
    CHECK(result.exit_code == 0);
    return result;
  }

  const TemporaryHome home;
  const Place tree = home.scratch() / "tree";
  const Place stamps = home.scratch() / "stamps";

 private:
  Words options_, words_;
};

// Whether there is such a program on this machine.
[[nodiscard]] inline bool have(const char* program) {
  return run({"/bin/sh", "-c", std::string{"command -v "} + program}).exit_code == 0;
}

}  // namespace forever::test
