// Tables for a terminal: aligned, coloured where wanted, and still a table where the terminal is narrow. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace forever::cli {

enum class Colour : std::uint8_t { none, bold, dim, red, green, yellow, blue, magenta, cyan };

// `text` in `colour`, or as it is when colours are not wanted.
[[nodiscard]] std::string coloured(std::string_view text, Colour colour, bool wanted);

// Text in UTF-8, printable (app/name.hpp) already.
struct Cell {
  std::string text;
  Colour colour = Colour::none;
};

struct Column {
  enum class Align : std::uint8_t { left, right };
  std::string title;
  Align align = Align::left;
  unsigned keep = 0;      // where the table is too wide, columns with the lowest number go first; 0 never goes
  std::size_t least = 0;  // once nothing more can go, it may shrink to this width; 0: it may not
};

struct Table {
  std::vector<Column> columns;
  std::vector<std::vector<Cell>> rows;  // as many cells as columns
};

// One line for the titles and one for each row, two spaces between columns, none at a line's end.
// `width` in columns of the terminal; 0: as wide as it needs to be. A column whose cells are all empty is left out.
[[nodiscard]] std::string render(const Table& table, std::size_t width, bool colours);

// Lines of at most `width` columns, 0: any number; all but the first begin at `indent`, and the first is already at `column`.
struct Wrapping {
  std::size_t indent = 0, column = 0, width = 0;
};
// Appends `text`, broken at spaces, and a line's end.
void wrap(std::string& out, std::string_view text, const Wrapping& how);

// Cut to at most `width` columns, the last one an ellipsis if anything was cut.
[[nodiscard]] std::string fit(std::string_view text, std::size_t width);
// The same, cut in the middle: names often differ in their ends alone.
[[nodiscard]] std::string fit_middle(std::string_view text, std::size_t width);

}  // namespace forever::cli
