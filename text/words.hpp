// The words of an enum, each in one place: what settings files, records, the protocol and the user call its values. Pure.
//
// Beside the enum stands
//     template <>
//     struct WordsOf<LogFormat> {
//       using enum LogFormat;
//       static constexpr Word<LogFormat> table[] = {{raw, "raw"}, {time, "time"}, {json, "json"}};
//     };
// with a row for each value, in the enum's order. The compiler refuses a table that lacks a value or has another order.
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

namespace forever {

template <class Enum>
struct Word {
  Enum value;
  const char* word;
};
template <class Enum>
struct WordsOf;

namespace word_table {

// Compilers write a value without a name as "(forever::LogFormat)3".
template <class Enum, Enum value>
consteval bool has_name() {
  const std::string_view text = __PRETTY_FUNCTION__;
  return text[text.rfind("= ") + 2] != '(';
}

template <class Enum>
consteval bool in_order() {
  std::size_t index = 0;
  for (const Word<Enum>& row : WordsOf<Enum>::table) {
    if (static_cast<std::size_t>(row.value) != index++) return false;
  }
  return true;
}

template <class Enum>
consteval bool checked() {
  static_assert(in_order<Enum>(), "the table of words is not in the enum's order");
  static_assert(!has_name<Enum, static_cast<Enum>(std::size(WordsOf<Enum>::table))>(), "a value has no word");
  return true;
}

}  // namespace word_table

template <class Enum>
concept Worded = std::is_enum_v<Enum> && requires {
  WordsOf<Enum>::table;
};

template <Worded Enum>
[[nodiscard]] constexpr const char* to_string(Enum value) noexcept {
  static_assert(word_table::checked<Enum>());
  return WordsOf<Enum>::table[static_cast<std::size_t>(value)].word;
}

// Nothing if no value has that word.
template <Worded Enum>
[[nodiscard]] constexpr std::optional<Enum> from_word(std::string_view word) noexcept {
  static_assert(word_table::checked<Enum>());
  for (const Word<Enum>& row : WordsOf<Enum>::table) {
    if (word == row.word) return row.value;
  }
  return std::nullopt;
}

// All words, in the enum's order.
template <Worded Enum>
[[nodiscard]] constexpr auto words_of() noexcept {
  static_assert(word_table::checked<Enum>());
  std::array<std::string_view, std::size(WordsOf<Enum>::table)> all;
  for (std::size_t i = 0; i < all.size(); ++i) all[i] = WordsOf<Enum>::table[i].word;
  return all;
}

// "raw, time, json", for messages.
template <Worded Enum>
[[nodiscard]] std::string list_of_words() {
  std::string list;
  for (const std::string_view word : words_of<Enum>()) list.append(list.empty() ? "" : ", ").append(word);
  return list;
}

}  // namespace forever
