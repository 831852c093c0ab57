#include "text/json_text.hpp"

#include <array>
#include <cstddef>
#include <optional>

#include "text/utf8.hpp"

namespace forever {
namespace {

constexpr std::string_view kHex = "0123456789abcdef";
constexpr std::string_view kReplacement = "\xef\xbf\xbd";

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

void append_hex(std::string& into, std::string_view bytes) {
  for (const char byte : bytes) {
    const auto value = static_cast<unsigned char>(byte);
    into += kHex[value >> 4U];
    into += kHex[value & 15U];
  }
}

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

void JsonText::separate() {
  if (!first_) text_ += ',';
  first_ = false;
}

void JsonText::open(char bracket) {
  separate();
  text_ += bracket;
  first_ = true;
}

void JsonText::close(char bracket) {
  text_ += bracket;
  first_ = false;
}

void JsonText::key(std::string_view name) {
  separate();
  text_.append("\"").append(name).append("\":");
  first_ = true;
}

void JsonText::value(std::string_view bytes) {
  separate();
  const std::size_t before = text_.size();
  text_ += '"';
  const bool valid = append_json_escaped(text_, bytes);
  if (!valid) {
    text_.resize(before);
    text_ += "{\"hex\":\"";
    append_hex(text_, bytes);
  }
  text_ += valid ? "\"" : "\"}";
}

void JsonText::value(bool flag) {
  separate();
  text_ += flag ? "true" : "false";
}

void JsonText::value(const std::vector<std::string>& list) {
  open('[');
  for (const std::string& item : list) value(item);
  close(']');
}

}  // namespace forever
