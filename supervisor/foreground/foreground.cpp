// `forever run`: one app supervised in place. The same lifecycle as below a keeper, but nothing is kept on disk, the
// program has our own streams, and our exit code is its.
//
// With --watch it is what a developer leaves running in a terminal: a program that ends waits for its files to change, `rs`
// restarts it, and only a signal ends it all. There the program is in a process group of its own, in the background, so that
// we can read what is typed; it is given the terminal as soon as it asks for it.
// One piece: one class that no other file uses.
#include "supervisor/foreground/foreground.hpp"

#include <algorithm>
#include <array>

#include "app/exit_codes.hpp"
#include "app/marker.hpp"
#include "app/other_apps.hpp"
#include "app/state_directory.hpp"
#include "app/tree_usage.hpp"
#include "platform/console.hpp"
#include "platform/event_loop.hpp"
#include "platform/signals.hpp"
#include "platform/terminal.hpp"
#include "supervisor/decide/chance.hpp"
#include "supervisor/decide/triggers.hpp"
#include "supervisor/foreground/audience.hpp"
#include "supervisor/instance/events.hpp"
#include "supervisor/instance/health_and_hooks.hpp"
#include "supervisor/log/event_log.hpp"
#include "supervisor/watch/watching.hpp"
#include "text/units.hpp"

namespace forever {
namespace {

constexpr std::uint64_t kReport = 1;
constexpr std::uint64_t kChanges = 2;
constexpr std::uint64_t kTyped = 3;

// The signals that are taken and passed on; those of job control stay the terminal's.
std::vector<int> forwarded_signals(const AppSpec& spec) {
  std::vector<int> signals = {kHangUpSignal, kInterruptSignal, kQuitSignal, kTermSignal};
  for (const char* name : {"USR1", "USR2", "WINCH", "ALRM"}) {
    if (const auto signal = signal_from_name(name)) signals.push_back(*signal);
  }
  // Ctrl-Z comes to us alone where the program is in another group.
  if (const auto suspend = signal_from_name("TSTP"); suspend && spec.watch.on && is_terminal(Stream::in))
    signals.push_back(*suspend);
  return signals;
}

class Foreground {
 public:
  Foreground(EventLoop&& loop, const Audience& audience, const AppSpec& spec, bool clears)
      : loop_(std::move(loop)),
        audience_(audience),
        spec_(spec),
        clears_(clears),
        instance_(0, spec),
        watching_(loop_, kChanges) {
    // On a terminal the program must stay in its foreground process group, or it could not read from it.
    const bool interactive = is_terminal(Stream::in);
    shared_ = interactive && !spec.watch.on;
    if (interactive && spec.watch.on) {
      terminal_.emplace();
      loop_.report_stops();
      listen();
    }
    context_.session = shared_ ? SpawnRequest::Session::shared : SpawnRequest::Session::own_group;
    context_.inherit_stdin = true;
    context_.marker_prefix = "run-" + std::to_string(current_pid()) + '/' + spec.name;
    context_.cgroups = Cgroups{context_.marker_prefix};
  }

  int run() {
    triggers_.use(spec_, steady_now(), wall_now());
    watch_files();
    advance(event::Start{});
    while (!over()) {
      std::optional<Time> due = triggers_.deadline(steady_now(), wall_now());
      for (const auto& other : {instance_.life().deadline(), watching_.deadline(), health_.deadline()}) {
        if (other && (!due || *other < *due)) due = other;
      }
      for (const LoopEvent& event : loop_.wait(due)) handle(event);
      tick();
    }
    instance_.forget_process();
    side_.end_looks();
    // In a container this is the end of everything: the hook of the last exit may finish.
    while (side_.hooks_run() && !hurried_) {
      for (const LoopEvent& event : loop_.wait(std::nullopt)) handle_after_end(event);
    }
    const int code = watching_.on() && ended_by_ != 0 ? exit_code_of({ExitStatus::Kind::signalled, ended_by_, false})
                                                      : exit_code_of(last_);
    // 143 is Java's own way to end after TERM, and in the words of a shell or of Docker whatever died of it.
    const std::vector<int>& done = spec_.restart.stop_exit_codes;
    return std::find(done.begin(), done.end(), code) != done.end() ? to_int(ExitCode::ok) : code;
  }

