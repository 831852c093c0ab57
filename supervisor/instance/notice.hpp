// What a program reports about itself with sd_notify(3). Pure.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace forever {

struct Notice {
  bool ready = false;  // READY=1, and no STOPPING=1 since
  bool stopping = false;
  std::string says;  // STATUS=…, one line; "stopping" where it says that and nothing else
  friend bool operator==(const Notice&, const Notice&) = default;
};
inline constexpr std::size_t kLongestSaying = 256;  // bytes

// What is known after one more message: lines of KEY=VALUE. MAINPID, WATCHDOG and other keys change nothing: the process that was
// started is the one that is watched over.
[[nodiscard]] Notice after(Notice notice, std::string_view message);

}  // namespace forever
