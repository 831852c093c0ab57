// Whether one instance is well: when to look, and when it has been unwell for too long. Pure: time is a parameter.
//
// A look is due `interval` after the instance came online and after the end of the look before; one at a time. `threshold`
// looks in a row that went wrong make it hung, which is said once; then it is restarted, and all begins anew.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "platform/clock.hpp"

namespace forever {

struct HealthSettings {
  std::string command;     // for the shell; exit code 0 is well. Empty: none
  std::uint16_t port = 0;  // looked at where there is no command; 0: none
  std::string path;        // "/health": an HTTP GET must be answered with less than 400; empty: a connection is enough
  Milliseconds interval{10000};
  Milliseconds timeout{5000};  // a look that takes longer has gone wrong
  unsigned threshold = 3;
  [[nodiscard]] bool wanted() const noexcept { return !command.empty() || port != 0; }
  friend bool operator==(const HealthSettings&, const HealthSettings&) = default;
};

class Health {
 public:
  // Follows the instance: `generation` is its process's, nothing where it is not online.
  void follow(const HealthSettings& settings, std::optional<std::uint64_t> generation, Time now);

  // When the next look is due; nothing while one is under way, or there is nothing to look at.
  [[nodiscard]] std::optional<Time> deadline() const noexcept { return looking_ ? std::nullopt : due_; }
  [[nodiscard]] bool due(Time now) const noexcept { return !looking_ && due_ && *due_ <= now; }

  void begin() noexcept { looking_ = true; }
  // How the look went; one of a generation that is gone meanwhile counts for nothing. True if the instance counts as hung now.
  [[nodiscard]] bool end(bool well, std::uint64_t generation, const HealthSettings& settings, Time now);
  [[nodiscard]] unsigned failures() const noexcept { return failures_; }

 private:
  std::optional<std::uint64_t> generation_;
  std::optional<Time> due_;
  bool looking_ = false;
  unsigned failures_ = 0;
};

}  // namespace forever
