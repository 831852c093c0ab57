#include "supervisor/log_lines.hpp"

#include <array>
#include <cstddef>

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

// Length of the UTF-8 sequence (RFC 3629: no overlong forms, no surrogates) at the start of `text`; 0 if it is none.
std::size_t sequence_length(std::string_view text) {
  const auto at = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = at(0);
  const std::size_t length = first < 0x80   ? 1
                             : first < 0xc2 ? 0
                             : first < 0xe0 ? 2
                             : first < 0xf0 ? 3
                             : first < 0xf5 ? 4
                                            : 0;
  if (length > text.size()) return 0;
  for (std::size_t i = 1; i < length; ++i)
    if ((at(i) & 0xc0U) != 0x80) return 0;
  if (first == 0xe0 && at(1) < 0xa0) return 0;
  if (first == 0xed && at(1) > 0x9f) return 0;
  if (first == 0xf0 && at(1) < 0x90) return 0;
  if (first == 0xf4 && at(1) > 0x8f) return 0;
  return length;
}

void append_escape(std::string& into, char c) {
  switch (c) {
    case '"':
      into += "\\\"";
      return;
    case '\\':
      into += "\\\\";
      return;
    case '\t':
      into += "\\t";
      return;
    case '\r':
      into += "\\r";
      return;
    case '\n':
      into += "\\n";
      return;
    default:
      break;
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
    const std::size_t length = sequence_length(text.substr(i));
    if (length == 0) {
      into += kReplacement;
      valid = false;
      ++i;
    } else if (length == 1) {
      append_escape(into, text[i++]);
    } else {
      into.append(text, i, length);
      i += length;
    }
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
