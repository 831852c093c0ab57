#include "supervisor/control/requests.hpp"

#include "platform/signals.hpp"

namespace forever {
namespace {

constexpr Milliseconds kFirstWord{1000};  // after which a waiting client learns what it waits for

// What cannot be done without knowing how the app was asked for.
bool needs_spec(const ControlRequest& request) {
  switch (request.operation) {
    case Operation::start:
    case Operation::scale: return true;
    case Operation::restart:
    case Operation::reload:
    case Operation::configure: return !request.new_spec;
    case Operation::stop:
    case Operation::send_signal:
    case Operation::flush:
    case Operation::reopen:
    case Operation::refresh:
    case Operation::reset:
    case Operation::upgrade:
    case Operation::describe: return false;
  }
  return false;
}

}  // namespace

namespace {

// What changes the app's course; the rest is answered at once.
std::optional<Incoming> incoming_of(Operation operation) {
  switch (operation) {
    case Operation::start: return Incoming::start;
    case Operation::stop: return Incoming::stop;
    case Operation::restart: return Incoming::restart;
    case Operation::reload: return Incoming::reload;
    case Operation::scale: return Incoming::scale;
    case Operation::configure: return Incoming::configure;
    case Operation::send_signal: return Incoming::signal;
    case Operation::upgrade: return Incoming::upgrade;
    case Operation::flush:
    case Operation::reopen:
    case Operation::refresh:
    case Operation::describe:
    case Operation::reset: return std::nullopt;
  }
  return std::nullopt;
}

}  // namespace

void Requests::take(const ControlServer::Request& asked) {
  if (app_.spec_lost && needs_spec(asked.request)) {
    answers_.reply(asked.client, ControlReply{false, words_for_lost_spec(app_.name), roster_.pids(), {}});
    return;
  }
  const auto incoming = incoming_of(asked.request.operation);
  if (!incoming) {
    answer_at_once(asked);
    return;
  }
  app_.hooks_left = asked.request.forget;
  const Time now = steady_now();
  Operating operating{asked.client, asked.request, *incoming, false, 0, now, now + kFirstWord, false, {}};
  begin(operating);
  if (!operating.answered) answers_.await(std::move(operating));
}

// Those that have waited for the end of something else, in the order in which they came.
void Requests::begin_waiting() {
  for (;;) {
    auto first = answers_.take_waiting();  // what it overtakes is taken out of the list, and is not itself
    if (!first) return;
    Operating& operating = *first;
    begin(operating);
    const bool waits = !operating.begun;
    if (!operating.answered && waits) answers_.put_back(std::move(operating));
    if (!operating.answered && !waits) answers_.await(std::move(operating));
    if (waits) return;
  }
}

void Requests::begin(Operating& operating) {
  const UnderWay running = what_runs(app_, roster_, reload_);
  switch (ruling_on(running, operating.incoming)) {
    case Ruling::wait: return;
    case Ruling::refuse: answer(operating, Error{describe(running), {}}); return;
    case Ruling::overtake:
      answers_.overtake(operating.incoming, operating.request.slot);
      // A new process that was withdrawn ends before the next one of its slot begins.
      if (operating.incoming == Incoming::reload && reload_.under_way()) return;
      break;
    case Ruling::act:
    case Ruling::join:
    case Ruling::pass: answers_.overtake(operating.incoming, operating.request.slot); break;
  }
  operating.begun = true;
  carry_out(operating, running);
}

void Requests::answer(Operating& operating, const Status& done, std::string text) {
  operating.begun = operating.answered = true;
  answers_.reply(operating.client,
                 ControlReply{done.ok(), done ? std::move(text) : done.error().message(), roster_.pids(), {}});
}

// One that is not answered here is answered by its outcome.
void Requests::carry_out(Operating& operating, UnderWay running) {
  const ControlRequest& request = operating.request;
  switch (request.operation) {
    case Operation::start:
      operating.awaited = answers_.awaited_runs(request);
      operations_.start(request, running);
      return;
    case Operation::stop: operations_.stop(request.slot, request.force); return;
    case Operation::restart:
      if (!takes_spec(operating)) return;
      operating.awaited = answers_.awaited_runs(request);
      operations_.restart(request);
      return;
    case Operation::reload: reload(operating); return;
    case Operation::scale:
      if (const auto first_new = operations_.scale(request)) {
        operating.first_slot = *first_new;
        if (app_.desired == Desired::stopped)
          answer(operating, Done{}, "it is being stopped; the number applies to its next start");
      } else {
        answer(operating, first_new.error());
      }
      return;
    case Operation::configure: {
      const Status used =
          request.new_spec ? operations_.use_new_spec(*request.new_spec) : Status{Error{"no spec was given", {}}};
      answer(operating, used, used ? operations_.go_on_unwatched() : std::string{});
      return;
    }
    case Operation::send_signal: signal(operating); return;
    case Operation::upgrade: {
      const Status told = link_.go_on_in(request.program);
      app_.leaving = told.ok();
      answer(operating, told);
      return;
    }
    case Operation::flush:
    case Operation::reopen:
    case Operation::refresh:
    case Operation::describe:
    case Operation::reset: return;
  }
}

// The spec that comes with the request, if one does. False: it cannot be used, and that was answered.
bool Requests::takes_spec(Operating& operating) {
  if (!operating.request.new_spec) return true;
  const Status used = operations_.use_new_spec(*operating.request.new_spec);
  if (!used) answer(operating, used);
  return used.ok();
}

void Requests::reload(Operating& operating) {
  const ControlRequest& request = operating.request;
  if (!takes_spec(operating)) return;
  if (!request.new_spec && roster_.all_at_rest()) {
    const std::string word = present_.word(steady_now());
    answer(operating,
           Error{"no instance is running (" + word + "); `forever restart " + app_.name + "` starts it", {}});
    return;
  }
  reloading_.begin(Trigger::reload, {request.ready_timeout.value_or(app_.spec.ready_timeout),
                                     request.drain_timeout.value_or(app_.spec.drain_timeout)});
  (void)operations_.go_on_unwatched();
}

void Requests::signal(Operating& operating) {
  Status sent{Error{"it has no process; it is " + present_.word(steady_now()), {}}};
  for (const Instance* const instance : roster_.chosen(operating.request.slot)) {
    if (instance->life().leader_gone()) continue;
    if (!sent) sent = Done{};
    if (auto one = send_signal(instance->process(), operating.request.signal); !one) sent = one;
  }
  answer(operating, sent);
}

void Requests::answer_at_once(const ControlServer::Request& asked) {
  ControlReply reply;
  switch (asked.request.operation) {
    case Operation::flush:
      if (const Status done = outputs_.flush(); !done) reply = {false, done.error().message(), {}, {}};
      break;
    case Operation::reopen: outputs_.reopen(); break;
    case Operation::refresh: files_.refresh(steady_now()); break;
    case Operation::reset:
      for (Instance* const instance : roster_.chosen(asked.request.slot)) instance->life().clear_history();
      app_.dirty = true;
      break;
    case Operation::describe: reply.status = status_to_json(present_.status()); break;
    case Operation::start:
    case Operation::stop:
    case Operation::restart:
    case Operation::reload:
    case Operation::scale:
    case Operation::configure:
    case Operation::send_signal:
    case Operation::upgrade: return;
  }
  reply.pids = roster_.pids();
  answers_.reply(asked.client, std::move(reply));
}

}  // namespace forever
