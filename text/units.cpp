// Durations and sizes: exact decimal arithmetic on integers, no floating point; see units.hpp.
#include "text/units.hpp"

#include <array>
#include <cstdio>
#include <limits>

#include "text/ascii.hpp"

namespace forever {

namespace {

struct Unit {
  std::string_view name;
  std::uint64_t factor;
};

constexpr std::array kDurations = std::to_array<Unit>(
    {{"ms", 1}, {"s", 1000}, {"m", 60'000}, {"h", 3'600'000}, {"d", 86'400'000}, {"w", 604'800'000}});
// A hundred years: what is added to a point in time must not overflow the clock's nanoseconds.
constexpr std::uint64_t kLongestMs = 36'525ULL * 86'400'000ULL;
constexpr std::string_view kSizes = "KMGTPE";
constexpr std::size_t kFractionDigits = 9;

char upper(char c) noexcept { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; }

// "12.5": a whole part and up to nine digits after the point, scaled to 10^9.
struct Decimal {
  std::uint64_t whole = 0;
  std::uint64_t billionths = 0;
};

// Takes a number off the front of `text`.
std::optional<Decimal> take_decimal(std::string_view& text) {
  Decimal number;
  std::size_t at = 0;
  for (; at < text.size() && is_digit(text[at]); ++at) {
    const auto digit = static_cast<std::uint64_t>(text[at] - '0');
    if (number.whole > (std::numeric_limits<std::uint64_t>::max() - digit) / 10) return std::nullopt;
    number.whole = number.whole * 10 + digit;
  }
  if (at == 0) return std::nullopt;
  if (at < text.size() && text[at] == '.') {
    const std::size_t first = ++at;
    std::uint64_t scale = 100'000'000;
    for (; at < text.size() && is_digit(text[at]); ++at) {
      if (at - first >= kFractionDigits) continue;
      number.billionths += static_cast<std::uint64_t>(text[at] - '0') * scale;
      scale /= 10;
    }
    if (at == first) return std::nullopt;
  }
  text.remove_prefix(at);
  return number;
}

// number * factor, rounded down; nothing if it is more than `limit`.
std::optional<std::uint64_t> times(const Decimal& number, std::uint64_t factor, std::uint64_t limit) {
  if (number.whole > limit / factor) return std::nullopt;
  const std::uint64_t whole = number.whole * factor;
  // billionths < 10^9 and the remainder's product < 10^18: neither overflows.
  constexpr std::uint64_t kBillion = 1'000'000'000;
  const std::uint64_t part =
      (factor / kBillion) * number.billionths + (factor % kBillion) * number.billionths / kBillion;
  if (part > limit - whole) return std::nullopt;
  return whole + part;
}

std::optional<std::uint64_t> take_duration_unit(std::string_view& text) {
  std::size_t length = 0;
  while (length < text.size() && !is_digit(text[length]) && text[length] != '.') ++length;
  const std::string_view word = text.substr(0, length);
  for (const Unit& unit : kDurations) {
    if (word == unit.name) {
      text.remove_prefix(length);
      return unit.factor;
    }
  }
  return std::nullopt;
}

std::string one_decimal(std::uint64_t tenths, const char* suffix) {
  std::string text = std::to_string(tenths / 10);
  if (tenths % 10 != 0) text += "." + std::to_string(tenths % 10);
  return text + suffix;
}

}  // namespace

std::optional<Milliseconds> parse_duration(std::string_view text, Milliseconds bare) {
  std::uint64_t total = 0;
  bool first = true;
  do {
    const std::optional<Decimal> number = take_decimal(text);
    if (!number) return std::nullopt;
    const bool unitless = first && text.empty();
    const std::optional<std::uint64_t> factor =
        unitless ? std::optional{static_cast<std::uint64_t>(bare.count() > 0 ? bare.count() : 1)}
                 : take_duration_unit(text);
    if (!factor) return std::nullopt;
    const std::optional<std::uint64_t> part = times(*number, *factor, kLongestMs - total);
    if (!part) return std::nullopt;
    total += *part;
    first = false;
  } while (!text.empty());
  return Milliseconds{static_cast<std::int64_t>(total)};
}

std::optional<std::uint64_t> parse_size(std::string_view text) {
  const std::optional<Decimal> number = take_decimal(text);
  if (!number) return std::nullopt;
  std::uint64_t factor = 1;
  if (!text.empty() && kSizes.find(upper(text.front())) != std::string_view::npos) {
    factor = std::uint64_t{1} << (10 * (kSizes.find(upper(text.front())) + 1));
    text.remove_prefix(1);
    if (!text.empty() && text.front() == 'i') {
      text.remove_prefix(1);
      if (text.empty()) return std::nullopt;  // "10Ki"
    }
  }
  if (!text.empty() && upper(text.front()) == 'B') text.remove_prefix(1);
  if (!text.empty()) return std::nullopt;
  return times(*number, factor, std::numeric_limits<std::uint64_t>::max());
}

std::string format_duration(Milliseconds duration) {
  const std::int64_t ms = duration.count() > 0 ? duration.count() : 0;
  if (ms == 0) return "0s";
  if (ms % 86'400'000 == 0) return std::to_string(ms / 86'400'000) + "d";
  if (ms % 3'600'000 == 0) return std::to_string(ms / 3'600'000) + "h";
  if (ms % 60'000 == 0) return std::to_string(ms / 60'000) + "m";
  if (ms < 1000) return std::to_string(ms) + "ms";
  std::string text = std::to_string(ms / 1000);
  if (ms % 1000 != 0) {
    std::string fraction = std::to_string(1000 + ms % 1000).substr(1);
    fraction.erase(fraction.find_last_not_of('0') + 1);
    text += "." + fraction;
  }
  return text + "s";
}

std::string format_age(Milliseconds age) {
  const std::uint64_t ms = age.count() > 0 ? static_cast<std::uint64_t>(age.count()) : 0;
  if (ms < 10'000) return one_decimal(ms / 100, "s");
  if (ms < 60'000) return std::to_string(ms / 1000) + "s";
  if (ms < 3'600'000) return std::to_string(ms / 60'000) + "m";
  if (ms < 86'400'000) return std::to_string(ms / 3'600'000) + "h";
  return std::to_string(ms / 86'400'000) + "d";
}

std::string format_size(std::uint64_t bytes) {
  if (bytes < 1024) return std::to_string(bytes);
  for (std::size_t unit = 0;; ++unit) {
    const unsigned shift = static_cast<unsigned>(10 * (unit + 1));
    const std::uint64_t whole = bytes >> shift;
    if (whole >= 1024 && unit + 1 < kSizes.size()) continue;
    const char suffix[2] = {kSizes[unit], '\0'};
    if (whole >= 100) return std::to_string(whole) + suffix;
    const std::uint64_t rest = (bytes >> (shift - 10)) & 1023U;  // in 1024ths
    return one_decimal(whole * 10 + (rest * 10 + 512) / 1024, suffix);
  }
}

}  // namespace forever
