// How the live view looks: a line of sums, the apps, the log of the selected one, a line of keys.
#include <algorithm>
#include <array>
#include <cstdio>

#include "cli/apps/look.hpp"
#include "cli/monit/view.hpp"
#include "text/printable.hpp"
#include "text/units.hpp"

namespace forever::cli {
namespace {

constexpr std::array<const char*, 9> kBars{" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
constexpr std::array<const char*, 9> kPlainBars{" ", "_", ".", ":", "-", "=", "+", "*", "#"};
constexpr const char* kReversed = "\x1b[7m";

std::string padded(std::string_view text, std::size_t width, bool right = false) {
  std::string cut = fit(text, width);
  const std::size_t used = display_width(cut);
  const std::string blanks(width > used ? width - used : 0, ' ');
  return right ? blanks + cut : cut + blanks;
}

std::string percent(double value) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), value < 99.95 ? "%.1f%%" : "%.0f%%", value);
  return text.data();
}

// Every character that is not ASCII becomes one or two '?', as wide as it was.
std::string in_ascii(std::string_view line) {
  std::string out;
  while (!line.empty()) {
    const std::size_t length = static_cast<unsigned char>(line.front()) < 0x80 ? 1 : [&] {
      std::size_t end = 1;
      while (end < line.size() && (static_cast<unsigned char>(line[end]) & 0xC0U) == 0x80U) ++end;
      return end;
    }();
    if (length == 1 && static_cast<unsigned char>(line.front()) < 0x80) {
      out += line.front();
    } else {
      out.append(display_width(line.substr(0, length)), '?');
    }
    line.remove_prefix(length);
  }
  return out;
}

// How wide the columns are. From 80 columns on there is room for the two graphs as well.
struct Widths {
  std::size_t name, status, pid, cpu, memory, restarts, uptime;
  // With a mark before it, and a blank between two columns.
  [[nodiscard]] constexpr std::size_t all() const {
    return 2 + name + status + pid + cpu + memory + restarts + uptime + 8;
  }
};
constexpr Widths kWide{16, 14, 8, 7, 7, 8, 7}, kUsual{12, 12, 7, 6, 6, 8, 6}, kNarrow{12, 8, 8, 7, 7, 8, 7};
constexpr std::size_t kLeastGraph = 6;
constexpr std::size_t kFewestColumns = 60;

constexpr Widths widths_for(std::size_t columns) {
  if (columns >= kWide.all() + 2 * kLeastGraph) return kWide;
  return columns >= kFewestColumns ? kUsual : kNarrow;
}
static_assert(kUsual.all() + 2 * kLeastGraph <= 80);

class Painter {
 public:
  Painter(const MonitView& view, const TerminalSize& size, const MonitStyle& style)
      : view_(view),
        rows_(static_cast<std::size_t>(std::max(size.rows, 1))),
        columns_(static_cast<std::size_t>(std::max(size.columns, 1))),
        widths_(widths_for(columns_)),
        style_(style) {
    widen();
  }

  Frame paint() {
    if (view_.helping) {
      paint_help();
    } else {
      add(padded(sums(), columns_), Colour::bold);
      if (!view_.zoomed) paint_apps();
      paint_log();
      while (frame_.size() + 1 < rows_) add("");
      paint_foot();
    }
    frame_.resize(rows_);
    if (!style_.utf8) {
      for (std::string& line : frame_) line = in_ascii(line);
    }
    return std::move(frame_);
  }

 private:
  // Names and states in full where there is room: the graphs need no more than their history, and a third of the screen is enough.
  void widen() {
    std::size_t name = 0, status = 0;
    for (const AppLook& look : view_.looks) {
      const std::size_t count = look.instances.size() > 1 ? 2 + std::to_string(look.instances.size()).size() : 0;
      name = std::max(name, display_width(printable(look.view.name)) + count);
      status = std::max(status, display_width(status_text(look)));
    }
    const std::size_t graphs = std::max(2 * kLeastGraph, columns_ / 3);
    const auto grow = [&](std::size_t& width, std::size_t wanted) {
      const std::size_t used = widths_.all() + graphs;
      if (wanted > width && columns_ > used) width += std::min(wanted - width, columns_ - used);
    };
    grow(widths_.name, name);
    grow(widths_.status, status);
  }

