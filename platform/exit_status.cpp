// The words for how a process ended.
#include "platform/exit_status.hpp"

#include <array>
#include <cstdio>

#include "platform/result.hpp"
#include "platform/signals.hpp"

namespace forever {
namespace {

// From here on Windows exit codes are NTSTATUS values of severity "error": a crash, best known by its hexadecimal form.
constexpr std::int64_t kFirstCrashCode = 0xC0000000;

std::string describe_code(std::int64_t code) {
  if (code < kFirstCrashCode) return "exit " + std::to_string(code);
  std::array<char, 24> text{};
  std::snprintf(text.data(), text.size(), "exit 0x%08llX", static_cast<unsigned long long>(code));
  return text.data();
}

}  // namespace

std::string describe_exit(const ExitStatus& status, const std::string& stage) {
  switch (status.kind) {
    case ExitStatus::Kind::exited: return describe_code(status.code);
    case ExitStatus::Kind::signalled:
      return "killed by " + signal_name(static_cast<int>(status.code)) + (status.core_dumped ? " (core dumped)" : "");
    case ExitStatus::Kind::unknown: return "exit unknown";
    case ExitStatus::Kind::not_started: return stage + ": " + reason_of(static_cast<int>(status.code));
  }
  return "exit unknown";
}

}  // namespace forever
