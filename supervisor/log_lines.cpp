#include "supervisor/log_lines.hpp"

#include <array>
#include <cstddef>
#include <optional>

#include "supervisor/utf8.hpp"

namespace forever {
namespace {

constexpr std::size_t kMillisecondsAt = 20;  // "2026-01-31T12:34:56.789+01:00"
constexpr std::string_view kHex = "0123456789abcdef";
constexpr std::string_view kReplacement = "\xef\xbf\xbd";

void append_hex(std::string& into, std::string_view bytes) {
  for (const char byte : bytes) {
    const auto value = static_cast<unsigned char>(byte);
    into += kHex[value >> 4U];
    into += kHex[value & 15U];
  }
}

void append_escape(std::string& into, char c) {
  switch (c) {
    case '"': into += "\\\""; return;
    case '\\': into += "\\\\"; return;
    case '\t': into += "\\t"; return;
    case '\r': into += "\\r"; return;
    case '\n': into += "\\n"; return;
    default: break;
  }
  into += "\\u00";
  append_hex(into, {&c, 1});
}

// Printable ASCII that stands for itself in JSON.
constexpr std::array<bool, 256> kPlain = [] {
  std::array<bool, 256> plain{};
  for (std::size_t c = 0x20; c < 0x7f; ++c) plain[c] = c != '"' && c != '\\';
  return plain;
}();

}  // namespace

bool append_json_escaped(std::string& into, std::string_view text) {
  bool valid = true;
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t begin = i;
    while (i < text.size() && kPlain[static_cast<unsigned char>(text[i])]) ++i;
    into.append(text, begin, i - begin);
    if (i == text.size()) break;
    std::string_view rest = text.substr(i);
    const std::optional<char32_t> character = take_utf8(rest);
    const std::size_t length = text.size() - i - rest.size();
    if (!character) {
      into += kReplacement;
      valid = false;
    } else if (length == 1) {
      append_escape(into, text[i]);
    } else {
      into.append(text, i, length);
    }
    i += length;
  }
  return valid;
}

LineFormatter::LineFormatter(LogFormat format, std::string_view app, std::string_view stream) : format_(format) {
  middle_ = "\",\"app\":\"";
  (void)append_json_escaped(middle_, app);
  middle_ += "\",\"stream\":\"";
  (void)append_json_escaped(middle_, stream);
  middle_ += "\",\"line\":\"";
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
