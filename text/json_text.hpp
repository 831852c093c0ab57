// Writes JSON directly, without a tree of values: for lines of a log and for the status, which are written for
// every line and every restart.
#pragma once

#include <charconv>
#include <concepts>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace forever {

// Appends `text` as the contents of a JSON string (RFC 8259): UTF-8 unchanged, other bytes as U+FFFD. Returns whether
// all of it was UTF-8.
bool append_json_escaped(std::string& into, std::string_view text);
void append_hex(std::string& into, std::string_view bytes);

class JsonText {
 public:
  // Of an object or an array: '{' or '[', and its counterpart.
  void open(char bracket);
  void close(char bracket);
  void key(std::string_view name);     // to be followed by its value; plain ASCII, not escaped
  void value(std::string_view bytes);  // a string; bytes that are not UTF-8 as {"hex": "…"}, as JsonFields reads them
  void value(const char* text) { value(std::string_view{text}); }
  void value(bool flag);
  template <std::integral T>
  void value(T number) {
    separate();
    char digits[24];
    text_.append(digits, std::to_chars(digits, digits + sizeof digits, number).ptr);
  }
  void value(const std::vector<std::string>& list);
  // A member of an object.
  template <class T>
  void member(std::string_view name, const T& its) {
    key(name);
    value(its);
  }
  // The same, left out where it is empty, zero or false.
  template <class T>
  void member_if_set(std::string_view name, const T& its) {
    if (its != T{}) member(name, its);
  }
  [[nodiscard]] std::string take() { return std::move(text_); }

 private:
  void separate();

  std::string text_;
  bool first_ = true;  // nothing precedes in this object or array, or a key does
};

}  // namespace forever