  void add(std::string_view text, Colour colour = Colour::none) {
    if (frame_.size() < rows_) frame_.push_back(coloured(fit(text, columns_), colour, style_.colours));
  }

  [[nodiscard]] std::string sums() const {
    std::size_t online = 0;
    double cpu = 0;
    std::uint64_t memory = 0;
    for (const AppLook& look : view_.looks) {
      online += look.state == "online" ? 1 : 0;
      cpu += look.cpu_percent;
      memory += look.memory_bytes;
    }
    std::string text = std::to_string(view_.looks.size()) + (view_.looks.size() == 1 ? " app, " : " apps, ") +
                       std::to_string(online) + " online  cpu " + percent(cpu) + "  memory " + format_size(memory) +
                       "  " + view_.clock;
    if (!view_.filter.empty() && !view_.typing_filter) text += "  filter: " + printable(view_.filter);
    return text;
  }

  // The graphs have what the rest leaves, or there are none.
  [[nodiscard]] std::size_t graph_width() const {
    const std::size_t rest = widths_.all();
    return columns_ >= rest + 2 * kLeastGraph ? std::min<std::size_t>((columns_ - rest) / 2, kHistory) : 0;
  }

  [[nodiscard]] std::string app_line(const AppLook& look, bool selected, std::string& state) {
    const std::size_t width = graph_width();
    Pid pid = 0;
    Milliseconds uptime{0};
    for (std::size_t i = 0; i < look.instances.size(); ++i) {
      if (!look.instances[i].alive) continue;
      if (pid == 0) pid = look.view.status.instances[i].process.pid;
      uptime = std::max(uptime, look.instances[i].uptime);
    }
    std::string count;
    if (look.instances.size() > 1) count = " x" + std::to_string(look.instances.size());
    const std::string name = fit_middle(printable(look.view.name), widths_.name - count.size()) + count;
    std::string line = (selected ? "> " : "  ") + padded(name, widths_.name) + " ";
    state = padded(status_text(look), widths_.status);
    std::string rest = " " + padded(pid > 0 ? std::to_string(pid) : "-", widths_.pid, true) + " " +
                       padded(pid > 0 ? percent(look.cpu_percent) : "-", widths_.cpu, true) + " ";
    const auto history = view_.histories.find(look.view.name);
    const auto samples = [&](const auto& values) { return std::vector<double>(values.begin(), values.end()); };
    if (width > 0 && history != view_.histories.end())
      rest += graph(samples(history->second.cpu), width, 100, style_.utf8);
    rest += " " + padded(pid > 0 ? format_size(look.memory_bytes) : "-", widths_.memory, true) + " ";
    if (width > 0 && history != view_.histories.end()) {
      const auto values = samples(history->second.memory);
      const double most = values.empty() ? 0 : *std::max_element(values.begin(), values.end());
      rest += graph(values, width, most, style_.utf8);
    }
    rest += " " + padded(std::to_string(look.restarts), widths_.restarts, true) + " " +
            padded(pid > 0 ? format_age(uptime) : "-", widths_.uptime, true);
    line_head_ = line;
    return rest;
  }

  void paint_apps() {
    const std::string graph_room(graph_width(), ' ');
    add("  " + padded("name", widths_.name) + " " + padded("status", widths_.status) + " " +
            padded("pid", widths_.pid, true) + " " + padded("cpu", widths_.cpu, true) + " " + graph_room + " " +
            padded("memory", widths_.memory, true) + " " + graph_room + " " +
            padded("restarts", widths_.restarts, true) + " " + padded("uptime", widths_.uptime, true),
        Colour::dim);
    const auto shown = view_.shown();
    if (shown.empty()) {
      add(view_.looks.empty() ? "  no apps in " + printable(view_.state_directory) : "  no app matches the filter",
          Colour::dim);
      return;
    }
    // Half of the screen at most, and the selected one always in it.
    const std::size_t room = std::max<std::size_t>(1, std::min(shown.size(), rows_ > 8 ? (rows_ - 4) / 2 : 1));
    std::size_t selected = 0;
    for (std::size_t i = 0; i < shown.size(); ++i) {
      if (shown[i]->view.name == view_.selected) selected = i;
    }
    const std::size_t first = selected >= room ? selected - room + 1 : 0;
    for (std::size_t i = first; i < first + room && i < shown.size(); ++i) paint_app(*shown[i], i == selected);
  }

