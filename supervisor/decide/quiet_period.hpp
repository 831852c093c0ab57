// When changes are acted on: once, a quiet period after the last of them. Pure; time is a parameter.
//
// A file that is being written, or that has just gone (editors move the old one away before the new one is in place), is not
// acted on before its writer is done, or has been still for kUnfinished: with a short period, half a file would be started. Nor is
// one that has just come: `sed -i` and many editors write a new file, and move it into the old one's place. If it goes again, that
// is not waited for.
// Changes that never end are acted on after kPatience all the same.
#pragma once

#include <map>
#include <optional>
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

  // `fresh`: there was no such file before.
  void note(std::string_view path, Kind kind, Time now, bool fresh = false);
  // When to ask due() again; nothing while there is no change.
  [[nodiscard]] std::optional<Time> deadline() const noexcept { return due_; }
  // Whether the changes are to be acted on now; if so they are forgotten.
  [[nodiscard]] bool due(Time now);
  void clear();

 private:
  Milliseconds period_{200};
  std::map<std::string, bool, std::less<>> unfinished_;  // and whether it has come since the changes began
  std::optional<Time> first_, due_;
};

}  // namespace forever
