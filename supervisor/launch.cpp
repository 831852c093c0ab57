// From the command line to a supervisor that runs.
#include "supervisor/launch.hpp"

#include "platform/files.hpp"
#include "platform/keeper.hpp"
#include "platform/lock.hpp"
#include "platform/pipe.hpp"
#include "supervisor/adopt.hpp"
#include "supervisor/spec.hpp"

namespace forever {
namespace {

// How long a command waits for a supervisor's first word. It comes in milliseconds; this bounds a machine that hangs.
constexpr Milliseconds kReportPatience{30000};
// What a supervisor has open, and room for a client, a spawn and a look at the kernel's tables.
constexpr std::uint64_t kFewestDescriptors = 32;

}  // namespace

bool recorded_supervisor_lives(const AppStatus& status, const HostId& host) {
  return status.host == host && status.supervisor.pid != 0 && presence(status.supervisor) == Presence::alive;
}

Result<StartReport> launch_supervisor(const StateDirectory& state, const std::string& name, Handle lock,
                                      const char* mode) {
  auto pipe = make_pipe();
  if (!pipe) return pipe.error();
  KeeperFace face{"forever: " + name, state.app_directory(name), {state.path(), name, mode}, {}};
  face.held.insert_or_assign("lock", std::move(lock));
  face.held.insert_or_assign("report", std::move(pipe->write));
  const auto keeper = launch_keeper(std::move(face));
  if (!keeper) return keeper.error();
  return decode_start_report(read_to_end(pipe->read.get(), kReportPatience));
}

Result<LaunchOutcome> launch_app(const StateDirectory& state, const AppSpec& spec) {
  for (const ResourceLimit& limit : current_limits()) {
    // With fewer a supervisor could start an app, and then neither look at it nor stop it.
    if (limit.name == "NOFILE" && limit.soft < kFewestDescriptors) {
      return Error{"supervise with " + std::to_string(limit.soft) + " open files allowed; " +
                       std::to_string(kFewestDescriptors) + " are needed (ulimit -n)",
                   {}};
    }
  }
  if (const auto prepared = state.prepare(); !prepared) return prepared.error();
  auto lock = try_lock(state.lock_path(spec.name));
  if (!lock) return lock.error();
  if (!*lock) return LaunchOutcome{true, {}};
  const std::string path = state.spec_path(spec.name);
  const auto old_spec = read_file(path);
  // The lock is free, but its file may have been deleted under a living supervisor.
  const HostId host = host_id();
  const auto status = read_own_status(state, spec.name, host);
  if (!status && is_of_newer_format(status.error())) return status.error();
  if (old_spec && status && recorded_supervisor_lives(*status, host)) return LaunchOutcome{true, {}};
  if ((!status || status->host != host) && exists(state.pid_path(spec.name, 0))) {
    // It ran, and what is left does not tell what has become of it: what lives is taken over rather than doubled.
    lock->reset();
    if (view_app(state, spec.name, true).supervised) return LaunchOutcome{true, {}};
    lock = try_lock(state.lock_path(spec.name));
    if (!lock) return lock.error();
    if (!*lock) return LaunchOutcome{true, {}};
  }
  if (const auto made = make_private_directory(state.app_directory(spec.name)); !made) return made.error();
  const auto withdraw = [&] {
    if (old_spec) {
      (void)write_atomically(path, *old_spec, Durability::rename_only).ok();
    } else {
      (void)state.remove_app(spec.name, true).ok();
    }
  };
  // What stands there word for word is not written again: a stopped app starts on a full disk, too.
  if (!old_spec || *old_spec != spec_to_json(spec)) {
    if (const auto written = state.write_spec(spec); !written) {
      withdraw();
      return written.error();
    }
  }
  auto report = launch_supervisor(state, spec.name, std::move(*lock), "start");
  const bool silent = report && !report->started && report->stage.empty() && report->code == 0;
  // Both were killed before they could tell: the program may run by now, and then nothing may be withdrawn from it.
  if (silent && view_app(state, spec.name, true).supervised) return LaunchOutcome{true, {}};
  if (!report || !report->started) withdraw();
  if (!report) return report.error();
  return LaunchOutcome{false, std::move(*report)};
}

}  // namespace forever
