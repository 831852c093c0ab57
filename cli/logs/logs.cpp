#include "cli/logs/logs.hpp"

#include "cli/grammar/verb.hpp"

#include <algorithm>
#include <array>
#include <tuple>
#include <vector>

#include "app/log_paths.hpp"
#include "cli/apps/selection.hpp"
#include "cli/logs/log_source.hpp"
#include "cli/logs/log_view.hpp"
#include "client/view.hpp"
#include "platform/console.hpp"
#include "platform/event_loop.hpp"
#include "platform/files.hpp"
#include "platform/signals.hpp"
#include "text/printable.hpp"

namespace forever::cli {
namespace {

constexpr Milliseconds kLook{100};               // between two looks at the files that are followed
constexpr std::size_t kMostAtOnce = 1U << 20U;   // bytes of one log, so that all have their turn
constexpr std::size_t kLongestWait = 1U << 20U;  // bytes of a line without an end, until it is shown without
constexpr std::uint64_t kOutputToken = 1;

// One log and how it is shown.
struct Shown {
  LogSource source;
  std::string app;
  const char* stream = "out";
  std::string prefix;    // empty: none
  bool several = false;  // instances, each named where the log says which it was
  std::size_t width = 0;
  Colour colour = Colour::cyan;
  std::string pending;  // the beginning of a line whose end has not come
};

class LogsView {
 public:
  LogsView(const Logs& command, const Selection& selection);
  int run();

 private:
  void add(const AppView& view, const char* stream, LogSource source, std::size_t index, std::size_t width);
  [[nodiscard]] std::string prefix_for(const Shown& log, std::string_view line) const;
  [[nodiscard]] std::string line_of(const Shown& log, std::string_view line) const;
  [[nodiscard]] std::string tails();
  [[nodiscard]] std::string tails_by_time(const std::vector<std::string>& texts) const;
  [[nodiscard]] std::string tails_by_log(const std::vector<std::string>& texts) const;
  [[nodiscard]] std::string news(Shown& log);
  void tell_deleted();
  void tell_of_nothing(const std::vector<std::string>& texts) const;
  int follow();

