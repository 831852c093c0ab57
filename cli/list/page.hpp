// The page that `forever describe` makes: headings, and lines of a key and a value. Its sections on what was asked for are in settings_page.cpp,
// those on what runs in description.cpp.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "app/spec.hpp"
#include "app/status.hpp"
#include "cli/terminal/table.hpp"

namespace forever::cli {

class Page {
 public:
  static constexpr std::size_t kKeyWidth = 14;

  explicit Page(bool colours) : colours_(colours) {}

  // Is shown with the first line below it.
  void heading(std::string_view title) { heading_ = title; }
  // A key with nothing to say is left out. The value may hold colours, so the caller makes it printable.
  void line(std::string_view key, std::string_view value) {
    if (value.empty()) return;
    show_heading();
    text_.append("  ")
        .append(key)
        .append(kKeyWidth - std::min(kKeyWidth - 1, key.size()), ' ')
        .append(value)
        .append("\n");
  }
  void raw(std::string_view text) {
    show_heading();
    text_.append(text);
  }
  [[nodiscard]] bool colours() const { return colours_; }
  [[nodiscard]] std::string take() { return std::move(text_); }

 private:
  void show_heading() {
    if (!heading_.empty()) text_.append("\n").append(coloured(heading_, Colour::bold, colours_)).append("\n");
    heading_.clear();
  }

  std::string text_, heading_;
  bool colours_;
};

// Words as they can be typed, fit for a terminal.
[[nodiscard]] std::string typed(const std::vector<std::string>& words);

// `all`: also what is as it usually is.
void spec_section(Page& page, const AppSpec& spec, bool all);
void log_section(Page& page, const AppStatus& status, const std::optional<AppSpec>& spec, bool all);
void limits_section(Page& page, const AppSpec& spec);
void environment_section(Page& page, const AppSpec& spec, bool reveal);

}  // namespace forever::cli
