// From the command line to a supervisor that runs.
#include "client/launch.hpp"

#include <algorithm>
#include <deque>
#include <variant>

#include "app/ids.hpp"
#include "app/log_paths.hpp"
#include "app/spec.hpp"
#include "client/begin.hpp"
#include "client/launch_lock.hpp"
#include "client/view.hpp"
#include "platform/files.hpp"
#include "platform/lock.hpp"

namespace forever {
namespace {

// Supervisors that prepare themselves while the next app is put on record.
constexpr std::size_t kSideBySide = 8;
// The start is recorded before anything is created, so that a command that finds the app without a supervisor knows that it is wanted.
AppStatus wanted_status(const AppSpec& spec, const Result<AppStatus>& last, const HostId& host) {
  AppStatus status = status_of(spec);
  status.host = host;
  if (last) status.last_exits = last->last_exits;
  for (InstanceStatus& instance : status.instances) {
    instance.state = InstanceState::starting;
    if (!last || last->host != host) continue;
    const auto known = std::ranges::find(last->instances, instance.slot, &InstanceStatus::slot);
    if (known == last->instances.end()) continue;
    instance.generation = known->generation;
    if (presence(known->process) == Presence::alive) instance = *known;
  }
  return status;
}

// What was on record of an app before a start, to be put back if that fails. Of one that was not known nothing stays.
class FormerRecord {
 public:
  FormerRecord(const StateDirectory& state, const std::string& name)
      : state_(state),
        name_(name),
        spec_(read_record(state.spec_path(name))),
        status_(read_record(state.status_path(name))) {}

  [[nodiscard]] bool has_spec(const AppSpec& spec) const { return spec_ && *spec_ == spec_to_json(spec); }
  void put_back(bool status_too) const {
    if (!spec_) {
      (void)state_.remove_app(name_, true).ok();
      release_ids(state_, {name_});
      return;
    }
    (void)write_atomically(state_.spec_path(name_), *spec_, Durability::rename_only).ok();
    if (!status_too) return;
    const std::string path = state_.status_path(name_);
    const Status done = status_ ? write_atomically(path, *status_, Durability::rename_only) : remove_tree(path);
    (void)done.ok();
  }

