// Tables: measure every cell, leave out or shrink columns until the line fits, write.
#include "cli/terminal/table.hpp"

#include <algorithm>
#include <optional>

#include "text/printable.hpp"
#include "text/split.hpp"

namespace forever::cli {
namespace {

constexpr std::size_t kGap = 2;

const char* code_of(Colour colour) {
  switch (colour) {
    case Colour::none: return "";
    case Colour::bold: return "\x1b[1m";
    case Colour::dim: return "\x1b[2m";
    case Colour::red: return "\x1b[31m";
    case Colour::green: return "\x1b[32m";
    case Colour::yellow: return "\x1b[33m";
    case Colour::blue: return "\x1b[34m";
    case Colour::magenta: return "\x1b[35m";
    case Colour::cyan: return "\x1b[36m";
  }
  return "";
}

// Plain ASCII is as wide as it is long, and most cells are; display_width walks code points.
std::size_t width_of(std::string_view text) {
  for (const char c : text) {
    if ((static_cast<unsigned char>(c) & 0x80U) != 0) return display_width(text);
  }
  return text.size();
}

struct Layout {
  std::vector<std::size_t> widths;  // of each column; shown only where `shown`
  std::vector<bool> shown;

  [[nodiscard]] std::size_t total() const {
    std::size_t sum = 0, count = 0;
    for (std::size_t i = 0; i < widths.size(); ++i) {
      if (!shown[i]) continue;
      sum += widths[i];
      ++count;
    }
    return count == 0 ? 0 : sum + kGap * (count - 1);
  }
};

Layout measure(const Table& table) {
  Layout layout;
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    std::size_t widest = 0;
    for (const auto& row : table.rows) widest = std::max(widest, width_of(row[i].text));
    layout.shown.push_back(widest > 0 || table.rows.empty());
    layout.widths.push_back(std::max(widest, width_of(table.columns[i].title)));
  }
  return layout;
}

// Takes what can be spared from the widest column that may shrink, one place at a time, so that all lose alike.
bool shrink_one(const Table& table, Layout& layout, std::size_t floor) {
  std::optional<std::size_t> widest;
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    const Column& column = table.columns[i];
    if (!layout.shown[i] || column.least == 0 || layout.widths[i] <= std::max(column.least, floor)) continue;
    if (!widest || layout.widths[i] > layout.widths[*widest]) widest = i;
  }
  if (widest) --layout.widths[*widest];
  return widest.has_value();
}

// The least important of the columns up to importance `most`.
bool drop_one(const Table& table, Layout& layout, unsigned most) {
  std::optional<std::size_t> least;
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    const Column& column = table.columns[i];
    if (layout.shown[i] && column.keep != 0 && column.keep <= most &&
        (!least || column.keep < table.columns[*least].keep))
      least = i;
  }
  if (least) layout.shown[*least] = false;
  return least.has_value();
}

void append_cell(std::string& out, const Cell& cell, const Column& column, std::size_t width, bool last, bool colours) {
  const bool cut = width_of(cell.text) > width;
  const std::string shorter = cut ? fit(cell.text, width) : std::string{};
  const std::string_view text = cut ? std::string_view{shorter} : std::string_view{cell.text};
  const std::size_t pad = width - std::min(width, width_of(text));
  if (column.align == Column::Align::right) out.append(pad, ' ');
  if (colours && cell.colour != Colour::none && !text.empty()) {
    out.append(code_of(cell.colour)).append(text).append("\x1b[0m");
  } else {
    out.append(text);
  }
  if (column.align == Column::Align::left && !last) out.append(pad, ' ');
}

void append_row(std::string& out, const std::vector<Cell>& row, const Table& table, const Layout& layout,
                bool colours) {
  std::size_t last = 0;
  for (std::size_t i = 0; i < row.size(); ++i) {
    if (layout.shown[i]) last = i;
  }
  bool first = true;
  for (std::size_t i = 0; i < row.size(); ++i) {
    if (!layout.shown[i]) continue;
    if (!first) out.append(kGap, ' ');
    append_cell(out, row[i], table.columns[i], layout.widths[i], i == last, colours);
    first = false;
  }
  while (!out.empty() && out.back() == ' ') out.pop_back();
  out.push_back('\n');
}

}  // namespace

std::string coloured(std::string_view text, Colour colour, bool wanted) {
  if (!wanted || colour == Colour::none) return std::string{text};
  return code_of(colour) + std::string{text} + "\x1b[0m";
}

namespace {

bool begins_point(char byte) noexcept { return (static_cast<unsigned char>(byte) & 0xC0U) != 0x80U; }

// As many whole code points from the beginning as fit.
std::string_view head_of(std::string_view text, std::size_t width) {
  std::size_t used = 0;
  for (std::size_t i = 0; i < text.size();) {
    std::size_t end = i + 1;
    while (end < text.size() && !begins_point(text[end])) ++end;
    used += width_of(text.substr(i, end - i));
    if (used > width) return text.substr(0, i);
    i = end;
  }
  return text;
}

// From the end.
std::string_view tail_of(std::string_view text, std::size_t width) {
  std::size_t used = 0;
  for (std::size_t end = text.size(); end > 0;) {
    std::size_t i = end - 1;
    while (i > 0 && !begins_point(text[i])) --i;
    used += width_of(text.substr(i, end - i));
    if (used > width) return text.substr(end);
    end = i;
  }
  return text;
}

}  // namespace

std::string fit(std::string_view text, std::size_t width) {
  if (width_of(text) <= width) return std::string{text};
  if (width == 0) return {};
  return std::string{head_of(text, width - 1)} + "…";
}

std::string fit_middle(std::string_view text, std::size_t width) {
  if (width_of(text) <= width) return std::string{text};
  if (width == 0) return {};
  const std::string_view tail = tail_of(text, (width - 1) / 2);
  return std::string{head_of(text, width - 1 - width_of(tail))} + "…" + std::string{tail};
}

std::string render(const Table& table, std::size_t width, bool colours) {
  Layout layout = measure(table);
  // In turns, so that neither the cells nor the columns bear all of it: long cells lose their ends, then the lesser
  // columns go, then cells of common length are shortened, then the greater columns go.
  constexpr std::size_t kComfortable = 28, kTight = 16;
  constexpr unsigned kLesser = 7, kAny = ~0U;
  while (width != 0 && layout.total() > width) {
    if (!shrink_one(table, layout, kComfortable) && !drop_one(table, layout, kLesser) &&
        !shrink_one(table, layout, kTight) && !drop_one(table, layout, kAny) && !shrink_one(table, layout, 0)) {
      break;
    }
  }
  std::string out;
  out.reserve((layout.total() + 1) * (table.rows.size() + 1));
  std::vector<Cell> titles;
  for (const Column& column : table.columns) titles.push_back({column.title, Colour::bold});
  append_row(out, titles, table, layout, colours);
  for (const auto& row : table.rows) append_row(out, row, table, layout, colours);
  return out;
}

void wrap(std::string& out, std::string_view text, const Wrapping& how) {
  std::size_t column = how.column;
  bool first = true;
  for (const std::string_view word : split_words(text, ' ')) {
    const std::size_t width = display_width(word);
    if (!first && how.width != 0 && column + 1 + width > how.width) {
      out.append("\n").append(how.indent, ' ');
      column = how.indent;
    } else if (!first) {
      out.push_back(' ');
      ++column;
    }
    out.append(word);
    column += width;
    first = false;
  }
  out.push_back('\n');
}

}  // namespace forever::cli
