// The words of an Error.
#include "platform/result.hpp"

#include <cctype>

#include "platform/limits.hpp"

namespace forever {
namespace {

// What set the limit that a file of ours would have grown over; empty where it is the file system's own.
std::string size_limit_words() {
  for (const ResourceLimit& limit : current_limits()) {
    if (limit.name == "FSIZE" && limit.soft != kUnlimited)
      return "; the limit of " + std::to_string(limit.soft) + " bytes is set by `ulimit -f`; raise it";
  }
  return {};
}

}  // namespace

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
  std::string line = "cannot " + doing + ": " + reason_of(code.value());
  // Reading has no limit but our own.
  if (code == std::errc::file_too_large && !doing.starts_with("read ")) line += size_limit_words();
  return line;
}

Error error_from(int code, std::string doing) {
  return Error{std::move(doing), std::error_code(code, std::system_category())};
}

}  // namespace forever
