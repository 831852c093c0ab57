// What is known of the apps: files, locks and the kernel put together; and adoption of those that lost their supervisor.
#include "client/view.hpp"

#include <algorithm>

#include "app/ids.hpp"
#include "app/ours.hpp"
#include "app/watchers.hpp"
#include "client/begin.hpp"
#include "client/launch_lock.hpp"
#include "client/side_by_side.hpp"
#include "platform/evidence.hpp"
#include "platform/files.hpp"
#include "platform/local_socket.hpp"
#include "platform/lock.hpp"
#include "platform/signals.hpp"

namespace forever {
namespace {

constexpr Milliseconds kRewritePatience{2000};  // for a supervisor that was asked to write its files again
constexpr Milliseconds kRewriteLook{5};
constexpr Milliseconds kStartWritesPatience{500};  // with a start that has the lock and has not written its record yet

bool any_alive(const AppStatus& status) {
  return std::ranges::any_of(status.instances, [](const InstanceStatus& instance) {
    return instance.process.pid != 0 && presence(instance.process) == Presence::alive;
  });
}

// The part of a lost status that the spec contains.
AppStatus status_from_spec(const StateDirectory& state, const std::string& name) {
  const auto spec = state.read_spec(name);
  AppStatus status = spec ? status_of(*spec) : AppStatus{};
  if (!spec) status.id = claimed_id(state, name).value_or(kNoId);
  status.name = name;
  status.desired = Desired::stopped;
  return status;
}

// What is read of an app before anything is decided.
struct Glance {
  Result<AppStatus> status;
  Result<LockState> lock;
};

Glance glance(const StateDirectory& state, const std::string& name, const HostId& host) {
  return {read_own_status(state, name, host), probe_lock(state.lock_path(name))};
}

// Looks at one app after the other; what all need is found out once.
class Judge {
 public:
  Judge(const StateDirectory& state, bool adopt) : state_(state), adopt_(adopt), traces_(state) {}

  [[nodiscard]] const HostId& host() const noexcept { return host_; }
  [[nodiscard]] Traces& traces() noexcept { return traces_; }
  [[nodiscard]] AppView judge(const std::string& name, Glance seen);

 private:
  void judge_lost(AppView& view, const Error& error);
  void judge_unlocked(AppView& view);
  void see_instances(AppView& view) const;
  [[nodiscard]] bool await_rewrite(AppView& view, bool lock_too);
  [[nodiscard]] bool is_kept_elsewhere(AppView& view);
  void adopt_app(AppView& view);

