// JSON as people write it: comments and a comma after the last element.
#include "cli/apps_file/relaxed_json.hpp"

#include <algorithm>

namespace forever::cli {
namespace {

bool is_blank(char c) noexcept { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

void blank_out(std::string& text, std::size_t from, std::size_t to) {
  for (std::size_t at = from; at < std::min(to, text.size()); ++at) {
    if (text[at] != '\n') text[at] = ' ';
  }
}

// Where the string that begins at `at` ends: behind its closing quote.
std::size_t end_of_string(std::string_view text, std::size_t at) {
  for (++at; at < text.size(); ++at) {
    if (text[at] == '\\') {
      ++at;
    } else if (text[at] == '"') {
      return at + 1;
    }
  }
  return text.size();
}

// Where the comment that begins at `at` ends; `at` itself if none begins there. One that is not closed stays as it is, a fault.
std::size_t end_of_comment(std::string_view text, std::size_t at) {
  const std::string_view rest = text.substr(at);
  if (rest.starts_with("//") || rest.starts_with("#")) return std::min(text.find('\n', at), text.size());
  if (!rest.starts_with("/*")) return at;
  const std::size_t end = text.find("*/", at + 2);
  return end == std::string_view::npos ? at : end + 2;
}

}  // namespace

std::string plain_json(std::string_view text) {
  std::string out{text};
  if (text.starts_with("\xef\xbb\xbf")) blank_out(out, 0, 3);
  std::size_t comma = std::string::npos;  // nothing but blanks and comments has come since
  for (std::size_t at = 0; at < out.size();) {
    const char c = out[at];
    if (const std::size_t end = end_of_comment(out, at); end != at) {
      blank_out(out, at, end);
      at = end;
      continue;
    }
    if ((c == ']' || c == '}') && comma != std::string::npos) out[comma] = ' ';
    if (c == ',') {
      comma = at;
    } else if (!is_blank(c)) {
      comma = std::string::npos;
    }
    at = c == '"' ? end_of_string(out, at) : at + 1;
  }
  return out;
}

std::string place_in(std::string_view text, std::size_t byte) {
  if (byte > text.size()) return "its end";
  const std::string_view before = text.substr(0, byte == 0 ? 0 : byte - 1);
  const auto lines = std::count(before.begin(), before.end(), '\n');
  const std::size_t begin = before.rfind('\n') == std::string_view::npos ? 0 : before.rfind('\n') + 1;
  return "line " + std::to_string(lines + 1) + ", column " + std::to_string(before.size() - begin + 1);
}

}  // namespace forever::cli
