#include "supervisor/succession/adoption.hpp"

#include <algorithm>
#include <array>

#include "app/log_paths.hpp"
#include "app/secret.hpp"
#include "platform/local_socket.hpp"
#include "platform/users.hpp"
#include "supervisor/succession/lost.hpp"
#include "supervisor/tokens.hpp"

namespace forever {
namespace {

constexpr Milliseconds kRecordPatience{
    500};  // with a keeper that was stopped, or parent of none of it: the exit is unknown then

// In the place of a spec that was lost: enough to stop what lives and to keep what it writes. There is no command in it: what a
// process shows as its arguments anybody can choose, and nothing is started by that.
AppSpec stand_in_for_spec(const AppStatus& status) {
  AppSpec spec;
  spec.name = status.name;
  spec.id = status.id;
  spec.app_namespace = status.app_namespace;
  spec.directory = status.directory;
  if (!status.user.empty() && status.user != user_name(effective_uid())) spec.user = status.user;
  spec.restart.on = RestartOn::never;
  spec.logs.out = status.out_log;
  spec.logs.err = status.err_log;
  spec.logs.merge = status.err_log.empty();
  spec.hold_ports = !status.ports.empty();
  for (const InstanceStatus& instance : status.instances) {
    if (instance.role == Role::serving) spec.instances = std::max(spec.instances, instance.slot + 1);
  }
  return spec;
}

}  // namespace

Status Adoption::begin() {
  app_.host = host_id();
  const auto secret = make_secret(app_.state);
  if (!secret) app_.log_later(EventLevel::warning, secret.error().message());
  app_.ours.emplace(app_.state, secret ? std::optional{*secret} : std::nullopt);
  std::optional<AppStatus> recorded;
  if (Status read = read_spec_and_status(recorded); !read) return read;
  if (auto watched = loop_.watch_readable(link_.native(), kLinkToken); !watched) return watched;
  read_records();
  AppStatus last = recorded ? *recorded : AppStatus{};
  if (!recorded || last.host != app_.host) last.instances.clear();
  disown_strangers(last);
  await_records(last);
  recover_lost(app_, last);
  if (recorded && recorded->host != app_.host && !last.instances.empty()) {
    last.desired = Desired::online;  // that lives; what the record of another time wanted is void
    last.plan = PlanStep::none;
  }
  Outputs::Alive alive;
  for (const InstanceStatus& instance : last.instances) {
    if (presence(instance.process) == Presence::alive) alive.emplace(instance.slot, instance.process.pid);
  }
  if (auto pipes = outputs_.open_pipes(app_.state, app_.spec, held_, link_, alive); !pipes) return pipes;
  if (auto opened = adopt_passed(last); !opened && app_.fresh) return opened;
  unasked_.begin_watching();  // before the program runs, so that no change is missed
  resume(last);
  for (const ExitRecord& record : std::exchange(records_, {})) keeper_.note(record.id);

  outputs_.open_logs(app_.state, app_.spec);
  unasked_.use_triggers(steady_now());
  files_.watch();
  files_.open_control();
  if (!app_.spec_lost) files_.hold_spec();
  return Done{};
}

// What a newer forever has written is neither guessed at nor written over. `recorded` stays empty where there is no record.
Status Adoption::read_spec_and_status(std::optional<AppStatus>& recorded) {
  auto read = read_own_status(app_.state, app_.name, app_.host);
  auto spec = app_.state.read_spec(app_.name);
  if (!read && is_of_newer_format(read.error())) return read.error();
  if (!spec && is_of_newer_format(spec.error())) return spec.error();
  if (auto held = files_.held_spec(); !spec && held) {
    app_.log_later(EventLevel::warning, spec.error().message() + "; the keeper has it, and it is written again");
    spec = std::move(held);
    (void)app_.state.write_spec(*spec).ok();
  }
  if (!spec && !read && !app_.fresh) {
    if (auto rebuilt = status_from_kernel(app_)) read = std::move(*rebuilt);
  }
  if (!spec && (app_.fresh || !read)) return spec.error();
  app_.spec_lost = !spec;
  if (app_.spec_lost)
    app_.log_later(EventLevel::warning, spec.error().message() + "; running instances are not restarted");
  app_.spec = spec ? std::move(*spec) : stand_in_for_spec(*read);
  merge_same_logs(app_.spec);
  for (std::uint32_t slot = 0; slot < app_.spec.instances; ++slot) roster_.add(slot, app_.spec);
  if (read) app_.last_exits = read->last_exits;
  if (read) app_.command = read->command;
  if (read) recorded = std::move(*read);
  return Done{};
}

void Adoption::read_records() {
  ExitRecord record;
  while (link_.receive(record) == KeeperLink::Receipt::record) records_.push_back(record);
}

// What ended this moment as the child of our predecessor is the keeper's, which will report how it ended.
void Adoption::await_records(const AppStatus& last) {
  if (!(last.keeper == app_.keeper)) return;
  const auto untold = [&](const InstanceStatus& instance) {
    return instance.process.pid != 0 && presence(instance.process) != Presence::alive &&
           std::ranges::find(records_, instance.process, &ExitRecord::id) == records_.end();
  };
  const std::array<NativeHandle, 1> link{link_.native()};
  if (!records_patience_) records_patience_ = steady_now() + kRecordPatience;
  while (std::ranges::any_of(last.instances, untold)) {
    const auto left = std::chrono::ceil<Milliseconds>(*records_patience_ - steady_now());
    if (left <= Milliseconds{0} || wait_readable(link, left) < 0) return;
    const std::size_t before = records_.size();
    read_records();
    if (records_.size() == before) return;  // the keeper is gone, too
  }
}

// What the record names and is none of the app's (the record was exchanged, or is old) is left alone, and counts as gone.
void Adoption::disown_strangers(AppStatus& last) {
  const std::array<Pid, 2> watchers{app_.self.pid, app_.keeper.pid};
  for (InstanceStatus& instance : last.instances) {
    ProcessId& process = instance.process;
    if (process.pid == 0 || presence(process) != Presence::alive) continue;
    if (app_.ours->may_be_instance(app_.name, instance.slot, process, watchers, program_uid(app_.spec))) continue;
    app_.log_later(EventLevel::warning, "pid " + std::to_string(process.pid) +
                                            " is on record but is not a process of this app; it is not signalled");
    process.start_time = 0;  // of no process
  }
}

// Where it fails after a predecessor nothing is lost: it is tried again before the next process starts.
Status Adoption::adopt_passed(const AppStatus& last) {
  passed_.adopt(held_);
  for (const InstanceStatus& instance : last.instances) {
    if (presence(instance.process) == Presence::alive) passed_.take_from(link_, app_.spec, instance.process.pid);
  }
  Status opened = passed_.open(link_, app_.spec);
  if (!opened) app_.log_later(EventLevel::warning, opened.error().message());
  return opened;
}

void Adoption::take_over(Instance& instance, const InstanceStatus& recorded) {
  const Time started = steady_from_ms(recorded.started_ms);
  if (recorded.process.pid != 0) {
    const Parent parent = adopt_process(recorded.process) ? Parent::us : trees_.parent_for(recorded.process);
    instance.adopt_process(recorded, parent);
    instance.adopt_cgroup(Cgroups{app_.ours->prefix_of(app_.name)}.find(recorded.slot, recorded.generation));
    instance.life().adopt(InstanceState::online, recorded.history, started, std::nullopt);
    if (recorded.ready) instance.life().note_ready(started);
    if (app_.spec.ready_when() == ReadyWhen::notify)
      notices_.adopt_process(link_, held_, instance.key(), instance.slot(), recorded.process.pid,
                             {recorded.ready, !recorded.ready && recorded.says == "stopping", recorded.says});
    if (parent == Parent::nobody) (void)loop_.watch_process(recorded.process, kProcessToken).ok();
    return;
  }
  instance.adopt_record(recorded);
  const bool waiting = recorded.state == InstanceState::backoff || recorded.state == InstanceState::starting;
  const Time due = recorded.state == InstanceState::backoff ? steady_from_ms(recorded.due_ms) : steady_now();
  instance.life().adopt(waiting ? InstanceState::backoff : recorded.state, recorded.history, started,
                        waiting ? std::optional{due} : std::nullopt);
}

void Adoption::resume(const AppStatus& last) {
  // A fresh start wants to be online whatever the last state was; what lives is never started beside.
  app_.desired = app_.fresh ? Desired::online : last.desired;
  app_.plan = app_.fresh ? PlanStep::none : last.plan;
  for (Instance& instance : roster_) {
    const auto recorded = std::ranges::find_if(last.instances, [&](const InstanceStatus& one) {
      return one.slot == instance.slot() && one.role == Role::serving;
    });
    const bool known = recorded != last.instances.end();
    const bool alive = known && presence(recorded->process) == Presence::alive;
    if (app_.fresh && !alive) {
      if (known) instance.adopt_record(*recorded);
      carry_out_.advance(instance, event::Start{});
      continue;
    }
    if (!known) {
      if (app_.desired == Desired::online) carry_out_.advance(instance, event::Start{});
      continue;
    }
    take_over(instance, *recorded);
    instance.set_start_known();
    const bool had_process = recorded->process.pid != 0;
    if (app_.desired == Desired::stopped) {
      carry_out_.advance(instance, event::Stop{});
    } else if (had_process && recorded->state == InstanceState::stopping) {
      go_on_stopping(instance, recorded->after, alive);
    }
    if (had_process && !alive) {
      await_records(last);  // it may have ended since we looked first
      end_of_adopted(recorded->process);
    }
    if (alive) app_.log_later(EventLevel::info, "adopted pid " + std::to_string(recorded->process.pid));
  }
  for (const InstanceStatus& recorded : last.instances) {
    if (recorded.slot < app_.spec.instances && recorded.role == Role::serving) continue;
    if (recorded.process.pid != 0) adopt_leaving(recorded);
  }
  adopt_ports(last);
}

// What was on its way from one process to the next, or stopped by hand alone of several, when the predecessor died.
void Adoption::go_on_stopping(Instance& instance, AfterStop after, bool alive) {
  // One of several starts again together with the others: go_on_restarting().
  const bool together = app_.plan == PlanStep::restarting && app_.spec.instances > 1;
  switch (after) {
    case AfterStop::stay:
      if (!together) carry_out_.advance(instance, event::Stop{});
      if (together) carry_out_.advance(instance, event::Stop{Trigger::restart, false, false});
      return;
    case AfterStop::start:
    case AfterStop::restart: carry_out_.advance(instance, event::Stop{Trigger::restart, !together, false}); return;
    case AfterStop::
        policy:  // its leader has ended by itself; where it has not, a forever that did not record this wrote it
      if (alive) carry_out_.advance(instance, event::Stop{Trigger::restart, !together, false});
      return;
  }
}

// What was on its way out, or not yet in, when the predecessor died; or what is left of it.
void Adoption::adopt_leaving(const InstanceStatus& recorded) {
  Instance& instance = roster_.add(recorded.slot, app_.spec);
  take_over(instance, recorded);
  instance.set_start_known();
  carry_out_.leave_to_end(instance, recorded.role == Role::rising ? Role::rising : Role::retiring);
  if (presence(recorded.process) != Presence::alive) end_of_adopted(recorded.process);
}

// The keeper has reported how it ended, or that is unknown.
void Adoption::end_of_adopted(const ProcessId& process) {
  const auto record = std::ranges::find(records_, process, &ExitRecord::id);
  const ExitStatus status = record == records_.end() ? ExitStatus{} : record->status;
  if (Instance* const instance = roster_.led_by(process)) {
    carry_out_.leader_ended(*instance, status);
  }
  carry_out_.look_at_trees();
}

void Adoption::adopt_ports(const AppStatus& last) {
  ports_.adopt(held_, last.ports);
  for (const Instance& instance : roster_) {
    if (!app_.spec.shares_ports() && last.ports.empty()) break;
    // Before its exec a process may still have copies of all that we hold.
    const bool settled = instance.process().pid != 0 && !instance.at_gate();
    const bool was_ready = std::ranges::any_of(
        last.instances, [&](const InstanceStatus& one) { return one.ready && one.process == instance.process(); });
    ports_.adopt_instance(link_, instance.key(), instance.slot(), instance.process(),
                          settled ? trees_.pids(instance) : std::vector<Pid>{}, was_ready);
  }
  draining_.settle_ports(steady_now());
  ports_.end_adoption(link_);
  Notices::end_adoption(link_, held_);
  for (Instance& instance : roster_) {
    if (instance.role() == Role::rising || (instance.role() != Role::serving && app_.desired == Desired::stopped)) {
      carry_out_.advance(instance, event::Stop{});
    } else if (instance.role() == Role::retiring) {
      draining_.retire(instance, Trigger::reload, app_.spec.drain_timeout);
    }
  }
}

}  // namespace forever
