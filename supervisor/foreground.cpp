// `forever run`: one app supervised in place. The same lifecycle as below a keeper, but nothing is kept on disk, the
// program has our own streams, and our exit code is its.
#include <algorithm>
#include <array>

#include "platform/console.hpp"
#include "platform/event_loop.hpp"
#include "platform/signals.hpp"
#include "supervisor/chance.hpp"
#include "supervisor/event_log.hpp"
#include "supervisor/exit_codes.hpp"
#include "supervisor/instance_events.hpp"
#include "supervisor/supervisor.hpp"
#include "supervisor/triggers.hpp"
#include "supervisor/units.hpp"

namespace forever {
namespace {

constexpr std::uint64_t kReport = 1;

// The signals that are taken and passed on; those of job control stay the terminal's.
std::vector<int> forwarded_signals() {
  std::vector<int> signals = {kHangUpSignal, kInterruptSignal, kQuitSignal, kTermSignal};
  for (const char* name : {"USR1", "USR2", "WINCH", "ALRM"}) {
    if (const auto signal = signal_from_name(name)) signals.push_back(*signal);
  }
  return signals;
}

class Foreground {
 public:
  Foreground(EventLoop&& loop, const AppSpec& spec) : loop_(std::move(loop)), spec_(spec), instance_(0, spec) {
    // On a terminal the program must stay in its foreground process group, or it could not read from it.
    shared_ = is_terminal(Stream::in);
    context_.session = shared_ ? SpawnRequest::Session::shared : SpawnRequest::Session::own_group;
    context_.inherit_stdin = true;
    context_.marker_prefix = "run-" + std::to_string(current_pid()) + '/' + spec.name;
  }

  int run() {
    triggers_.use(spec_, steady_now(), wall_now());
    advance(event::Start{});
    while (!over()) {
      std::optional<Time> due = triggers_.deadline(steady_now(), wall_now());
      if (const auto life = instance_.life().deadline(); life && (!due || *life < *due)) due = life;
      for (const LoopEvent& event : loop_.wait(due)) handle(event);
      tick();
    }
    return exit_code_of(last_);
  }

 private:
  [[nodiscard]] bool over() const {
    const InstanceState state = instance_.life().state();
    if (state == InstanceState::errored) return true;
    if (!executed_ && last_.kind == ExitStatus::Kind::not_started)
      return true;  // told at once, not tried again and again
    return state == InstanceState::stopped && (stopping_ || !triggers_.has_schedule());
  }

  void handle(const LoopEvent& event) {
    switch (event.kind) {
      case LoopEvent::Kind::readable: read_report(); return;
      case LoopEvent::Kind::signal: handle_signal(event); return;
      case LoopEvent::Kind::child_exited: ended(event.child, event.status); return;
      case LoopEvent::Kind::writable:
      case LoopEvent::Kind::process_gone: return;
    }
  }

  void handle_signal(const LoopEvent& event) {
    const bool ends = event.signal == kTermSignal || event.signal == kInterruptSignal || event.signal == kQuitSignal ||
                      (event.signal == kHangUpSignal && shared_);
    const bool program_has_it = event.from_kernel && shared_;
    if (!ends) {
      if (!program_has_it && !instance_.life().leader_gone()) (void)send_signal(instance_.process(), event.signal).ok();
      return;
    }
    // The first asks the program to end, with the very signal that we got; another one makes an end of it.
    StopSettings settings = spec_.stop;
    settings.signal = event.signal;
    instance_.life().set_policies(spec_.restart, settings);
    silent_signal_ = program_has_it ? event.signal : 0;
    advance(event::Stop{Trigger::stop, false, stopping_});
    silent_signal_ = 0;
    stopping_ = true;
  }

  void tick() {
    const Time now = steady_now();
    if (const auto due = instance_.life().deadline(); due && *due <= now) advance(event::Tick{});
    if (triggers_.memory_due(now) && instance_.life().state() == InstanceState::online) check_memory();
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
    const std::uint64_t used = usage_of_trees(roots).memory_bytes;
    if (used <= spec_.max_memory) return;
    log_event(EventLevel::warning, spec_.name + ": memory " + format_size(used) + " is over " +
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
    if (!(id == instance_.process()) || instance_.life().leader_gone()) {
      // A stranger, or what the program left behind.
      if (instance_.life().state() == InstanceState::stopping && instance_.life().leader_gone() && members().empty())
        advance(event::TreeEmpty{});
      return;
    }
    read_report();
    advance(end_event(loop_, instance_, status, members().empty()));
  }

  // As PID 1 of a container every orphan is re-parented to us, whoever's it was; then only what bears
  // the program's marker counts.
  [[nodiscard]] std::vector<ProcessId> members() const {
    std::vector<Pid> orphans = children_of(current_pid());
    if (current_pid() == 1) {
      std::erase_if(orphans, [&](Pid pid) {
        const auto marker = marker_of(pid);
        return !marker || marker->prefix != context_.marker_prefix;
      });
    }
    std::erase(orphans, instance_.life().leader_gone() ? 0 : instance_.process().pid);
    return instance_.members(orphans);
  }

  void advance(const LifecycleEvent& event) {
    const auto actions = instance_.life().handle(event, steady_now(), chance_.next());
    bool spawn = false;
    for (const LifecycleAction& act : actions) {
      if (const auto* const exit = std::get_if<action::RecordExit>(&act)) last_ = exit->status;
      if (const auto* const signal = std::get_if<action::Signal>(&act);
          signal != nullptr && signal->signal != silent_signal_) {
        signal_target(instance_, signal->target, signal->signal, members(), shared_);
      }
      if (std::holds_alternative<action::Spawn>(act)) spawn = true;
    }
    tell(actions);
    if (spawn) start();
  }

  // The program's own end needs no word; what we make of it does.
  void tell(const std::vector<LifecycleAction>& actions) {
    for (const LifecycleAction& act : actions) {
      const auto* const exit = std::get_if<action::RecordExit>(&act);
      if (exit == nullptr || exit->trigger == Trigger::stop) continue;
      const std::string what =
          spec_.name + ": " +
          describe_exit(exit->status, instance_.failed_stage().empty() ? "exec" : instance_.failed_stage());
      const InstanceState state = instance_.life().state();
      if (!executed_) {
        log_event(EventLevel::error, what);
      } else if (state == InstanceState::backoff) {
        const auto wait = std::chrono::ceil<Milliseconds>(*instance_.life().deadline() - steady_now());
        log_event(EventLevel::warning, what + ", restarting in " + format_duration(wait));
      } else if (state == InstanceState::errored) {
        log_event(EventLevel::error, what + ", given up");
      } else if (state == InstanceState::starting) {
        log_event(EventLevel::warning, what + ", restarting");
      }
    }
  }

  void start() {
    advance(spawn_event(loop_, instance_, spec_, context_, kReport));
    instance_.open_gate();
  }

  EventLoop loop_;
  const AppSpec& spec_;
  Instance instance_;
  SpawnContext context_;
  Triggers triggers_;
  ExitStatus last_;
  Chance chance_;
  bool shared_ = false;
  bool stopping_ = false;
  bool executed_ = false;
  int silent_signal_ = 0;  // that the terminal has sent to the program already
};

}  // namespace

int supervise_in_foreground(const AppSpec& spec) {
  open_event_log({});
  auto loop = EventLoop::create(forwarded_signals());
  if (!loop) {
    log_event(EventLevel::error, loop.error().message());
    return to_int(ExitCode::failed);
  }
  become_subreaper();
  return Foreground{std::move(*loop), spec}.run();
}

}  // namespace forever
