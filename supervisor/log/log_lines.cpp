#include "supervisor/log/log_lines.hpp"

#include <cstddef>

#include "text/json_text.hpp"

namespace forever {
namespace {

constexpr std::size_t kMillisecondsAt = 20;  // "2026-01-31T12:34:56.789+01:00"

}  // namespace

LineFormatter::LineFormatter(LogFormat format, std::string_view app, std::string_view stream, std::uint32_t slot)
    : format_(format) {
  middle_ = "\",\"app\":\"";
  (void)append_json_escaped(middle_, app);
  middle_ += "\",\"stream\":\"";
  (void)append_json_escaped(middle_, stream);
  middle_ += "\",\"slot\":" + std::to_string(slot) + ",\"line\":\"";
}

void LineFormatter::set_time(WallTime now) {
  const std::int64_t ms = to_ms(now);
  const std::int64_t second = ms / 1000;
  if (second != second_ || stamp_.size() < kMillisecondsAt + 3) {
    stamp_ = rfc3339_local(now);
    second_ = second;
  }
  auto part = static_cast<unsigned>(ms % 1000);
  for (std::size_t i = kMillisecondsAt + 3; i-- > kMillisecondsAt; part /= 10)
    stamp_[i] = static_cast<char>('0' + part % 10);
}

void LineFormatter::append(std::string& into, std::string_view piece, bool begins, bool ends) const {
  if (format_ != LogFormat::json) {
    if (begins && format_ == LogFormat::time) into.append(stamp_).push_back(' ');
    into += piece;
    if (ends) into += '\n';
    return;
  }
  into.append("{\"time\":\"").append(stamp_).append(middle_);
  const bool valid = append_json_escaped(into, piece);
  into += '"';
  if (!valid) {
    into += ",\"hex\":\"";
    append_hex(into, piece);
    into += '"';
  }
  if (!ends) into += ",\"partial\":true";
  into += "}\n";
}

}  // namespace forever
