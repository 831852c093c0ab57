// How the first start of an app went: one line from the supervisor to the command that waits for it. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "platform/process.hpp"
#include "platform/result.hpp"

namespace forever {

struct StartReport {
  bool started = false;
  std::vector<Pid> pids;  // slot by slot; 0 for one that has ended again meanwhile
  std::string reason;     // "exec: no such file or directory" when not started
  int code = 0;           // errno behind it; 0 if there is none
  std::string stage;      // "exec", "cwd", "user" …; empty when it was not an instance's start that failed
  bool silent = false;    // decoded from nothing: the supervisor was killed, or has left the app to another one
  friend bool operator==(const StartReport&, const StartReport&) = default;
};

[[nodiscard]] std::string encode_start_report(const StartReport& report);
// Text that is not a complete report (the supervisor ended before it sent one) becomes `started` false with a reason that explains this.
[[nodiscard]] StartReport decode_start_report(std::string_view text);

}  // namespace forever