  const StateDirectory& state_;
  bool adopt_;
  HostId host_ = host_id();
  Traces traces_;
  std::optional<Time> patience_ends_;  // one for all apps
};

// The supervisor is alive but its files are missing: waits until it has written them again. false: there is no such supervisor.
bool Judge::await_rewrite(AppView& view, bool lock_too) {
  if (!wake_supervisor(state_, view.name, view.trouble.empty() ? &view.status : nullptr, traces_)) return false;
  const Time deadline = steady_now() + kRewritePatience;
  while (steady_now() < deadline) {
    const auto locked = probe_lock(state_.lock_path(view.name));
    auto status = read_own_status(state_, view.name, host_);
    if (status && (!lock_too || (locked && *locked == LockState::held))) {
      view.status = std::move(*status);
      view.trouble.clear();
      return true;
    }
    (void)wait_readable({}, kRewriteLook);
  }
  return true;
}

void Judge::adopt_app(AppView& view) {
  if (!state_.is_laid_out()) state_.note_loss();
  if (const Status usable = state_.prepare(); !usable) {
    view.trouble = usable.error().message();
    return;
  }
  auto lock = lock_for_launch(state_, view.name, host_, &traces_);
  if (!lock) {
    view.trouble = lock.error().message();
    return;
  }
  if (*lock) {
    if (!exists(state_.app_directory(view.name)) && !Traces{state_}.app_lives(view.name)) {
      view.deleted = true;  // by another process that was faster
      return;
    }
    (void)state_.make_app_directory(view.name).ok();
    const auto word = begin_supervisor(state_, view.name, std::move(*lock), Beginning::adopt, KeepersToCome::perhaps);
    const StartReport report = word ? first_word(word->get()) : StartReport{false, {}, word.error().message(), 0, {}};
    const bool left_to_another = report.silent && await_rewrite(view, true);
    if (!left_to_another && !report.started) {
      view.trouble = "cannot adopt " + view.name + ": " + report.reason;
      return;
    }
    view.adopted = !left_to_another;
  } else {
    (void)await_rewrite(view, true);
  }
  view.supervised = true;  // by this process, or by another that was faster
  if (auto status = state_.read_status(view.name)) {
    view.status = std::move(*status);
    view.trouble.clear();
  }
}

// Its supervisor cannot report (it is suspended, or cannot write): the pid files identify running instances.
void Judge::see_instances(AppView& view) const {
  for (InstanceStatus& instance : view.status.instances) {
    const auto pid = Ours{state_}.pid_by_file(view.name, instance.slot);
    const auto id = pid ? identify(*pid) : std::nullopt;
    if (!id) continue;
    instance.process = *id;
    instance.state = InstanceState::online;
    instance.started_ms = to_ms(steady_now() - age_of(*id));
  }
}

// The status is useless: the app's processes are searched.
void Judge::judge_lost(AppView& view, const Error& error) {
  view.trouble = error.message();
  // Left to the forever that understands it.
  const bool newer = is_of_newer_format(error);
  // A free lock may be a new file in the place of the one that a living supervisor holds: then only its title identifies it.
  const bool held = view.supervised;
  if (!newer && (held || adopt_) && await_rewrite(view, !held)) view.supervised = true;
  if (view.supervised && view.trouble.empty()) return;
  view.status = status_from_spec(state_, view.name);
  if (view.supervised) see_instances(view);
  if (view.supervised || newer) return;
  if (error.code == std::errc::no_such_file_or_directory) view.trouble.clear();
  if (adopt_ && traces_.app_lives(view.name)) adopt_app(view);
}

// The record says that nothing runs, but the lock's file, which is never removed, is missing: the record may be wrong, too.
void Judge::judge_unlocked(AppView& view) {
  if (traces_.lives(view.name)) {
    adopt_app(view);
  } else {
    (void)try_lock(state_.lock_path(view.name)).ok();  // so that this is not looked into at each command
  }
}

// The record was written elsewhere: on another machine, in another container, before a reboot. That alone says nothing of now: a
// container that is started again on its volume finds just that. But a lock that is held, or a control socket that answers, says
// that it is kept there; unless a supervisor of ours is about to write its record.
bool Judge::is_kept_elsewhere(AppView& view) {
  const std::string lock = state_.lock_path(view.name);
  for (;;) {
    const auto locked = probe_lock(lock);
    view.supervised = locked && *locked == LockState::held;
    if (!view.supervised) return answers_locally(state_.app_directory(view.name), "control");
    if (auto status = read_own_status(state_, view.name, host_); status && status->host == host_) {
      view.status = std::move(*status);
      return false;
    }
    if (!patience_ends_) patience_ends_ = steady_now() + kStartWritesPatience;
    if (steady_now() >= *patience_ends_) break;
    (void)wait_readable({}, kRewriteLook);
  }
  const auto watcher = traces_.watcher_of(view.name);  // one that cannot write
  if (watcher && shares_pids(watcher->pid)) return false;
  view.supervised = false;
  return true;
}

AppView Judge::judge(const std::string& name, Glance seen) {
  AppView view;
  view.name = name;
  auto& [status, lock] = seen;
  view.supervised = lock && *lock == LockState::held;
  if (!status) {
    judge_lost(view, status.error());
    return view;
  }
  view.status = std::move(*status);
  if (view.status.host != host_) view.foreign = is_kept_elsewhere(view);
  if (view.supervised) return view;
  view.rebooted = !view.foreign && view.status.host != host_;
  if (view.rebooted && Ours{state_}.pid_by_file(name, 0)) {
    // An older status was put in the place of the true one.
    view.rebooted = false;
    judge_lost(view, none_of_this_boot(state_.status_path(name)));
    return view;
  }
  if (view.foreign || view.rebooted) return view;
  if (recorded_watchers_live(state_, name, view.status, host_)) {
    view.supervised = true;
    (void)await_rewrite(view, true);
  } else if (adopt_ && !at_rest(view.status)) {
    adopt_app(view);
  } else if (adopt_ && !exists(state_.lock_path(name))) {
    judge_unlocked(view);
  }
  return view;
}

}  // namespace

bool wake_supervisor(const StateDirectory& state, const std::string& name, const AppStatus* recorded, Traces& traces) {
  if (recorded != nullptr) {
    for (const ProcessId& id : {recorded->supervisor, recorded->keeper}) {  // a keeper passes it on
      if (may_watch(state, name, id) && send_signal(id, kHangUpSignal)) return true;
    }
  }
  const auto watcher = traces.watcher_of(name);
  return watcher && send_signal(*watcher, kHangUpSignal).ok();
}

bool is_up(std::string_view word) noexcept { return word == "online" || word == "starting" || word == kCrashing; }
bool is_kept(std::string_view word) noexcept { return is_up(word) || word == "backoff" || word == "stopping"; }

std::string AppView::state_word() const {
  if (foreign) return "foreign";
  if (rebooted) return to_string(InstanceState::stopped);
  if (!supervised && any_alive(status)) return "unsupervised";
  if (!supervised && !at_rest(status)) return to_string(InstanceState::stopped);
  return shown_state(status, steady_now());
}

namespace {

// Apps that were started and not deleted since, and have no directory now.
std::vector<std::string> without_folder(const StateDirectory& state, const std::vector<std::string>& names) {
  std::vector<std::string> lost;
  for (IdClaim& claim : id_claims(state)) {
    if (std::ranges::binary_search(names, claim.name)) continue;
    const bool being_started = claim.claimer.pid != 0 && presence(claim.claimer) == Presence::alive;
    if (!being_started) lost.push_back(std::move(claim.name));
  }
  return lost;
}

// Those that live without an entry, in their places.
void add_lost(std::vector<std::string>& names, Traces& traces) {
  for (std::string& name : traces.names()) {
    const auto place = std::ranges::lower_bound(names, name);
    if (place == names.end() || *place != name) names.insert(place, std::move(name));
  }
}

}  // namespace

std::vector<AppView> view_apps(const StateDirectory& state, bool adopt) {
  std::vector<AppView> views;
  Judge judge{state, adopt};
  std::vector<std::string> names = state.names();
  std::vector<std::string> lost = without_folder(state, names);
  if (!lost.empty() || !state.is_laid_out() || state.lost_lately()) add_lost(names, judge.traces());
  std::erase_if(lost, [&](const std::string& name) { return std::ranges::binary_search(names, name); });
  if (adopt) release_ids(state, lost);  // nothing is left of them
  if (names.empty()) return views;
  views.reserve(names.size());
  std::vector<std::optional<Glance>> seen(names.size());
  side_by_side(names.size(), [&](std::size_t index) { seen[index] = glance(state, names[index], judge.host()); });
  for (std::size_t index = 0; index < names.size(); ++index) {
    AppView view = judge.judge(names[index], std::move(*seen[index]));
    if (!view.deleted) views.push_back(std::move(view));
  }
  return views;
}

AppView view_app(const StateDirectory& state, const std::string& name, bool adopt) {
  Judge judge{state, adopt};
  return judge.judge(name, glance(state, name, judge.host()));
}

void bring_back(const StateDirectory& state) {
  if (!state.is_laid_out() && !view_apps(state, true).empty()) state.note_loss();
}

}  // namespace forever