 private:
  [[nodiscard]] bool over() const {
    const InstanceState state = instance_.life().state();
    if (state == InstanceState::errored) return !watching_.on();
    if (!executed_ && last_.kind == ExitStatus::Kind::not_started)
      return true;  // reported at once, not tried repeatedly
    return state == InstanceState::stopped && (stopping_ || !(triggers_.has_schedule() || watching_.on()));
  }

  void handle(const LoopEvent& event) {
    switch (event.kind) {
      case LoopEvent::Kind::readable:
        if (event.token == kReport) read_report();
        if (event.token == kChanges) watching_.readable(steady_now());
        if (event.token == kTyped) read_typed();
        return;
      case LoopEvent::Kind::child_stopped: child_stopped(event); return;
      case LoopEvent::Kind::signal: handle_signal(event); return;
      case LoopEvent::Kind::child_exited: ended(event.child, event.status); return;
      case LoopEvent::Kind::writable:
      case LoopEvent::Kind::process_gone: return;
    }
  }

  // The hooks' own time limits end them; a signal does not wait for that.
  void handle_after_end(const LoopEvent& event) {
    if (event.kind == LoopEvent::Kind::child_exited) {
      if (const auto answer = side_.ended(event.child.pid, event.status)) side_command_ended(*answer);
    } else if (event.kind == LoopEvent::Kind::signal && ends(event.signal)) {
      hurried_ = true;
    }
  }

  void side_command_ended(const SideCommands::Answer& answer) {
    if (!answer.look) {
      if (!answer.well) log_event(EventLevel::warning, spec_.name + ": the on-exit command failed: " + answer.words);
      return;
    }
    const Judgement judgement = judge(health_, answer, spec_, instance_, steady_now());
    if (!judgement.words.empty()) log_event(EventLevel::warning, spec_.name + ": " + judgement.words);
    if (judgement.hung && !stopping_) advance(event::Stop{Trigger::health, true, false});
  }

  void watch_files() {
    OwnFiles own;
    if (const auto state = StateDirectory::locate()) {
      for (std::string& path : state->own_paths()) own.add_folder(std::move(path));
    }
    watching_.use(spec_, std::move(own));
    if (!watching_.on()) return;
    tell_trouble();
    log_event(EventLevel::info, "watching " + watching_.extent() + (terminal_ ? "; rs and Enter restart" : ""));
  }

  void tell_trouble() {
    if (watching_.trouble() == told_) return;
    told_ = watching_.trouble();
    if (!told_.empty()) log_event(EventLevel::warning, told_);
  }

  // While the terminal is ours, what is typed is for us.
  void listen() { (void)loop_.watch_readable(terminal_->handle(), kTyped).ok(); }

  void read_typed() {
    const auto line = terminal_->read_line();
    if (!line) {
      loop_.unwatch(terminal_->handle());  // its end, or we are in the background
      return;
    }
    if (*line != "rs" || stopping_) return;
    log_event(EventLevel::info, "restarting");
    advance(event::Stop{Trigger::restart, true, false});
  }

  void child_stopped(const LoopEvent& event) {
    if (!terminal_ || !(event.child == instance_.process())) return;
    if (Terminal::asks_for_it(event.signal)) {
      if (terminal_->give(instance_.process())) loop_.unwatch(terminal_->handle());
    } else if (terminal_->given()) {
      terminal_->suspend(instance_.process());  // Ctrl-Z, which came to the program alone
    }
  }

  [[nodiscard]] static bool ends(int signal) noexcept {
    return signal == kTermSignal || signal == kInterruptSignal || signal == kQuitSignal;
  }

