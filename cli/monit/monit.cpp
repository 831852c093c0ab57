// monit: looks at the apps every second, follows a log, takes keys, draws.
#include "cli/monit/monit.hpp"

#include "cli/grammar/verb.hpp"

#include <array>
#include <atomic>
#include <cstdlib>
#include <memory>
#include <mutex>
#include <thread>

#include "app/log_paths.hpp"
#include "cli/apps/stop_each.hpp"
#include "cli/logs/log_source.hpp"
#include "cli/logs/log_view.hpp"
#include "cli/monit/view.hpp"
#include "cli/terminal/print.hpp"
#include "client/ask.hpp"
#include "client/launch.hpp"
#include "client/side_by_side.hpp"
#include "client/view.hpp"
#include "platform/console.hpp"
#include "platform/event_loop.hpp"
#include "platform/pipe.hpp"
#include "platform/signals.hpp"

namespace forever::cli {
namespace {

constexpr std::uint64_t kKeysToken = 1;
constexpr Milliseconds kPeriod{1000};
constexpr Milliseconds kLogPeriod{200};           // while a log is shown
constexpr std::size_t kFirstLines = 200;          // of each stream, when an app is selected
constexpr std::size_t kMostAtOnce = 256U << 10U;  // bytes of a log in one turn
constexpr std::size_t kLongestLine = 4096;        // of what is shown

std::string done_to(const StateDirectory& state, const MonitCommand& command) {
  const std::string& name = command.app;
  if (command.kind == MonitCommand::Kind::stop) {
    auto found = find_apps({"name:" + name}, false);
    if (const auto* failure = std::get_if<Failure>(&found)) return failure->message;
    return stop_targets(std::get<Selection>(found), {false, true}).front().text;
  }
  const AppView view = view_app(state, name, true);
  if (view.foreign) return name + " is supervised by another machine or container";
  const bool restart = command.kind == MonitCommand::Kind::restart, reload = command.kind == MonitCommand::Kind::reload;
  std::string words = reload ? " reloaded" : restart ? " restarted" : " started";
  if (reload && !view.supervised) return name + " is not running; press s to start it";
  if (view.supervised) {
    const auto operation = reload ? Operation::reload : restart ? Operation::restart : Operation::start;
    const auto replies = ask_supervisors(state, {{name, {.operation = operation}}}, {});
    if (!replies.front()) return replies.front().error().message();
    if (!replies.front()->ok) return name + (reload ? " is not reloaded: " : ": ") + replies.front()->text;
    if (reload && !replies.front()->text.empty()) words += "; " + replies.front()->text;
  } else {
    const auto spec = state.read_spec(name);
    if (!spec) return spec.error().message();
    const auto launched = launch_app(state, *spec);
    if (!launched) return launched.error().message();
    if (!launched->already && !launched->report.started) return name + ": " + launched->report.reason;
  }
  return name + words;
}

// One thing at a time is done to an app, beside the view, which goes on meanwhile.
class Deed {
 public:
  void begin(const StateDirectory& state, const MonitCommand& command) {
    auto result = std::make_shared<Result>();
    try {
      std::thread([result, state, command] {
        std::string words;
        try {
          words = done_to(state, command);
        } catch (const std::exception& trouble) {
          words = trouble.what();
        }
        const std::scoped_lock lock(result->mutex);
        result->words = std::move(words);
      }).detach();
      result_ = std::move(result);
    } catch (const std::system_error&) {
      // No thread is to be had; the key may be pressed again.
    }
  }
  [[nodiscard]] bool under_way() const noexcept { return result_ != nullptr; }
  // Its words, once it is done.
  [[nodiscard]] std::optional<std::string> take() {
    if (!result_) return std::nullopt;
    std::optional<std::string> words;
    {
      const std::scoped_lock lock(result_->mutex);
      words = result_->words;
    }
    if (words) result_.reset();
    return words;
  }

 private:
  struct Result {
    std::mutex mutex;
    std::optional<std::string> words;
  };
  std::shared_ptr<Result> result_;
};

// The log of the selected app.
class FollowedLog {
 public:
  explicit FollowedLog(const StateDirectory& state) : state_(state) {}

