// A failed operation as a value: what was being done and the system's error code.
#pragma once

#include <string>
#include <system_error>
#include <utility>
#include <variant>

namespace forever {

// `doing` completes "cannot …": "open /x/spec.json". `code` is errno's (std::system_category); on Windows errno's where one
// says the same, else GetLastError's above 65536. It is empty, or of another category that only names the kind, when `doing` is a whole message
// and says all there is to say.
struct Error {
  std::string doing;
  std::error_code code;

  // One line without a final stop: "cannot open /x/spec.json: no such file or directory"; `doing` itself without a code.
  [[nodiscard]] std::string message() const;
};

// The system's words for such a code as they are, and to follow a colon: "no such file or directory".
[[nodiscard]] std::string system_words(int code);
[[nodiscard]] std::string reason_of(int code);

// The current errno (GetLastError on Windows) as an Error. Reads the code before anything else.
[[nodiscard]] Error last_error(std::string doing);
[[nodiscard]] Error error_from(int code, std::string doing);

// Either a value or the Error that prevented it. The reader asks `ok()` first; asking for the
// absent half is a programming fault (std::bad_variant_access).
template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : held_(std::in_place_index<0>, std::move(value)) {}
  Result(Error error) : held_(std::in_place_index<1>, std::move(error)) {}

  [[nodiscard]] bool ok() const noexcept { return held_.index() == 0; }
  explicit operator bool() const noexcept { return ok(); }
  [[nodiscard]] T& value() { return std::get<0>(held_); }
  [[nodiscard]] const T& value() const { return std::get<0>(held_); }
  T& operator*() { return value(); }
  const T& operator*() const { return value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }
  [[nodiscard]] const Error& error() const { return std::get<1>(held_); }

 private:
  std::variant<T, Error> held_;
};

struct Done {};
using Status = Result<Done>;

}  // namespace forever