 private:
  const StateDirectory& state_;
  std::string name_;
  Result<std::string> spec_, status_;
};

// An app whose supervisor has been made and has not said a word yet.
struct UnderWay {
  std::size_t place;
  FormerRecord former;
  std::vector<std::string> logs;  // of its own
  Result<Handle> word;
};

std::vector<std::string> logs_of(const AppSpec& spec) {
  std::vector<std::string> logs;
  for (const std::string* const path : {&spec.logs.out, &spec.logs.err}) {
    if (!path->empty()) logs.push_back(canonical_path(*path));
  }
  return logs;
}

// What the starts of one command share: what is found out once for all of them.
struct Start {
  const StateDirectory& state;
  HostId host = host_id();
  Traces traces{state};
  std::optional<std::vector<IdClaim>> claims{};
};

// An app that was deleted leaves nothing but its lock; one that was not has a directory, or at least a claim that is not ours.
bool ran_before(Start& start, const std::string& name) {
  if (exists(start.state.app_directory(name))) return true;
  if (!start.claims) start.claims = id_claims(start.state);
  return std::ranges::any_of(
      *start.claims, [&](const IdClaim& claim) { return claim.name == name && claim.claimer.pid != current_pid(); });
}

// Whether a file that would show a running app is missing: then only the process table can.
bool incomplete(Start& start, const std::string& name) {
  const StateDirectory& state = start.state;
  const bool whole = exists(state.lock_path(name)) && exists(state.spec_path(name)) && exists(state.status_path(name));
  return !whole && (state.lost_lately() || ran_before(start, name));
}

// Whether the app must be adopted instead of started: it is recorded as running, or is running although
// its files do not record it.
bool to_be_adopted(Start& start, const std::string& name, const Result<AppStatus>& status, bool missing) {
  const bool of_now = status && status->host == start.host;
  if (of_now && !at_rest(*status)) return true;
  return (missing || (!of_now && exists(start.state.pid_path(name, 0)))) && start.traces.app_lives(name);
}

// The result without a start, or the begun start.
std::variant<UnderWay, Result<LaunchOutcome>> begin_app(Start& start, const AppSpec& spec, std::size_t place,
                                                        KeepersToCome to_come) {
  using Said = Result<LaunchOutcome>;
  const StateDirectory& state = start.state;
  const Said already{LaunchOutcome{true, {}}};
  if (spec.cgroup.any()) {
    if (const auto group = place_for(spec.cgroup); !group) return Said{group.error()};
  }
  const bool missing = incomplete(start, spec.name);
  Traces* const traces = missing ? &start.traces : nullptr;
  auto lock = lock_for_launch(state, spec.name, start.host, traces);
  if (!lock) return Said{lock.error()};
  if (!*lock) {
    (void)view_app(state, spec.name, true);  // where files are missing its supervisor writes them again
    return already;
  }
  auto status = read_own_status(state, spec.name, start.host);
  if (!status && is_of_newer_format(status.error())) return Said{status.error()};
  if (to_be_adopted(start, spec.name, status, missing)) {
    if (!exists(state.spec_path(spec.name))) (void)state.write_spec(spec).ok();
    lock->reset();
    const AppView view = view_app(state, spec.name, true);
    if (view.supervised) return already;
    if (!view.trouble.empty()) return Said{Error{view.trouble, {}}};
    lock = lock_for_launch(state, spec.name, start.host, traces);
    if (!lock) return Said{lock.error()};
    if (!*lock) return already;
    status = read_own_status(state, spec.name, start.host);
  }
  if (const auto log = log_in_use(spec)) {
    return Said{
        Error{"another app writes to " + *log + "; give " + spec.name + " a log of its own (--out, --err)", {}}};
  }
  if (const auto made = state.make_app_directory(spec.name); !made) return Said{made.error()};
  FormerRecord former{state, spec.name};
  // An identical spec is not written again, so that a stopped app starts on a full disk, too.
  if (!former.has_spec(spec)) {
    if (const auto written = state.write_spec(spec); !written) {
      former.put_back(true);
      return Said{written.error()};
    }
  }
  (void)state.write_status(wanted_status(spec, status, start.host)).ok();
  return UnderWay{place, std::move(former), logs_of(spec),
                  begin_supervisor(state, spec.name, std::move(*lock), Beginning::start, to_come)};
}

Result<LaunchOutcome> end_app(const StateDirectory& state, const AppSpec& spec, const UnderWay& beginning) {
  Result<StartReport> report =
      beginning.word ? first_word(beginning.word->get()) : Result<StartReport>{beginning.word.error()};
  // Both were killed before they could report: the program may run by now, and then nothing may be withdrawn from it. Or another
  // supervisor has the app.
  if (report && report->silent && view_app(state, spec.name, true).supervised) return LaunchOutcome{true, {}};
  // Where the program could not be started the supervisor has put that on record.
  if (!report || !report->started) beginning.former.put_back(!report || report->stage.empty());
  if (!report) return report.error();
  return LaunchOutcome{false, std::move(*report)};
}

std::vector<Result<LaunchOutcome>> launch_all(const StateDirectory& state, const std::vector<const AppSpec*>& specs,
                                              KeepersToCome to_come) {
  Status possible = enough_descriptors();
  if (possible) possible = state.prepare();
  std::vector<Result<LaunchOutcome>> outcomes(
      specs.size(), possible ? Result<LaunchOutcome>{LaunchOutcome{}} : Result<LaunchOutcome>{possible.error()});
  if (!possible) return outcomes;
  Start start{state};
  std::deque<UnderWay> under_way;
  const auto end_first = [&] {
    const UnderWay& first = under_way.front();
    outcomes[first.place] = end_app(state, *specs[first.place], first);
    under_way.pop_front();
  };
  for (std::size_t i = 0; i < specs.size(); ++i) {
    // Whether a log is another's is known once that one's supervisor has opened it.
    const std::vector<std::string> logs = logs_of(*specs[i]);
    const auto writes_there = [&](const UnderWay& one) {
      return std::ranges::find_first_of(one.logs, logs) != one.logs.end();
    };
    while (std::ranges::any_of(under_way, writes_there) || under_way.size() == kSideBySide) end_first();
    auto begun = begin_app(start, *specs[i], i, to_come);
    if (auto* said = std::get_if<Result<LaunchOutcome>>(&begun)) {
      outcomes[i] = std::move(*said);
    } else {
      under_way.push_back(std::move(std::get<UnderWay>(begun)));
    }
  }
  while (!under_way.empty()) end_first();
  return outcomes;
}

}  // namespace

Result<LaunchOutcome> launch_app(const StateDirectory& state, const AppSpec& spec) {
  return std::move(launch_all(state, {&spec}, KeepersToCome::none).front());
}

std::vector<Result<LaunchOutcome>> launch_apps(const StateDirectory& state, const std::vector<const AppSpec*>& specs) {
  return launch_all(state, specs, KeepersToCome::perhaps);
}

}  // namespace forever
