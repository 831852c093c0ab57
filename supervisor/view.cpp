// What is known of the apps: files, locks and the kernel put together; and adoption of those that lost their supervisor.
#include <algorithm>

#include "platform/files.hpp"
#include "platform/local_socket.hpp"
#include "platform/lock.hpp"
#include "platform/signals.hpp"
#include "supervisor/adopt.hpp"
#include "supervisor/instance.hpp"
#include "supervisor/launch.hpp"
#include "supervisor/side_by_side.hpp"

namespace forever {
namespace {

constexpr Milliseconds kRewritePatience{2000};  // for a supervisor that was told to write its files anew
constexpr Milliseconds kRewriteLook{5};

bool any_alive(const AppStatus& status) {
  return std::ranges::any_of(status.instances, [](const InstanceStatus& instance) {
    return instance.process.pid != 0 && presence(instance.process) == Presence::alive;
  });
}

// Whether a process with the app's marker lives although no status tells of it.
bool marked_process_lives(const StateDirectory& state, const std::string& name) {
  const std::string prefix = state.identity() + '/' + name;
  bool found = false;
  for_each_process([&](const ProcessEntry& entry) {
    if (found) return;
    const auto marker = marker_of(entry.id.pid);
    found = marker && marker->prefix == prefix && presence(entry.id) == Presence::alive;
  });
  return found;
}

// What a lost status can be told from the spec.
AppStatus status_from_spec(const StateDirectory& state, const std::string& name) {
  AppStatus status;
  status.name = name;
  status.desired = Desired::stopped;
  const auto spec = state.read_spec(name);
  if (!spec) return status;
  status.id = spec->id;
  status.app_namespace = spec->app_namespace;
  status.user = spec->user;
  status.command = command_of(*spec, true);
  status.directory = spec->directory;
  for (std::uint32_t slot = 0; slot < spec->instances; ++slot) status.instances.emplace_back().slot = slot;
  return status;
}

// The supervisor lives, its files do not: waits until it has written them anew. false: there is no such supervisor.
bool await_rewrite(const StateDirectory& state, AppView& view, bool lock_too) {
  if (!wake_supervisor(state, view.name, view.trouble.empty() ? &view.status : nullptr)) return false;
  const Time deadline = steady_now() + kRewritePatience;
  while (steady_now() < deadline) {
    const auto locked = probe_lock(state.lock_path(view.name));
    auto status = state.read_status(view.name);
    if (status && (!lock_too || (locked && *locked == LockState::held))) {
      view.status = std::move(*status);
      view.trouble.clear();
      return true;
    }
    (void)wait_readable({}, kRewriteLook);
  }
  return true;
}

void adopt_app(const StateDirectory& state, AppView& view) {
  auto lock = try_lock(state.lock_path(view.name));
  if (!lock) {
    view.trouble = lock.error().message();
    return;
  }
  if (*lock) {
    (void)make_private_directory(state.app_directory(view.name)).ok();  // where it was deleted
    const auto report = launch_supervisor(state, view.name, std::move(*lock), "adopt");
    if (!report || !report->started) {
      view.trouble = "cannot adopt " + view.name + ": " + (report ? report->reason : report.error().message());
      return;
    }
    view.adopted = true;
  }
  view.supervised = true;  // by us, or by somebody who was quicker
  if (auto status = state.read_status(view.name)) {
    view.status = std::move(*status);
    view.trouble.clear();
  }
}

// What is read of an app before anything is decided.
struct Glance {
  Result<AppStatus> status;
  Result<LockState> lock;
};

Glance glance(const StateDirectory& state, const std::string& name) {
  return {state.read_status(name), probe_lock(state.lock_path(name))};
}

AppView judge(const StateDirectory& state, const std::string& name, Glance seen, const HostId& host, bool adopt) {
  AppView view;
  view.name = name;
  auto& [status, lock] = seen;
  view.supervised = lock && *lock == LockState::held;
  if (status) {
    view.status = std::move(*status);
  } else {
    view.trouble = status.error().message();
    // A free lock may be a new file in the place of the one that a living supervisor holds: then only its title tells of it.
    const bool held = view.supervised;
    if ((held || adopt) && await_rewrite(state, view, !held)) view.supervised = true;
    if (view.supervised) {
      if (!view.trouble.empty()) view.status = status_from_spec(state, name);
      return view;
    }
    view.status = status_from_spec(state, name);
    if (status.error().code == std::errc::no_such_file_or_directory) view.trouble.clear();
    if (adopt && marked_process_lives(state, name)) adopt_app(state, view);
    return view;
  }
  if (view.supervised) return view;
  const HostId& theirs = view.status.host;
  view.foreign = !(theirs == HostId{}) && (theirs.machine != host.machine ||
                                           (theirs.boot == host.boot && theirs.pid_namespace != host.pid_namespace));
  view.rebooted = !view.foreign && theirs.boot != host.boot;
  if (view.foreign || view.rebooted) return view;
  if (recorded_supervisor_lives(view.status, host)) {
    view.supervised = true;
    (void)await_rewrite(state, view, true);
  } else if (adopt && !at_rest(view.status)) {
    adopt_app(state, view);
  }
  return view;
}

}  // namespace

bool wake_supervisor(const StateDirectory& state, const std::string& name, const AppStatus* recorded) {
  if (recorded != nullptr && recorded->supervisor.pid != 0)
    return send_signal(recorded->supervisor, kHangUpSignal).ok();
  const std::string title = "forever: " + name;
  const std::string directory = state.app_directory(name);
  bool found = false;
  for_each_process([&](const ProcessEntry& entry) {
    // A removed directory is shown as "/path (deleted)".
    if (found || entry.title != title || !entry.cwd.starts_with(directory)) return;
    found = send_signal(entry.id, kHangUpSignal).ok();
  });
  return found;
}

std::string AppView::state_word() const {
  if (foreign) return "foreign";
  if (rebooted) return to_string(InstanceState::stopped);
  if (!supervised && any_alive(status)) return "unsupervised";
  if (!supervised && !at_rest(status)) return to_string(InstanceState::stopped);
  return to_string(overall_state(status));
}

std::vector<AppView> view_apps(const StateDirectory& state, bool adopt) {
  std::vector<AppView> views;
  const std::vector<std::string> names = state.names();
  if (names.empty()) return views;
  const HostId host = host_id();
  views.reserve(names.size());
  std::vector<std::optional<Glance>> seen(names.size());
  side_by_side(names.size(), [&](std::size_t index) { seen[index] = glance(state, names[index]); });
  for (std::size_t index = 0; index < names.size(); ++index) {
    views.push_back(judge(state, names[index], std::move(*seen[index]), host, adopt));
  }
  return views;
}

AppView view_app(const StateDirectory& state, const std::string& name, bool adopt) {
  return judge(state, name, glance(state, name), host_id(), adopt);
}

}  // namespace forever
