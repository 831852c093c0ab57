#include "cli/logs/log_view.hpp"

#include <algorithm>
#include <array>
#include <cctype>

#include "text/json_text.hpp"
#include "text/number.hpp"
#include "text/printable.hpp"

namespace forever::cli {
namespace {

constexpr std::string_view kPattern = "0000-00-00T00:00:00.000+00:00";
constexpr std::string_view kObject = "{\"time\":\"";

// Length of the sequence "ESC [ digits and ; m" at the start of `text`; 0 if there is none.
std::size_t colour_sequence(std::string_view text) {
  if (!text.starts_with("\x1b[")) return 0;
  const std::size_t end = text.find_first_not_of("0123456789;:", 2);
  return end != std::string_view::npos && text[end] == 'm' ? end + 1 : 0;
}

bool fits_pattern(std::string_view text) {
  if (text.size() < kPattern.size()) return false;
  for (std::size_t i = 0; i < kPattern.size(); ++i) {
    const char wanted = kPattern[i], c = text[i];
    if (wanted == '0' ? std::isdigit(static_cast<unsigned char>(c)) == 0 : c != wanted && !(wanted == '+' && c == '-'))
      return false;
  }
  return true;
}

}  // namespace

std::string shown_on_terminal(std::string_view line, bool colours) {
  if (line.ends_with('\r')) line.remove_suffix(1);
  std::string shown;
  bool coloured = false;
  for (std::size_t at = 0; at < line.size();) {
    const std::size_t special = std::min(line.find_first_of("\t\x1b", at), line.size());
    shown += printable(line.substr(at, special - at));
    at = special;
    if (at == line.size()) break;
    const std::size_t sequence = colour_sequence(line.substr(at));
    if (line[at] == '\t') {
      shown += '\t';
    } else if (sequence == 0) {
      shown += printable(line.substr(at, 1));
    } else if (colours) {
      shown += line.substr(at, sequence);
      coloured = true;
    }
    at += std::max<std::size_t>(sequence, 1);
  }
  if (coloured) shown += "\x1b[0m";
  return shown;
}

std::string prefix_of(std::string_view app, std::size_t width, Colour colour, bool is_error, bool colours) {
  const std::string name = printable(app);
  const std::size_t taken = display_width(name);
  std::string prefix = coloured(name, colour, colours);
  prefix.append(width > taken ? width - taken : 0, ' ');
  prefix += ' ';
  prefix += coloured("|", is_error ? Colour::red : colour, colours);
  prefix += ' ';
  return prefix;
}

Colour colour_of_app(std::size_t index) noexcept {
  constexpr std::array kColours{Colour::cyan, Colour::yellow, Colour::green, Colour::magenta, Colour::blue};
  return kColours[index % kColours.size()];
}

std::string_view stamp_of(std::string_view line) noexcept {
  if (line.starts_with(kObject)) line.remove_prefix(kObject.size());
  return fits_pattern(line) ? line.substr(0, kPattern.size()) : std::string_view{};
}

std::optional<unsigned> slot_of(std::string_view line) noexcept {
  constexpr std::string_view kSlot = "\",\"slot\":";
  if (!line.starts_with(kObject)) return std::nullopt;
  // Before the line's own text, in which a quote is never bare.
  const std::size_t at = line.find(kSlot);
  if (at == std::string_view::npos) return std::nullopt;
  line.remove_prefix(at + kSlot.size());
  return whole_number<unsigned>(line.substr(0, line.find(',')));
}

std::string json_line(std::string_view app, std::string_view stream, std::string_view line) {
  const std::string_view stamp = stamp_of(line);
  if (!stamp.empty() && line.starts_with(kObject) && line.ends_with('}')) return std::string(line).append(1, '\n');
  std::string text(1, '{');
  if (!stamp.empty()) {
    text.append("\"time\":\"").append(stamp).append("\",");
    line.remove_prefix(std::min(line.size(), stamp.size() + 1));
  }
  text += "\"app\":\"";
  (void)append_json_escaped(text, app);
  text.append("\",\"stream\":\"").append(stream).append("\",\"line\":\"");
  (void)append_json_escaped(text, line);
  return text.append("\"}\n");
}

}  // namespace forever::cli
