// The lines of a log that are not raw: stamped with the time, or a JSON object each. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "app/spec.hpp"
#include "platform/clock.hpp"

namespace forever {

// time: "2026-01-31T12:34:56.789+01:00 the line", byte for byte.
// json: {"time":"…","app":"web","stream":"out","slot":0,"line":"the line"}. Always valid JSON in UTF-8: where the line is not,
// U+FFFD stands for each bad byte and "hex" holds the whole piece. A line that comes in several objects (it was longer than the
// pipe, or its end kept one waiting) has "partial":true in all but the last.
class LineFormatter {
 public:
  LineFormatter(LogFormat format, std::string_view app, std::string_view stream, std::uint32_t slot = 0);

  // The time of what follows; the date is formatted once a second.
  void set_time(WallTime now);
  // Appends one piece of a line (without '\n'): `begins` the line, `ends` it.
  void append(std::string& into, std::string_view piece, bool begins, bool ends) const;

 private:
  LogFormat format_;
  std::string middle_;  // json: from the time's end to the line's beginning
  std::string stamp_;
  std::int64_t second_ = -1;  // which `stamp_` holds
};

}  // namespace forever
