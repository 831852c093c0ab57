// When changes are acted on: once, a quiet period after the last of them. Pure; time is a parameter.
//
// A file that is being written, or that has just gone (editors move the old one away before the new one is in place), is not
// acted on before its writer is done, or has been still for kUnfinished: with a short period, half a file would be started.
// Changes that never end are acted on after kPatience all the same.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "platform/clock.hpp"
#include "platform/file_watch.hpp"

namespace forever {

class QuietPeriod {
 public:
  using Kind = FileChange::Kind;
  static constexpr Milliseconds kUnfinished{100};
  static constexpr Milliseconds kPatience{10000};  // or 20 periods, if that is longer

  void set_period(Milliseconds period) noexcept { period_ = period; }

  void note(std::string_view path, Kind kind, Time now);
  // When to ask due() again; nothing while there is no change.
  [[nodiscard]] std::optional<Time> deadline() const noexcept { return due_; }
  // Whether the changes are to be acted on now; if so they are forgotten.
  [[nodiscard]] bool due(Time now);
  void clear();

 private:
  Milliseconds period_{200};
  std::set<std::string, std::less<>> unfinished_;
  std::optional<Time> first_, due_;
};

}  // namespace forever
