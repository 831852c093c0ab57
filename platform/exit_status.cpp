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

struct Crash {
  std::int64_t code;
  const char* words;
};
// Those by which programs end; the names are ntstatus.h's.
constexpr auto kCrashes = std::to_array<Crash>({
    {0xC0000005, "access violation"},
    {0xC0000006, "in-page error"},
    {0xC0000008, "invalid handle"},
    {0xC0000017, "no memory"},
    {0xC000001D, "illegal instruction"},
    {0xC0000025, "noncontinuable exception"},
    {0xC000008C, "array bounds exceeded"},
    {0xC000008E, "float division by zero"},
    {0xC0000094, "integer division by zero"},
    {0xC0000095, "integer overflow"},
    {0xC0000096, "privileged instruction"},
    {0xC00000FD, "stack overflow"},
    {0xC0000135, "DLL not found"},
    {0xC0000138, "ordinal not found"},
    {0xC0000139, "entry point not found"},
    {0xC000013A, "Ctrl-C or Ctrl-Break"},
    {0xC0000142, "DLL initialization failed"},
    {0xC0000374, "heap corruption"},
    {0xC0000409, "stack buffer overrun or abort"},
    {0xC0000417, "invalid C runtime parameter"},
    {0xC0000420, "assertion failure"},
    {0xC06D007E, "module not found"},
    {0xE06D7363, "uncaught C++ exception"},
});

std::string describe_code(std::int64_t code) {
  if (code < kFirstCrashCode) return "exit " + std::to_string(code);
  std::array<char, 24> text{};
  std::snprintf(text.data(), text.size(), "exit 0x%08llX", static_cast<unsigned long long>(code));
  for (const Crash& crash : kCrashes) {
    if (crash.code == code) return std::string(text.data()) + " (" + crash.words + ")";
  }
  return text.data();
}

}  // namespace

std::string describe_exit(const ExitStatus& status, const std::string& stage) {
  switch (status.kind) {
    case ExitStatus::Kind::exited: return describe_code(status.code);
    case ExitStatus::Kind::signalled: {
      std::string words = "killed by " + signal_name(static_cast<int>(status.code));
      if (words.ends_with("SIGXFSZ")) words += ", the file size limit (ulimit -f)";
      return words + (status.core_dumped ? " (core dumped)" : "");
    }
    case ExitStatus::Kind::unknown: return "exit unknown";
    case ExitStatus::Kind::not_started: return stage + ": " + reason_of(static_cast<int>(status.code));
  }
  return "exit unknown";
}

}  // namespace forever
