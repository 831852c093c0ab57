#include "supervisor/control/answers.hpp"

#include <algorithm>

#include "platform/signals.hpp"
#include "text/units.hpp"

namespace forever {
namespace {

constexpr Milliseconds kNextWord{3000};
// At what has failed before, until it is called online: as long as a person's `start` looks.
constexpr Milliseconds kDoubtfulLook{300};

const char* word_for(Incoming incoming) {
  switch (incoming) {
    case Incoming::start: return "start";
    case Incoming::stop: return "stop";
    case Incoming::restart: return "restart";
    case Incoming::reload: return "reload";
    case Incoming::scale: return "scale";
    case Incoming::watch: return "change of its files";
    case Incoming::configure:
    case Incoming::signal:
    case Incoming::upgrade:
    case Incoming::cron:
    case Incoming::memory:
    case Incoming::health:
    case Incoming::crash: break;
  }
  return "request";
}

}  // namespace

void Answers::overtake(Incoming newer, std::optional<std::uint32_t> slot) {
  const std::string later = std::string{"a later "} + word_for(newer) + " overtook this ";
  std::erase_if(operating_, [&](const Operating& older) {
    const bool other_slot = older.request.slot && slot && *older.request.slot != *slot;
    if (!is_overtaken(older.incoming, newer) || other_slot) return false;
    replies_.emplace_back(older.client, ControlReply{false, later + word_for(older.incoming), roster_.pids(), {}});
    return true;
  });
  if (is_overtaken(Incoming::reload, newer) && reload_.under_way()) reloading_.give_up(later + "reload");
}

std::map<std::uint32_t, Awaited> Answers::awaited_runs(const ControlRequest& request) {
  std::map<std::uint32_t, Awaited> awaited;
  for (const Instance* const instance : roster_.chosen(request.slot)) {
    const InstanceState state = instance->life().state();
    const bool there =
        request.operation == Operation::start && (state == InstanceState::online || state == InstanceState::starting);
    const RestartHistory& history = instance->life().history();
    const bool doubtful = !there && (history.failures > 0 || history.crashes > 0 || state == InstanceState::errored);
    awaited.emplace(instance->key(), Awaited{doubtful});
  }
  return awaited;
}

// When more is known of what a start or restart waits for.
std::optional<Time> Answers::look_ends(const Operating& operating, Time now) const {
  std::optional<Time> soonest;
  for (const auto& [key, awaited] : operating.awaited) {
    const Instance* const found = roster_.with_key(key);
    if (found == nullptr || !awaited.doubtful || found->life().state() != InstanceState::online) continue;
    const Time ends = found->life().started() + kDoubtfulLook;
    if (ends > now) soonest = std::min(soonest.value_or(ends), ends);
  }
  return soonest;
}

// The result of an instance that was to run: nothing while it is unknown; an empty text if it runs. One that ends at once and is
// restarted at once is observed until it has lived for a while, or is in back-off.
std::optional<std::string> Answers::come_of(const Instance& instance, const Awaited& awaited, Time now,
                                            bool& well) const {
  const InstanceState state = instance.life().state();
  if (state == InstanceState::starting || state == InstanceState::stopping) return std::nullopt;
  const bool looked_at = !awaited.doubtful || now >= instance.life().started() + kDoubtfulLook;
  if (state == InstanceState::online) return looked_at ? std::optional{std::string{}} : std::nullopt;
  const LastExit* const last = app_.last_exit_of(instance.slot());
  if (last == nullptr) {
    well = false;
    return "it did not start";
  }
  well = well && state == InstanceState::stopped && last->status.success();
  std::string text = last->status.kind == ExitStatus::Kind::not_started
                         ? "cannot be started: " + reason_of(*last)
                         : "ended after " + format_duration(last->uptime) + ": " + reason_of(*last);
  if (state == InstanceState::errored) text += "; it is errored (--max-restarts)";
  if (state == InstanceState::backoff) {
    const auto left = instance.life().deadline().value_or(now) - now;
    text += "; it stays supervised, next start in " +
            format_duration(std::max(std::chrono::ceil<Milliseconds>(left), Milliseconds{0}));
  }
  return text;
}

std::optional<ControlReply> Answers::outcome_of_runs(const Operating& operating, Time now) {
  ControlReply reply{true, {}, {}, {}};
  for (const auto& [key, awaited] : operating.awaited) {
    const Instance* const instance = roster_.with_key(key);
    if (instance == nullptr || instance->role() != Role::serving) continue;  // something newer has taken it away
    auto text = come_of(*instance, awaited, now, reply.ok);
    if (!text) return std::nullopt;
    if (!text->empty()) reply.text = std::move(*text);
  }
  reply.pids = roster_.pids();
  return reply;
}

// Nothing while it is under way.
std::optional<ControlReply> Answers::outcome(const Operating& operating, Time now) {
  if (!operating.begun) return std::nullopt;
  if (operating.incoming == Incoming::reload) {
    if (reload_.under_way()) return std::nullopt;
    if (!reloading_.trouble().empty()) return ControlReply{false, reloading_.trouble(), roster_.pids(), {}};
    const char* const how = app_.spec.may_overlap() ? "" : "its ports are not held, so it was restarted (--hold-ports)";
    return ControlReply{true, how, roster_.pids(), {}};
  }
  if (!operating.awaited.empty()) return outcome_of_runs(operating, now);
  const bool stopping = operating.incoming == Incoming::stop;
  const bool scaling = operating.incoming == Incoming::scale;
  ControlReply reply{true, {}, roster_.pids(), {}};
  for (const Instance* const instance : roster_.chosen(operating.request.slot)) {
    const InstanceState state = instance->life().state();
    if (instance->role() != Role::serving) {
      if (scaling || (stopping && !at_rest(state))) return std::nullopt;
      continue;  // on its way out; only a scale and a stop wait for it
    }
    if (stopping ? !at_rest(state) : state == InstanceState::starting || state == InstanceState::stopping)
      return std::nullopt;
    if (stopping || instance->slot() < operating.first_slot || state == InstanceState::online) continue;
    reply.ok = false;
    reply.text = app_.last_exits.empty() ? std::string{"it did not start"}
                                         : describe_exit(app_.last_exits.back().status, app_.last_exits.back().stage);
  }
  return reply;
}

void Answers::collect(Time now) {
  std::erase_if(operating_, [&](const Operating& operating) {
    if (!control_.connected(operating.client)) return true;  // the client went away; what it asked for goes on
    const auto reply = outcome(operating, now);
    if (reply) replies_.emplace_back(operating.client, *reply);
    return reply.has_value();
  });
}

void Answers::send() {
  for (const auto& [client, reply] : std::exchange(replies_, {})) control_.reply(client, reply);
}

void Answers::tick(Time now) {
  for (Operating& operating : operating_) {
    if (operating.next_word > now) continue;
    operating.next_word = now + kNextWord;
    if (operating.begun && tell_progress(operating, now)) continue;
    // A word all the same: silence would be taken for the end of the supervisor.
    control_.progress(operating.client,
                      app_.name + (operating.begun ? ": " : " waits: ") + describe(what_runs(app_, roster_, reload_)));
  }
}

// Whether there was anything to report.
bool Answers::tell_progress(const Operating& operating, Time now) {
  bool told = false;
  const auto tell = [&](const std::string& text) {
    control_.progress(operating.client, text);
    told = true;
  };
  const bool reloading = operating.incoming == Incoming::reload;
  if (reloading) {
    if (const std::string text = reloading_.progress(); !text.empty()) tell(text);
  }
  if (reloading || operating.incoming == Incoming::scale) {
    for (const std::string& text : draining_.progress(now)) tell(text);
  }
  for (const Instance* const instance : roster_.chosen(operating.request.slot)) {
    if (instance->life().state() == InstanceState::stopping) tell(stopping_text(*instance, now));
  }
  return told;
}

std::string Answers::stopping_text(const Instance& instance, Time now) const {
  const std::string who = app_.name + " (pid " + std::to_string(instance.process().pid) + ") ";
  if (instance.life().leader_gone()) return who + "has ended; processes that it started are being stopped";
  const auto kill = instance.life().kill_time();
  if (!kill || *kill <= now) return who + "has been sent SIGKILL and has not ended yet";
  const auto left = std::chrono::ceil<std::chrono::seconds>(*kill - now);
  const std::string does = notices_.of(instance.key()).stopping ? "has reported that it is stopping"
                                                                : "ignores " + signal_name(app_.spec.stop.signal);
  return who + does + ", KILL in " + std::to_string(left.count()) + " s";
}

std::optional<Operating> Answers::take_waiting() {
  const auto first = std::ranges::find(operating_, false, &Operating::begun);
  if (first == operating_.end()) return std::nullopt;
  Operating operating = std::move(*first);
  operating_.erase(first);
  return operating;
}

std::optional<Time> Answers::due(Time now) const {
  std::optional<Time> soonest;
  for (const Operating& operating : operating_) {
    if (operating.next_word != Time{}) sooner(soonest, operating.next_word);
    sooner(soonest, look_ends(operating, now));
  }
  return soonest;
}

}  // namespace forever
