// The two sides that visit a record in its describe(): one writes each field, the other reads it. So each key of a record
// is named once, for both directions:
//
//     template <class Side>
//     void describe(Side& side, ControlProgress& progress) { side.bytes("progress", progress.text); }
//
// For the few .cpp files that read or write JSON; no header includes this one.
#pragma once

#include <concepts>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "platform/clock.hpp"
#include "text/json_fields.hpp"

namespace forever {

class RecordWriting {
 public:
  // What is as it usually is need not be written; but all is read.
  [[nodiscard]] static bool wants(bool unusual) { return unusual; }
  void bytes(const char* key, const std::string& value) { json_[key] = json_of_bytes(value); }
  void bytes(const char* key, const std::optional<std::string>& value) {
    if (value) bytes(key, *value);
  }
  void flag(const char* key, bool value) { json_[key] = value; }
  template <std::integral T>
  void number(const char* key, T value, T = 0, T = 0) {
    json_[key] = value;
  }
  template <std::integral T>
  void number(const char* key, const std::optional<T>& value, T = 0, T = 0) {
    if (value) json_[key] = *value;
  }
  template <std::integral T>
  void numbers(const char* key, const std::vector<T>& list, T = 0) {
    json_[key] = list;
  }
  void duration_ms(const char* key, const std::optional<Milliseconds>& value, Milliseconds) {
    if (value) json_[key] = value->count();
  }
  template <Worded T>
  void word(const char* key, T value) {
    json_[key] = to_string(value);
  }
  [[nodiscard]] const Json& json() const noexcept { return json_; }

 private:
  Json json_;
};

// What is absent stays as it is.
class RecordReading {
 public:
  RecordReading(const Json& object, std::string& fault) : fields_(object, fault) {}

  [[nodiscard]] static bool wants(bool) { return true; }
  void bytes(const char* key, std::string& into) { fields_.bytes(key, into); }
  void bytes(const char* key, std::optional<std::string>& into) {
    if (has(key)) fields_.bytes(key, into.emplace());
  }
  void flag(const char* key, bool& into) { fields_.flag(key, into); }
  template <std::integral T>
  void number(const char* key, T& into, T least = std::numeric_limits<T>::min(),
              T most = std::numeric_limits<T>::max()) {
    fields_.number(key, into, least, most);
  }
  template <std::integral T>
  void number(const char* key, std::optional<T>& into, T least = std::numeric_limits<T>::min(),
              T most = std::numeric_limits<T>::max()) {
    if (has(key)) fields_.number(key, into.emplace(), least, most);
  }
  template <std::integral T>
  void numbers(const char* key, std::vector<T>& into, T least = std::numeric_limits<T>::min()) {
    const Json* const list = fields_.list(key);
    if (list == nullptr) return;
    into.clear();
    for (const Json& one : *list) {
      const std::optional<T> number = JsonFields::integer<T>(one);
      if (!number || *number < least) return fields_.fail(key, "must be a list of whole numbers in their range");
      into.push_back(*number);
    }
  }
  // From 0 to `most`.
  void duration_ms(const char* key, std::optional<Milliseconds>& into, Milliseconds most) {
    if (!has(key)) return;
    Milliseconds::rep count = 0;
    fields_.number(key, count, Milliseconds::rep{0}, most.count());
    into = Milliseconds{count};
  }
  template <Worded T>
  void word(const char* key, T& into) {
    fields_.word(key, into);
  }
  [[nodiscard]] bool has(const char* key) const { return fields_.find(key) != nullptr; }
  // A fault where it is absent.
  void require(const char* key) {
    if (!has(key)) fields_.fail(key, "is missing");
  }

 private:
  JsonFields fields_;
};

}  // namespace forever