  const Logs& command_;
  const StateDirectory& state_;
  bool plain_;  // bytes as they are in the log
  bool terminal_, colours_;
  bool several_apps_;
  std::vector<Shown> logs_;
  std::vector<std::string> deleted_;  // the apps that it was reported for
};

LogsView::LogsView(const Logs& command, const Selection& selection)
    : command_(command),
      state_(selection.state),
      plain_(command.raw),
      terminal_(is_terminal(Stream::out)),
      colours_(colours_wanted(Stream::out)),
      several_apps_(selection.views.size() > 1) {
  std::size_t width = 0;
  for (const AppView& view : selection.views) {
    const std::size_t slot = view.status.instances.size() > 1 ? std::string_view("/0").size() : 0;
    width = std::max(width, display_width(printable(view.name)) + slot);
  }
  for (std::size_t i = 0; i < selection.views.size(); ++i) {
    const AppView& view = selection.views[i];
    std::string out = view.status.out_log, err = view.status.err_log;
    PathTrust of_out, of_err;
    if (const auto spec = selection.state.read_spec(view.name)) {
      std::tie(out, err) = log_paths(selection.state, *spec);
      of_out = trust_in_log(*spec, spec->logs.out);
      of_err = trust_in_log(*spec, spec->logs.err);
    }
    const bool both = !err.empty() && err != out;
    if (!command.only_err || err.empty()) add(view, "out", LogSource(out, of_out), i, width);
    if (!command.only_out && both) add(view, "err", LogSource(err, of_err), i, width);
  }
}

void LogsView::add(const AppView& view, const char* stream, LogSource source, std::size_t index, std::size_t width) {
  if (source.path().empty()) return;
  const bool is_error = stream == std::string_view("err");
  const bool named = several_apps_ && !plain_ && !command_.which.json;
  logs_.push_back({.source = std::move(source),
                   .app = view.name,
                   .stream = stream,
                   .prefix = named ? prefix_of(view.name, width, colour_of_app(index), is_error, colours_) : "",
                   .several = view.status.instances.size() > 1 && !plain_ && !command_.which.json,
                   .width = width,
                   .colour = colour_of_app(index),
                   .pending = {}});
}

std::string LogsView::line_of(const Shown& log, std::string_view line) const {
  if (command_.which.json) return json_line(log.app, log.stream, line);
  if (plain_ || !terminal_) return prefix_for(log, line) + std::string(line) + '\n';
  return prefix_for(log, line) + shown_on_terminal(line, colours_) + '\n';
}

// "web/1 | " for a line of one of several instances.
std::string LogsView::prefix_for(const Shown& log, std::string_view line) const {
  const auto slot = log.several ? slot_of(line) : std::nullopt;
  if (!slot) return log.prefix;
  return prefix_of(log.app + '/' + std::to_string(*slot), log.width, log.colour, log.stream == std::string_view("err"),
                   colours_);
}

// Calls `take` for each line of `text`, without its end.
template <class Take>
void for_each_line(std::string_view text, Take&& take) {
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    take(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

std::string LogsView::tails() {
  std::vector<std::string> texts;
  for (Shown& log : logs_) texts.push_back(log.source.last_lines(command_.lines));
  if (command_.follow) {
    // What has no end yet will be shown with it.
    for (std::size_t i = 0; i < logs_.size(); ++i) {
      const std::size_t end = texts[i].rfind('\n') + 1;
      logs_[i].pending = texts[i].substr(end);
      texts[i].resize(end);
    }
  }
  if (!command_.which.json && !plain_) tell_of_nothing(texts);
  const bool stamped = std::all_of(texts.begin(), texts.end(),
                                   [](const std::string& text) { return text.empty() || !stamp_of(text).empty(); });
  return stamped && logs_.size() > 1 ? tails_by_time(texts) : tails_by_log(texts);
}

// An answer that is empty says why.
void LogsView::tell_of_nothing(const std::vector<std::string>& texts) const {
  if (command_.lines == 0) return;
  const auto wrote = [&](std::size_t i) { return !texts[i].empty() || !logs_[i].pending.empty(); };
  std::size_t silent = 0;
  std::string last;
  for (std::size_t i = 0; i < logs_.size(); ++i) {
    const auto facts = facts_of(logs_[i].source.path());
    if (facts && !facts->regular) {
      tell(printable(logs_[i].app + " writes to " + logs_[i].source.path()) +
           ", which is no regular file: there is nothing to show of it");
      continue;
    }
    if (wrote(i)) return;
    if (logs_[i].app != last) ++silent;
    last = logs_[i].app;
  }
  if (silent == 1) tell(printable(last) + " has written nothing yet");
  if (silent > 1) tell("these apps have written nothing yet");
}

std::string LogsView::tails_by_time(const std::vector<std::string>& texts) const {
  struct Line {
    const Shown* log;
    std::string_view stamp, text;
  };
  std::vector<Line> lines;
  for (std::size_t i = 0; i < logs_.size(); ++i) {
    std::string_view last;  // a line that was torn stays behind the one before
    for_each_line(texts[i], [&](std::string_view line) {
      if (const auto stamp = stamp_of(line); !stamp.empty()) last = stamp;
      lines.push_back({&logs_[i], last, line});
    });
  }
  std::stable_sort(lines.begin(), lines.end(), [](const Line& a, const Line& b) { return a.stamp < b.stamp; });
  std::string text;
  for (const Line& line : lines) text += line_of(*line.log, line.text);
  return text;
}

// One log after the other, the one that was written last at the end.
std::string LogsView::tails_by_log(const std::vector<std::string>& texts) const {
  std::vector<std::pair<std::int64_t, std::size_t>> order;
  for (std::size_t i = 0; i < logs_.size(); ++i) {
    const auto facts = facts_of(logs_[i].source.path());
    if (!texts[i].empty()) order.emplace_back(facts ? facts->modified_ms : 0, i);
  }
  std::stable_sort(order.begin(), order.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  std::string text;
  for (const auto& [modified, i] : order) {
    if (order.size() > 1 && terminal_ && !plain_ && !command_.which.json)
      text += coloured(printable(logs_[i].source.path()) + ":", Colour::dim, colours_) + '\n';
    if (plain_)
      text += texts[i];
    else
      for_each_line(texts[i], [&, log = &logs_[i]](std::string_view line) { text += line_of(*log, line); });
  }
  return text;
}

std::string LogsView::news(Shown& log) {
  std::string text = log.source.more(kMostAtOnce);
  if (text.empty() && log.pending.size() < kLongestWait) return {};
  text.insert(0, log.pending);
  const std::size_t end = text.rfind('\n') + 1;
  const bool at_once = text.size() - end >= kLongestWait || (plain_ && logs_.size() == 1);
  log.pending = at_once ? "" : text.substr(end);
  if (!at_once) text.resize(end);
  if (plain_) return text;
  std::string shown;
  for_each_line(text, [&](std::string_view line) { shown += line_of(log, line); });
  return shown;
}

// Each time it happens, once.
void LogsView::tell_deleted() {
  for (const Shown& log : logs_) {
    const bool told = std::find(deleted_.begin(), deleted_.end(), log.app) != deleted_.end();
    const bool gone = !facts_of(state_.app_directory(log.app));
    if (gone == told) continue;
    if (!gone) {
      std::erase(deleted_, log.app);
      continue;
    }
    deleted_.push_back(log.app);
    tell(log.app + " was deleted; waiting for an app of that name");
  }
}

int LogsView::follow() {
  constexpr std::array kEnds{kInterruptSignal, kTermSignal, kHangUpSignal};
  auto loop = EventLoop::create(kEnds);
  if (!loop) return fail({ExitCode::failed, loop.error().message()}, command_.which.json);
  // A pipe without a reader is readable, in a way. (A terminal is when the user types.)
  constexpr NativeHandle kOutput = 1;
  if (const auto facts = facts_of(kOutput); facts && facts->fifo)
    (void)loop->watch_readable(kOutput, kOutputToken, EventLoop::Trigger::edge).ok();
  const auto output = facts_of(kOutput);
  for (Time next = steady_now();;) {
    std::string text;
    for (Shown& log : logs_) {
      text += news(log);
      // What is written there is news again, without an end.
      if (output && output->regular && log.source.is(*output))
        return fail({ExitCode::failed, "standard output is the log of " + printable(log.app) +
                                           " itself, which is being followed; write to another file"},
                    false);
    }
    if (!text.empty() && !write_all(Stream::out, text)) return to_int(ExitCode::ok);
    if (text.empty()) tell_deleted();
    next = text.empty() ? steady_now() + kLook : steady_now();
    for (const LoopEvent& event : loop->wait(next)) {
      using Kind = LoopEvent::Kind;
      if (event.kind == Kind::signal || (event.kind == Kind::readable && event.token == kOutputToken))
        return to_int(ExitCode::ok);
    }
  }
}

int LogsView::run() {
  const std::string text = tails();
  if (!text.empty() && !write_all(Stream::out, text)) return to_int(ExitCode::ok);
  return command_.follow ? follow() : to_int(ExitCode::ok);
}

constexpr Option kLogsOptions[] = {
    {{"-n,--lines", ValueKind::count, "N", "The number of last lines to show of each app. Default 15."},
     take_count<&Logs::lines>},
    {{"-f,--follow", ValueKind::none, "", "Follows the output, across rotation and restarts, until Ctrl-C."},
     turn_on<&Logs::follow>},
    {{"-o,--out", ValueKind::none, "", "Standard output only."}, turn_on<&Logs::only_out>},
    {{"-e,--err", ValueKind::none, "", "Standard error only."}, turn_on<&Logs::only_err>},
    {{"-r,--raw", ValueKind::none, "", "Unchanged bytes, without a prefix, with control characters."},
     turn_on<&Logs::raw>},
    {{"--json", ValueKind::none, "", "One JSON object per line."}, set_json},
};
constexpr OptionGroup kLogsGroups[] = {{"Options", kLogsOptions}};

}  // namespace

constinit const Verb kLogsVerb{
    .name = "logs",
    .aliases = "log",
    .family = family::kLogging,
    .operands = "[APP]... [OPTION]...",
    .summary = "show an app's output",
    .text = "Without APP: shows all apps; each line begins with the app's name.",
    .examples =
        "forever logs web\tthe last lines\n"
        "forever logs -f\tall apps, followed\n"
        "forever logs web --err -n 200",
    .groups = kLogsGroups,
    .kind = OperandKind::app,
    .begin = begin<Logs>,
};

std::optional<UsageError> Logs::take(Operands& operands) {
  if (only_out && only_err) return UsageError{"--out and --err exclude each other; without either both are shown"};
  if (raw && which.json) return UsageError{"--raw and --json exclude each other"};
  take_selectors(which, operands);
  return std::nullopt;
}

int Logs::carry_out() const {
  auto found = find_apps(which.selectors, true);
  if (const auto* failure = std::get_if<Failure>(&found)) return fail(*failure, which.json);
  const Selection& selection = std::get<Selection>(found);
  tell_troubles(selection.views);
  tell_of_none(selection);
  return LogsView(*this, selection).run();
}

}  // namespace forever::cli
