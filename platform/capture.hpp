// Running a program to its end for what it prints: node for a .config.js, systemctl for an answer. No shell between.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "platform/exit_status.hpp"
#include "platform/result.hpp"

namespace forever {

struct Captured {
  std::string out;  // what it wrote to its standard output
  ExitStatus status;
  bool timed_out = false;  // it was killed, with all of its group (its job, on Windows)
};

enum class ErrorStream : std::uint8_t { ours, captured };

// argv[0] is looked up along PATH. It runs here, with our environment, and reads the null device; its standard error is
// ours, or goes where its output goes. It has `patience` for both its output and its end. The Error: it was not executed.
[[nodiscard]] Result<Captured> capture(const std::vector<std::string>& argv, std::chrono::milliseconds patience,
                                       ErrorStream error = ErrorStream::ours);

}  // namespace forever