  // Opens what is selected now, and appends what has been written.
  void follow(MonitView& view) {
    const bool anew = epoch_ != view.log_epoch;
    if (anew) open(view);
    for (Source& source : sources_)
      append(view, source, anew ? source.log.last_lines(kFirstLines) : source.log.more(kMostAtOnce));
  }

 private:
  struct Source {
    LogSource log;
    bool error = false;
    std::string pending;
  };

  void open(const MonitView& view) {
    epoch_ = view.log_epoch;
    sources_.clear();
    const AppLook* const app = view.selection();
    if (app == nullptr) return;
    const AppStatus& status = app->view.status;
    PathTrust of_out, of_err;
    if (const auto spec = state_.read_spec(status.name)) {
      of_out = trust_in_log(*spec, spec->logs.out);
      of_err = trust_in_log(*spec, spec->logs.err);
    }
    const bool merged = status.err_log.empty() || status.err_log == status.out_log;
    if (!status.out_log.empty() && (view.log_choice != LogChoice::err || merged))
      sources_.push_back({LogSource(status.out_log, of_out), false, {}});
    if (!merged && view.log_choice != LogChoice::out) sources_.push_back({LogSource(status.err_log, of_err), true, {}});
  }

  static void append(MonitView& view, Source& source, const std::string& text) {
    source.pending += text;
    std::size_t at = 0;
    for (std::size_t end = 0; (end = source.pending.find('\n', at)) != std::string::npos; at = end + 1) {
      const std::string_view line{source.pending.data() + at, std::min(end - at, kLongestLine)};
      view.add_log({source.error, without_tabs(shown_on_terminal(line, false))});
    }
    source.pending.erase(0, at);
    if (source.pending.size() > kMostAtOnce) source.pending.clear();
  }

  static std::string without_tabs(std::string line) {
    if (!line.empty() && line.back() == '\r') line.pop_back();
    for (std::size_t at = 0; (at = line.find('\t', at)) != std::string::npos;)
      line.replace(at, 1, std::string(8 - at % 8, ' '));
    return line;
  }

  unsigned epoch_ = ~0U;
  const StateDirectory& state_;
  std::vector<Source> sources_;
};

class Monit {
 public:
  Monit(const StateDirectory& state, EventLoop&& loop, RawTerminal&& terminal)
      : state_(state), loop_(std::move(loop)), terminal_(std::move(terminal)) {
    view_.state_directory = state.path();
    style_.colours = colours_wanted(Stream::out);
    style_.utf8 = terminal_is_utf8();
  }

  // Until it is left.
  void run() {
    (void)loop_.watch_readable(terminal_.input(), kKeysToken).ok();
    while (!over_) {
      const Time now = steady_now();
      if (now >= next_look_) look(now);
      if (auto words = deed_.take()) {
        view_.message = std::move(*words);
        message_until_ = now + Milliseconds{5000};
        next_look_ = now;
        continue;
      }
      if (!deed_.under_way() && message_until_ && now >= *message_until_) {
        view_.message.clear();
        message_until_.reset();
      }
      log_.follow(view_);
      show();
      const Milliseconds wait = view_.selected.empty() && !deed_.under_way() ? kPeriod : kLogPeriod;
      for (const LoopEvent& event : loop_.wait(std::min(next_look_, now + wait))) handle(event);
    }
  }
  [[nodiscard]] bool deed_under_way() const noexcept { return deed_.under_way(); }

 private:
  void look(Time now) {
    std::vector<AppView> views = view_apps(state_, true);
    std::vector<AppLook> looks(views.size());
    side_by_side(views.size(), [&](std::size_t index) { looks[index] = look_at(std::move(views[index]), now); });
    std::vector<AppLook> fresh = looks;
    if (last_look_) average_since(looks, before_, std::chrono::duration_cast<Milliseconds>(now - *last_look_));
    before_ = std::move(fresh);
    last_look_ = now;
    next_look_ = now + kPeriod;
    sort_looks(looks, SortBy::id);
    view_.clock = rfc3339_local(wall_now()).substr(11, 8);
    view_.take(std::move(looks));
  }

