// Finding a port in what a program wrote.
#include "cli/verbs/address_in_use.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <string>

#include "text/ascii.hpp"

namespace forever::cli {
namespace {

constexpr std::uint16_t kLeastGuess = 1024;

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return out;
}

// Every runtime passes on EADDRINUSE in words of its own: strerror(3), Node's and Go's, Java's, Windows'.
bool tells_of_it(std::string_view line) {
  constexpr std::array<std::string_view, 5> kWords{"eaddrinuse", "address already in use", "address in use",
                                                   "was already in use", "only one usage of each socket address"};
  const std::string text = lower(line);
  return std::any_of(kWords.begin(), kWords.end(),
                     [&](std::string_view words) { return text.find(words) != std::string::npos; });
}

void add(std::vector<std::uint16_t>& ports, std::string_view digits) {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  if (error != std::errc{} || end != digits.data() + digits.size() || port == 0) return;
  if (std::find(ports.begin(), ports.end(), port) == ports.end()) ports.push_back(port);
}

bool is_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '.'; }

// Numbers in the line that stand alone: after ':' or the word "port" before all others ("127.0.0.1" is none, 98 may be an errno).
void add_numbers(std::vector<std::uint16_t>& ports, std::string_view line, bool sure) {
  for (std::size_t at = 0; at < line.size(); ++at) {
    if (!is_digit(line[at]) || (at > 0 && (is_word(line[at - 1]) || is_digit(line[at - 1])))) continue;
    std::size_t end = at;
    while (end < line.size() && is_digit(line[end])) ++end;
    const bool alone = end == line.size() || !is_word(line[end]) || (line[end] == '.' && end + 1 == line.size());
    const std::string before = lower(line.substr(0, at));
    const bool after_key = before.ends_with(':') || before.ends_with("port ") || before.ends_with("port=");
    if (alone && after_key == sure) add(ports, line.substr(at, end - at));
    at = end;
  }
}

// "8081", "--port=8081", ":8081", "0.0.0.0:8081"
void add_argument(std::vector<std::uint16_t>& ports, std::string_view word) {
  add(ports, word.substr(word.find_last_of(":=") + 1));  // npos + 1 is the beginning
}

}  // namespace

bool tells_of_address_in_use(std::string_view last_words) { return tells_of_it(last_words); }

std::vector<std::uint16_t> ports_in_use(std::string_view last_words, const AppSpec& spec) {
  std::vector<std::uint16_t> ports;
  std::vector<std::string_view> lines;
  while (!last_words.empty()) {
    const std::size_t end = last_words.find('\n');
    lines.push_back(last_words.substr(0, end));
    if (end == std::string_view::npos) break;
    last_words.remove_prefix(end + 1);
  }
  const auto others = std::stable_partition(lines.begin(), lines.end(), tells_of_it);
  const std::vector<std::string_view> context(others, lines.end());
  lines.erase(others, lines.end());
  if (lines.empty()) return ports;
  for (const std::string_view line : lines) add_numbers(ports, line, true);
  for (const std::string& argument : spec.arguments) add_argument(ports, argument);
  for (const std::string& entry : spec.environment) {
    if (entry.starts_with("PORT=")) add_argument(ports, entry);
  }
  for (const std::string_view line : lines) add_numbers(ports, line, false);
  // A traceback shows the line of code; numbers of its own lines are smaller.
  std::vector<std::uint16_t> guesses;
  for (const std::string_view line : context) {
    add_numbers(guesses, line, true);
    add_numbers(guesses, line, false);
  }
  for (const std::uint16_t port : guesses) {
    if (port >= kLeastGuess && std::find(ports.begin(), ports.end(), port) == ports.end()) ports.push_back(port);
  }
  return ports;
}

}  // namespace forever::cli