  void paint_app(const AppLook& look, bool selected) {
    if (frame_.size() >= rows_) return;
    std::string state;
    const std::string rest = app_line(look, selected, state);
    const std::string whole = fit(line_head_ + state + rest, columns_);
    if (selected || !style_.colours || display_width(line_head_ + state + rest) > columns_) {
      frame_.push_back(selected && style_.colours ? kReversed + padded(whole, columns_) + "\x1b[0m" : whole);
      return;
    }
    frame_.push_back(line_head_ + coloured(state, colour_of(look.state), true) + rest);
  }

  void paint_log() {
    const AppLook* const app = view_.selection();
    if (app == nullptr || frame_.size() + 2 > rows_) return;
    const char* const streams = view_.log_choice == LogChoice::both  ? "out and err"
                                : view_.log_choice == LogChoice::out ? "out"
                                                                     : "err";
    std::string title = "-- " + printable(app->view.name) + ": " + streams;
    if (view_.scrolled > 0) title += ", " + std::to_string(view_.scrolled) + " lines up";
    title += " ";
    const std::size_t used = display_width(title);
    if (used < columns_) title.append(columns_ - used, '-');
    add(title, Colour::dim);
    const std::size_t room = rows_ - std::min(rows_, frame_.size() + 1);
    const std::size_t end = view_.log.size() - std::min(view_.scrolled, view_.log.size());
    const std::size_t begin = end > room ? end - room : 0;
    if (view_.log.empty()) add("(nothing written yet)", Colour::dim);
    for (std::size_t i = begin; i < end; ++i)
      add(view_.log[i].text, view_.log[i].error && view_.log_choice == LogChoice::both ? Colour::red : Colour::none);
  }

  void paint_foot() {
    std::string text =
        "q quit  up/down select  r restart  R reload  s stop/start  / filter  o log  PgUp PgDn  Enter log only  ? help";
    if (columns_ < 110) text = "q quit  r restart  R reload  s stop/start  / filter  o log  Enter zoom  ? help";
    if (!view_.message.empty()) text = printable(view_.message);
    if (view_.typing_filter) text = "filter: " + printable(view_.filter) + "_";
    if (view_.asking) {
      const bool stops = view_.asking->kind == MonitCommand::Kind::stop;
      text = std::string{stops ? "stop " : "restart "} + printable(view_.asking->app) + "? y: yes, any other key: no";
    }
    const bool asks = view_.typing_filter || view_.asking || !view_.message.empty();
    add(text, asks ? Colour::bold : Colour::dim);
  }

  void paint_help() {
    for (const char* line :
         {"Keys", "", "  up, down, k, j        select an app", "  r                     restart it, after y",
          "  R                     reload it; held ports lose no connection",
          "  s                     stop it, after y; start it if it is stopped",
          "  o                     its log: out and err, out, err", "  PgUp, PgDn, Home, End  scroll the log",
          "  Enter                 toggle the log alone",
          "  /                     filter by name, namespace or status; Esc clears", "  Ctrl-L                redraw",
          "  q, Ctrl-C             quit", "",
          "CPU is of one processor in the last second, memory of the whole process tree.", "",
          "Press any key to continue."})
      add(line);
  }

  const MonitView& view_;
  std::size_t rows_, columns_;
  Widths widths_;
  MonitStyle style_;
  Frame frame_;
  std::string line_head_;  // of the app that is being painted
};

}  // namespace

std::string graph(const std::vector<double>& samples, std::size_t width, double most, bool utf8) {
  std::string text;
  const std::size_t used = std::min(width, samples.size());
  text.append(width - used, ' ');
  for (std::size_t i = samples.size() - used; i < samples.size(); ++i) {
    const double part = most > 0 ? std::clamp(samples[i] / most, 0.0, 1.0) : 0;
    auto height = static_cast<std::size_t>(part * 8 + 0.5);
    if (height == 0 && samples[i] > 0) height = 1;
    text += utf8 ? kBars[height] : kPlainBars[height];
  }
  return text;
}

Frame draw(const MonitView& view, const TerminalSize& size, const MonitStyle& style) {
  return Painter{view, size, style}.paint();
}

}  // namespace forever::cli
