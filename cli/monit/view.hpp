// The live view of `forever monit`: what it knows, what keys do to it, and how it looks. Pure: nothing is read or written.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "cli/apps/look.hpp"
#include "cli/terminal/frame.hpp"
#include "cli/terminal/keys.hpp"
#include "platform/raw_terminal.hpp"

namespace forever::cli {

inline constexpr std::size_t kHistory = 120;  // samples of CPU and memory that are kept for each app
inline constexpr std::size_t kKeptLogLines = 2000;

struct LogLine {
  bool error = false;  // of standard error
  std::string text;    // printable
};

enum class LogChoice : std::uint8_t { both, out, err };

struct History {
  std::deque<double> cpu;            // percent of one processor
  std::deque<std::uint64_t> memory;  // bytes
};

struct MonitCommand {
  enum class Kind : std::uint8_t { quit, restart, reload, stop, start, redraw };
  Kind kind = Kind::quit;
  std::string app;
};

struct MonitView {
  std::vector<AppLook> looks;  // of all apps
  std::map<std::string, History> histories;
  std::string selected;  // the name of an app; empty: none
  std::string filter;
  bool typing_filter = false, zoomed = false, helping = false;
  LogChoice log_choice = LogChoice::both;
  std::deque<LogLine> log;             // of the selected app, the newest last
  unsigned log_epoch = 0;              // counts how often another log, or the same one again, was requested
  std::size_t scrolled = 0;            // lines that the log's last shown line is above its end
  std::string message;                 // what was done last
  std::optional<MonitCommand> asking;  // done once y is pressed: a stop or a restart
  std::string state_directory, clock;

  // Takes a new look; histories of apps that are gone go too, and the selection stays with a name that is there.
  void take(std::vector<AppLook> now);
  // Appends; if the user has scrolled up, the visible lines stay in place.
  void add_log(LogLine line);
  void clear_log();
  // Those that the filter lets through: by name, namespace or status.
  [[nodiscard]] std::vector<const AppLook*> shown() const;
  [[nodiscard]] const AppLook* selection() const;
};

// Does what the key means to the view; the command is what the view itself cannot do.
[[nodiscard]] std::optional<MonitCommand> press(MonitView& view, const Key& key, const TerminalSize& size);

struct MonitStyle {
  bool colours = true;
  bool utf8 = true;  // else nothing but ASCII is shown
};
// As many lines as the terminal has rows, none wider than its columns.
[[nodiscard]] Frame draw(const MonitView& view, const TerminalSize& size, const MonitStyle& style);

// The last `width` samples as a graph, one character each, as high as `most`.
[[nodiscard]] std::string graph(const std::vector<double>& samples, std::size_t width, double most, bool utf8);

}  // namespace forever::cli