  void show() {
    const TerminalSize size = terminal_size();
    if (!(size == size_)) frame_.clear();
    size_ = size;
    Frame frame = draw(view_, size, style_);
    const std::string update = frame_update(frame_, frame, static_cast<std::size_t>(std::max(size.columns, 1)));
    frame_ = std::move(frame);
    if (!update.empty() && !write_all(Stream::out, update)) over_ = true;
  }

  void handle(const LoopEvent& event) {
    if (event.kind == LoopEvent::Kind::signal) {
      const auto window = signal_from_name("WINCH");
      if (event.signal == window) {
        frame_.clear();
      } else {
        over_ = true;
      }
      return;
    }
    if (event.kind != LoopEvent::Kind::readable) return;
    if (!terminal_.read(typed_)) over_ = true;
    for (const Key& key : take_keys(typed_)) {
      if (const auto command = press(view_, key, size_)) obey(*command);
    }
  }

  void obey(const MonitCommand& command) {
    switch (command.kind) {
      case MonitCommand::Kind::quit: over_ = true; return;
      case MonitCommand::Kind::redraw: frame_.clear(); return;
      case MonitCommand::Kind::restart: do_it(command, "restarting "); return;
      case MonitCommand::Kind::reload: do_it(command, "reloading "); return;
      case MonitCommand::Kind::stop: do_it(command, "stopping "); return;
      case MonitCommand::Kind::start: do_it(command, "starting "); return;
    }
  }

  void do_it(const MonitCommand& command, const char* words) {
    if (deed_.under_way()) return;
    view_.message = words + command.app + " ...";
    message_until_.reset();
    deed_.begin(state_, command);
  }

  const StateDirectory& state_;
  EventLoop loop_;
  RawTerminal terminal_;
  MonitView view_;
  MonitStyle style_;
  TerminalSize size_{0, 0};
  Frame frame_;
  FollowedLog log_{state_};
  Deed deed_;
  std::string typed_;
  std::vector<AppLook> before_;
  std::optional<Time> last_look_, message_until_;
  Time next_look_{};
  bool over_ = false;
};

}  // namespace

constinit const Verb kMonitVerb{
    .name = "monit",
    .family = family::kLooking,
    .summary = "live view with CPU, memory and log; keys restart and stop",
    .text =
        "Shows all apps, with the CPU and memory of the last minutes as graphs, and the log of the selected one "
        "below. ? shows the keys, q quits. Needs a terminal.",
    .examples = "forever monit",
    .begin = begin<MonitVerb>,
};

std::optional<UsageError> MonitVerb::take(Operands& operands) {
  join(operands);
  if (operands.words.empty()) return std::nullopt;
  return UsageError{"monit takes no operands; use its / key to filter"};
}

int MonitVerb::carry_out() const {
  if (!is_terminal(Stream::in) || !is_terminal(Stream::out))
    return fail({ExitCode::failed, "monit needs a terminal; `forever list` or `forever list --json` does not"}, false);
  auto opened = open_state(false);
  if (const auto* failure = std::get_if<Failure>(&opened)) return fail(*failure, false);
  std::vector<int> signals{kTermSignal, kInterruptSignal, kQuitSignal, kHangUpSignal};
  if (const auto window = signal_from_name("WINCH")) signals.push_back(*window);
  auto loop = EventLoop::create(signals);
  if (!loop) return fail({ExitCode::failed, loop.error().message()}, false);
  auto terminal = RawTerminal::open();
  if (!terminal) return fail({ExitCode::failed, terminal.error().message()}, false);
  bool unfinished = false;
  {
    Monit monit{std::get<StateDirectory>(opened), std::move(*loop), std::move(*terminal)};
    monit.run();
    unfinished = monit.deed_under_way();
  }
  // The request continues in the supervisor; the thread that waits for the reply has no view to report to.
  if (unfinished) std::_Exit(to_int(ExitCode::ok));
  return to_int(ExitCode::ok);
}

}  // namespace forever::cli
