// Reads JSON that may be damaged: checks the type and range of each field, and keeps the first fault as text.
//
// For the few .cpp files that read or write JSON; no header includes this one. Nothing here throws.
#pragma once

#include <concepts>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include <nlohmann/json.hpp>

#include "platform/result.hpp"
#include "text/words.hpp"

namespace forever {

// Keys stay in the order in which they were given. One kind for reading and writing: each kind that is used is 70 kB of program.
using Json = nlohmann::ordered_json;

// Text as a JSON string; bytes that are not UTF-8 as {"hex": "…"}.
[[nodiscard]] Json json_of_bytes(std::string_view bytes);
[[nodiscard]] Json json_of_list(const std::vector<std::string>& list);
// On one line. Everything in `json` is UTF-8 if it was made by the two above.
[[nodiscard]] std::string dump(const Json& json);

// The value, or the byte at which the text is no JSON, counted from 1; 0: a number in it is beyond every type.
using JsonReading = std::variant<Json, std::size_t>;
[[nodiscard]] JsonReading read_json(std::string_view text);
// An object, or why not: "<what> is not valid JSON (byte 17); <remedy>". The byte is counted from 1.
[[nodiscard]] Result<Json> parse_object(std::string_view text, const std::string& what, const std::string& remedy);
[[nodiscard]] Error not_json(const std::string& what, std::size_t byte, const std::string& remedy);
[[nodiscard]] Error not_an_object(const std::string& what, const std::string& remedy);
// "<what> was written by a newer forever (version 7; this version reads 1)", or names none.
[[nodiscard]] std::optional<Error> fault_in_version(int version, int known, const std::string& what);

[[nodiscard]] std::optional<std::string> bytes_of_hex(std::string_view digits);

class JsonFields {
 public:
  // `fault` is shared with the readers of parts; it is written by the first fault only. Both must outlive this.
  JsonFields(const Json& object, std::string& fault, std::string path = {})
      : object_(object), fault_(fault), path_(std::move(path)) {}

  // Each leaves `into` as it is when the key is absent.
  void flag(const char* key, bool& into);
  void bytes(const char* key, std::string& into);  // any bytes
  void text(const char* key, std::string& into);   // without NUL: it is to reach a system call
  void texts(const char* key, std::vector<std::string>& into);
  void real(const char* key, double& into, double least, double most);

  template <std::integral T>
  void number(const char* key, T& into, T least = std::numeric_limits<T>::min(),
              T most = std::numeric_limits<T>::max()) {
    const Json* value = find(key);
    if (value == nullptr) return;
    if (const std::optional<T> found = integer<T>(*value); found && *found >= least && *found <= most)
      into = *found;
    else
      fail(key, "must be a whole number in its range");
  }
  template <Worded T>
  void word(const char* key, T& into) {
    const Json* value = find(key);
    if (value == nullptr) return;
    const auto* name = value->get_ptr<const std::string*>();
    if (const auto known = name != nullptr ? from_word<T>(*name) : std::nullopt; known)
      into = *known;
    else
      fail(key, "is not a known word");
  }

  // The value of `key`; null if it is absent (or null).
  [[nodiscard]] const Json* find(const char* key) const;
  [[nodiscard]] const Json* list(const char* key);    // an array, else a fault
  [[nodiscard]] const Json* object(const char* key);  // an object, else a fault
  void fail(const char* key, const char* why);
  [[nodiscard]] std::string path_of(const char* key) const { return path_ + key; }

  // Bytes of a JSON string or {"hex": …}.
  [[nodiscard]] static std::optional<std::string> bytes_of(const Json& value);
  [[nodiscard]] int version() const;  // the key "version"; 0 if there is none

  template <std::integral T>
  [[nodiscard]] static std::optional<T> integer(const Json& value) {
    if (value.is_number_unsigned()) {
      const auto number = value.get<std::uint64_t>();
      return std::in_range<T>(number) ? std::optional<T>{static_cast<T>(number)} : std::nullopt;
    }
    if (value.is_number_integer()) {
      const auto number = value.get<std::int64_t>();
      return std::in_range<T>(number) ? std::optional<T>{static_cast<T>(number)} : std::nullopt;
    }
    return std::nullopt;
  }

 private:
  const Json& object_;
  std::string& fault_;
  std::string path_;
};

}  // namespace forever
