// Running a program and watching what it does: to its end (run), alongside the test (Running), or on a terminal.
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "test/support/wait.hpp"

namespace forever::test {

// What a test needs is not on this machine (a terminal): thrown by the harness, it leaves the test case, which counts as skipped.
struct Unavailable : std::runtime_error {
  using std::runtime_error::runtime_error;
};

struct Command {
  std::vector<std::string> argv;  // argv[0] is looked up along PATH
  // On top of the test's own environment; no value: not set at all.
  std::map<std::string, std::optional<std::string>> environment;
  std::filesystem::path directory;    // empty: the test's own
  std::string input;                  // its standard input, then end of file
  std::function<void()> before_exec;  // runs in the new process, after fork: umask, limits, signal masks, descriptors
  Milliseconds deadline{20000};       // patience() times that; then it is killed, and `timed_out` is set
};

struct Result {
  int exit_code = -1;  // 128 + N if it died by signal N
  int signal = 0;      // the signal it died by, or 0
  bool timed_out = false;
  // Both streams were at their end within 500 ms of the exit: no other process holds the caller's standard output and error.
  bool released_output = false;
  std::string out;
  std::string err;
  Milliseconds elapsed{0};
};

// Runs it to its end. Throws std::runtime_error if it cannot be executed.
[[nodiscard]] Result run(const Command& command);
[[nodiscard]] Result run(const std::vector<std::string>& argv);

// A program that runs beside the test. Killed and reaped at the latest by the destructor.
class Running {
 public:
  explicit Running(const Command& command);
  // With a terminal of that size as standard input, output and error, and as its controlling terminal; then `out` is
  // what was written to the terminal ("\r\n" at line ends), and `err` is empty.
  Running(const Command& command, int rows, int columns);
  Running(Running&&) noexcept;
  Running& operator=(Running&&) = delete;
  ~Running();

  [[nodiscard]] int pid() const;
  [[nodiscard]] const std::string& out();  // all so far
  [[nodiscard]] const std::string& err();
  void signal(int number);
  void type(const std::string& keys);  // to its standard input
  void close_input();
  void hang_up();                              // the terminal
  void resize(int rows, int columns);          // the terminal
  [[nodiscard]] int foreground_group() const;  // of the terminal: who may read what is typed

  [[nodiscard]] bool has_ended();
  // True once either stream contains `text`.
  [[nodiscard]] bool wait_for(const std::string& text, Milliseconds deadline = 10s);
  // Waits for its end; kills it at the deadline.
  [[nodiscard]] Result wait(Milliseconds deadline = 20s);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// The lines of a text, without their line ends.
[[nodiscard]] std::vector<std::string> lines_of(const std::string& text);

[[nodiscard]] std::string read_file(const std::filesystem::path& file);  // empty if it cannot be read
void write_file(const std::filesystem::path& file, const std::string& content);

}  // namespace forever::test
