// What was typed on a terminal in raw mode, as keys. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace forever::cli {

struct Key {
  enum class Kind : std::uint8_t {
    text,
    enter,
    escape,
    backspace,
    up,
    down,
    left,
    right,
    page_up,
    page_down,
    home,
    end,
    redraw
  };
  Kind kind = Kind::text;
  std::string text;  // one character in UTF-8
  friend bool operator==(const Key&, const Key&) = default;
};

// Takes the whole keys off the front of `bytes`. A lone ESC at the end is the Escape key: terminals send the sequence of a
// function key at once. Sequences that mean nothing here, and control characters, are swallowed.
[[nodiscard]] std::vector<Key> take_keys(std::string& bytes);

}  // namespace forever::cli
