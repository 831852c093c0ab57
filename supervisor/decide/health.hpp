// Whether one instance is healthy: when to probe it, and when it has been unhealthy for too long. Pure: time is a parameter.
//
// A probe is due `interval` after the instance came online and after the end of the previous probe; one at a time. `threshold`
// consecutive failed probes make it hung, which is reported once; then it is restarted, and probing begins again. During the start period
// (settings.start) a failed probe does not count, until one has succeeded; docker's start_period.
#pragma once

#include <cstdint>
#include <optional>

#include "app/settings.hpp"
#include "platform/clock.hpp"

namespace forever {

class Health {
 public:
  // Follows the instance: `generation` is its process's, nothing where it is not online.
  void follow(const HealthSettings& settings, std::optional<std::uint64_t> generation, Time now);

  // When the next probe is due; nothing while one is in progress, or there is nothing to probe.
  [[nodiscard]] std::optional<Time> deadline() const noexcept { return looking_ ? std::nullopt : due_; }
  [[nodiscard]] bool due(Time now) const noexcept { return !looking_ && due_ && *due_ <= now; }

  void begin() noexcept { looking_ = true; }
  // How the look went; one of a generation that is gone meanwhile counts for nothing. True if the instance counts as hung now.
  [[nodiscard]] bool end(bool well, std::uint64_t generation, const HealthSettings& settings, Time now);
  [[nodiscard]] unsigned failures() const noexcept { return failures_; }

 private:
  std::optional<std::uint64_t> generation_;
  std::optional<Time> due_;
  Time counted_from_{};  // when the start period ends
  bool looking_ = false;
  unsigned failures_ = 0;
};

}  // namespace forever