  void handle_signal(const LoopEvent& event) {
    if (terminal_ && event.signal == signal_from_name("TSTP")) {
      terminal_->suspend(instance_.life().leader_gone() ? ProcessId{} : instance_.process());
      return;
    }
    // The kernel notifies only the session leader of a hang-up, and the foreground group when the leader has ended.
    const bool hung_up = event.signal == kHangUpSignal;
    const bool program_has_it = event.from_kernel && shared_ && !hung_up;
    const auto meaning = hung_up ? audience_.hang_up(event.from_kernel) : Audience::HangUp::passed_on;
    if (meaning == Audience::HangUp::not_meant) return;
    if (meaning == Audience::HangUp::passed_on && !ends(event.signal)) {
      if (!program_has_it && !instance_.life().leader_gone()) (void)send_signal(instance_.process(), event.signal).ok();
      return;
    }
    if (hung_up && stopping_) return;  // kernel and shell may both report it; that is not a second request
    // The first asks the program to end, with the very signal that we got; another one makes an end of it.
    StopSettings settings = spec_.stop;
    settings.signal = event.signal;
    instance_.life().set_policies(restart_policy_of(spec_), settings);
    ended_by_ = event.signal;
    silent_signal_ = program_has_it ? event.signal : 0;
    advance(event::Stop{Trigger::stop, false, stopping_});
    silent_signal_ = 0;
    stopping_ = true;
  }

  void tick() {
    const Time now = steady_now();
    if (const auto due = instance_.life().deadline(); due && *due <= now) advance(event::Tick{});
    if (const std::string trouble = look_if_due(health_, side_, spec_, instance_, now); !trouble.empty())
      log_event(EventLevel::warning, spec_.name + ": " + trouble);
    if (triggers_.memory_due(now) && instance_.life().state() == InstanceState::online) check_memory();
    if (const auto why = watching_.due(now); why && !stopping_) {
      log_event(EventLevel::info, *why + ", restarting");
      context_.changed = watching_.changed_files();
      advance(event::Stop{Trigger::watch, true, false});
    }
    tell_trouble();
    if (triggers_.schedule_due(now, wall_now()) && !stopping_) {
      if (instance_.life().state() == InstanceState::stopped) {
        advance(event::Start{});
      } else {
        advance(event::Stop{Trigger::cron, true, false});
      }
    }
  }

  void check_memory() {
    const std::vector<Pid> roots{instance_.process().pid};
    const std::uint64_t used = memory_against(spec_.max_memory, roots);
    if (used <= spec_.max_memory) return;
    log_event(EventLevel::warning, spec_.name + ": memory " + format_size(used) + " exceeds " +
                                       format_size(spec_.max_memory) + ", restarting");
    advance(event::Stop{Trigger::max_memory, true, false});
  }

  void read_report() {
    const auto executed = report_event(loop_, instance_);
    if (!executed) return;
    executed_ = true;
    advance(*executed);
  }

  void ended(const ProcessId& id, const ExitStatus& status) {
    if (const auto answer = side_.ended(id.pid, status)) {
      side_command_ended(*answer);
      return;
    }
    if (!(id == instance_.process()) || instance_.life().leader_gone()) {
      // An orphan of another program, or of this one.
      if (instance_.life().state() == InstanceState::stopping && instance_.life().leader_gone() && members().empty())
        advance(event::TreeEmpty{});
      return;
    }
    instance_.mark_ended();
    read_report();
    if (terminal_ && terminal_->given()) {
      terminal_->take_back();
      listen();
      // Ctrl-C came to the program alone; it means us, too.
      if (status.kind == ExitStatus::Kind::signalled && status.code == kInterruptSignal) end_with_it(kInterruptSignal);
    }
    if (const int signal = audience_.ended_by(status); signal != 0 && !stopping_) end_with_it(signal);
    advance(end_event(loop_, instance_, status, members().empty()));
  }

  // The program's end is ours, and `signal` its cause.
  void end_with_it(int signal) {
    ended_by_ = signal;
    stopping_ = true;
    RestartPolicy never = spec_.restart;
    never.on = RestartOn::never;
    instance_.life().set_policies(never, spec_.stop);
    if (instance_.life().again()) advance(event::Stop{Trigger::stop, false, false});
  }

  // As PID 1 of a container every orphan is re-parented to this process, regardless of its origin; then only a process with
  // the program's marker counts.
  [[nodiscard]] std::vector<ProcessId> members() const {
    std::vector<Pid> orphans = children_of(current_pid());
    if (current_pid() == 1) {
      std::erase_if(orphans, [&](Pid pid) {
        const auto marker = marker_of(pid);
        return !marker || marker->prefix != context_.marker_prefix;
      });
    }
    std::erase_if(orphans, [&](Pid pid) {
      return side_.runs(pid) || (pid == instance_.process().pid && !instance_.life().leader_gone());
    });
    std::erase_if(orphans, watches_over_an_app);
    return instance_.members(orphans, other_app_begins);
  }

