// The words of an Error.
#include "platform/result.hpp"

#include <cctype>

namespace forever {

std::string reason_of(int code) {
  std::string words = system_words(code);
  // "No such file" follows a colon here; "RPC struct is bad" keeps its capitals.
  const auto upper = [&](std::size_t at) {
    return at < words.size() && std::isupper(static_cast<unsigned char>(words[at])) != 0;
  };
  if (upper(0) && !upper(1)) words[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(words[0])));
  while (!words.empty() && (words.back() == '.' || words.back() == '\n' || words.back() == '\r')) words.pop_back();
  return words;
}

std::string Error::message() const {
  if (!code || code.category() != std::system_category()) return doing;
  return "cannot " + doing + ": " + reason_of(code.value());
}

Error error_from(int code, std::string doing) {
  return Error{std::move(doing), std::error_code(code, std::system_category())};
}

}  // namespace forever