  void advance(const LifecycleEvent& event) {
    const auto actions = instance_.life().handle(event, steady_now(), chance_.next());
    bool spawn = false;
    for (const LifecycleAction& act : actions) {
      if (const auto* const exit = std::get_if<action::RecordExit>(&act)) record(*exit);
      if (const auto* const signal = std::get_if<action::Signal>(&act);
          signal != nullptr && signal->signal != silent_signal_) {
        signal_target(instance_, signal->target, signal->signal, members(), shared_);
      }
      if (std::holds_alternative<action::Spawn>(act)) spawn = true;
    }
    tell(actions);
    if (spawn) start();
  }

  void record(const action::RecordExit& exit) {
    last_ = exit.status;
    if (spec_.on_exit.command.empty()) return;
    const LastExit last = last_exit(instance_, instance_.process(), instance_.failed_stage(), exit);
    const Status told = side_.tell_exit(spec_, story_of(spec_, instance_, last, {}, {}), kNoHandle);
    if (!told) log_event(EventLevel::warning, spec_.name + ": " + told.error().message());
  }

  // The program's own end needs no word; what we make of it does.
  void tell(const std::vector<LifecycleAction>& actions) {
    for (const LifecycleAction& act : actions) {
      const auto* const exit = std::get_if<action::RecordExit>(&act);
      if (exit == nullptr || exit->trigger == Trigger::stop) continue;
      if (exit->trigger == Trigger::watch || (exit->trigger == Trigger::restart && watching_.on()))
        continue;  // it was reported
      const std::string what =
          spec_.name + ": " +
          describe_exit(exit->status, instance_.failed_stage().empty() ? "exec" : instance_.failed_stage());
      const InstanceState state = instance_.life().state();
      if (!executed_) {
        log_event(EventLevel::error, what);
      } else if (at_rest(state) && watching_.on() && !stopping_) {
        if (exit->status.success())
          log_event(EventLevel::info, "clean exit - waiting for changes");
        else
          log_event(EventLevel::error, "crashed - waiting for changes (" + what + ")");
      } else if (state == InstanceState::backoff) {
        const auto wait = std::chrono::ceil<Milliseconds>(*instance_.life().deadline() - steady_now());
        log_event(EventLevel::warning, what + ", restarting in " + format_duration(wait));
      } else if (state == InstanceState::errored) {
        log_event(EventLevel::error, what + ", not restarted (--max-restarts)");
      } else if (state == InstanceState::starting) {
        log_event(EventLevel::warning, what + ", restarting");
      }
    }
  }

  void start() {
    audience_.begins();
    if (clears_ && is_terminal(Stream::out)) (void)write_all(Stream::out, "\x1b[H\x1b[2J\x1b[3J");
    advance(spawn_event(loop_, instance_, spec_, context_, kReport));
    context_.changed.clear();
    watch_report(loop_, instance_, kReport);
    instance_.open_gate();
  }

  EventLoop loop_;
  Audience audience_;
  const AppSpec& spec_;
  bool clears_;
  Instance instance_;
  SpawnContext context_;
  Triggers triggers_;
  Watching watching_;
  Health health_;
  SideCommands side_;
  std::optional<Terminal> terminal_;  // with --watch, where there is one
  std::string told_;                  // what is wrong with the watch
  ExitStatus last_;
  Chance chance_;
  bool shared_ = false;  // the program is in our process group
  bool stopping_ = false;
  bool executed_ = false;
  bool hurried_ = false;   // a signal came while the last hooks ran
  int ended_by_ = 0;       // the signal that we got
  int silent_signal_ = 0;  // that the terminal has sent to the program already
};

}  // namespace

int supervise_in_foreground(const AppSpec& spec, bool clears_terminal) {
  open_event_log({});
  const Audience audience;
  auto loop = EventLoop::create(forwarded_signals(spec));
  if (!loop) {
    log_event(EventLevel::error, loop.error().message());
    return to_int(ExitCode::failed);
  }
  become_subreaper();
  return Foreground{std::move(*loop), audience, spec, clears_terminal}.run();
}

}  // namespace forever
