// The client side of the control sockets: asks many supervisors at once. Nothing here waits without end: if a supervisor does
// not take the request or does not reply, the request fails with the reason.
#include "client/ask.hpp"

#include <algorithm>
#include <cerrno>

#include "client/caller.hpp"
#include "client/view.hpp"
#include "platform/go_on_apart.hpp"
#include "platform/local_socket.hpp"
#include "platform/lock.hpp"
#include "platform/suspended.hpp"

namespace forever {
namespace {

constexpr Milliseconds kConnectPatience{5000};  // with a supervisor that is being replaced
constexpr Milliseconds kConnectLook{10};
constexpr Milliseconds kDoubt{1000};     // after which a silent supervisor is looked at
constexpr Milliseconds kSilence{15000};  // of a supervisor that was asked; one that works says a word every few seconds
constexpr Milliseconds kNoWord{
    30000};  // of all supervisors that were asked, where one after the other goes without an answer

// Whether it ends processes of the app.
bool ends_processes(const ControlRequest& request) {
  switch (request.operation) {
    case Operation::stop:
    case Operation::restart:
    case Operation::reload:
    case Operation::scale:
    case Operation::upgrade: return true;
    case Operation::start:
    case Operation::configure:
    case Operation::send_signal:
    case Operation::flush:
    case Operation::reopen:
    case Operation::refresh:
    case Operation::describe:
    case Operation::reset: return false;
  }
  return false;
}

using Progress = std::function<void(const std::string&, const std::string&)>;

// The exchange with one supervisor, started again if the supervisor dies meanwhile.
class Conversation {
 public:
  Conversation(const StateDirectory& state, const ControlTarget& target)
      : state_(state), target_(target), request_(encode(target.request)), give_up_(steady_now() + kConnectPatience) {
    if (request_.size() > kLongestRequest)
      result_ = Error{"cannot ask the supervisor of " + target_.name + ": the request has " +
                          std::to_string(request_.size()) + " bytes, " + std::to_string(kLongestRequest) +
                          " are possible; is the environment too large?",
                      {}};
  }

  [[nodiscard]] bool over() const noexcept { return result_.has_value(); }
  [[nodiscard]] NativeHandle socket() const noexcept { return socket_.get(); }
  [[nodiscard]] bool has_more_to_send() const noexcept { return sent_ < request_.size(); }
  // When the silence is looked into next.
  [[nodiscard]] Time silent_until() const noexcept { return heard_ + (doubted_ ? kSilence : kDoubt); }
  void end_silence(Time now) {
    if (now < silent_until()) return;
    const auto status = state_.read_status(target_.name);
    const ProcessId supervisor = status ? status->supervisor : ProcessId{};
    const std::string words = "cannot reach the supervisor of " + target_.name + ": ";
    if (is_suspended(supervisor)) {
      const std::string pid = std::to_string(supervisor.pid);
      result_ = Error{words + "pid " + pid + " is suspended; `kill -CONT " + pid + "` continues it", {}};
    } else if (doubted_) {
      result_ = Error{words + "it does not answer", {}};
    }
    doubted_ = true;
  }
  [[nodiscard]] Result<ControlReply> take() { return std::move(*result_); }

  void connect() {
    auto socket = connect_local(state_.app_directory(target_.name), "control");
    if (!socket) {
      // A process listens but has not yet served earlier clients: it need not be woken.
      if (socket.error().code.value() != EAGAIN) return absent();
      if (steady_now() >= give_up_) give_up();
      return;
    }
    socket_ = std::move(*socket);
    received_.clear();
    sent_ = 0;
    heard_ = steady_now();
    send_more();
  }

  // As much of the request as the other end takes now.
  void send_more() {
    const auto sent = send_some(socket_.get(), std::string_view{request_}.substr(sent_));
    if (!sent) return lost();
    sent_ += *sent;
    if (*sent > 0) heard_ = steady_now();
  }

  void read(const Progress& on_progress) {
    const auto more = receive_some(socket_.get(), received_);
    heard_ = steady_now();
    doubted_ = false;
    while (auto line = take_line(received_)) {
      auto answer = decode_answer(*line);
      if (!answer) {
        result_ = answer.error();
        return;
      }
      if (const auto* const progress = std::get_if<ControlProgress>(&*answer)) {
        no_word_since_ = heard_;
        if (on_progress) on_progress(target_.name, progress->text);
      } else {
        result_ = std::get<ControlReply>(std::move(*answer));
        return;
      }
    }
    if (!more || !*more) lost();
  }

 private:
  // It ended without a reply: its successor is asked.
  void lost() {
    socket_.reset();
    sent_ = request_.size();
    give_up_ = steady_now() + kConnectPatience;
    if (steady_now() - no_word_since_ >= kNoWord) give_up();
  }
  // No process listens. Either the app is stopped, or its supervisor is being replaced, or its socket was deleted.
  void absent() {
    const auto lock = probe_lock(state_.lock_path(target_.name));
    const AppView view = view_app(state_, target_.name, true);
    if (lock && *lock == LockState::free && !view.supervised) {
      const bool stopped = target_.request.operation == Operation::stop;
      result_ = stopped ? Result<ControlReply>{ControlReply{}}
                        : Result<ControlReply>{Error{"cannot reach " + target_.name + ": it is not running", {}}};
      return;
    }
    if (!woken_) {
      Traces traces{state_};
      woken_ = wake_supervisor(state_, target_.name, view.status.supervisor.pid != 0 ? &view.status : nullptr, traces);
    }
    if (steady_now() >= give_up_) give_up();
  }
  void give_up() { result_ = Error{"cannot reach the supervisor of " + target_.name + ": it does not answer", {}}; }

  const StateDirectory& state_;
  const ControlTarget& target_;
  std::string request_;
  Handle socket_;
  std::size_t sent_ = 0;  // of the request
  std::string received_;
  std::optional<Result<ControlReply>> result_;
  Time give_up_;
  Time no_word_since_ = steady_now();
  Time heard_{};
  bool woken_ = false;
  bool doubted_ = false;  // it has been silent for so long that it was looked at
};

}  // namespace

std::vector<Result<ControlReply>> ask_supervisors(const StateDirectory& state,
                                                  const std::vector<ControlTarget>& targets,
                                                  const Progress& on_progress) {
  // The app that this command is run by comes last: its end also ends the process that waits for this command, and the descriptors it keeps open.
  const std::optional<std::string> caller = calling_app(state);
  const auto ends_caller = [&](const ControlTarget& target) {
    return caller == target.name && ends_processes(target.request);
  };
  const auto last = std::ranges::find_if(targets, ends_caller);
  const auto last_place = static_cast<std::size_t>(last - targets.begin());
  if (last != targets.end()) go_on_apart();
  std::vector<Conversation> conversations;
  conversations.reserve(targets.size());
  for (const ControlTarget& target : targets) conversations.emplace_back(state, target);
  const auto count_over = [&] {
    return static_cast<std::size_t>(std::ranges::count_if(conversations, &Conversation::over));
  };
  for (;;) {
    std::vector<NativeHandle> sockets;
    std::vector<Conversation*> talking;
    bool absent = false;
    bool sending = false;
    for (std::size_t i = 0; i < conversations.size(); ++i) {
      Conversation& conversation = conversations[i];
      if (i == last_place && count_over() + 1 < conversations.size()) continue;
      if (!conversation.over() && conversation.socket() == kNoHandle) conversation.connect();
      if (conversation.over()) continue;
      if (conversation.socket() == kNoHandle) {
        absent = true;
        continue;
      }
      sockets.push_back(conversation.socket());
      talking.push_back(&conversation);
      sending = sending || conversation.has_more_to_send();
    }
    if (talking.empty() && !absent) {
      if (count_over() == conversations.size()) break;
      continue;  // it is the caller's turn
    }
    Time soonest = steady_now() + (absent || sending ? kConnectLook : kSilence);
    for (const Conversation* const conversation : talking) soonest = std::min(soonest, conversation->silent_until());
    const auto patience = std::max(std::chrono::ceil<Milliseconds>(soonest - steady_now()), Milliseconds{0});
    const int ready = wait_readable(sockets, patience);
    if (ready >= 0) talking[static_cast<std::size_t>(ready)]->read(on_progress);
    const Time now = steady_now();
    for (Conversation* const conversation : talking) {
      if (conversation->has_more_to_send()) conversation->send_more();
      if (!conversation->over() && conversation->socket() != kNoHandle) conversation->end_silence(now);
    }
  }
  std::vector<Result<ControlReply>> replies;
  replies.reserve(conversations.size());
  for (Conversation& conversation : conversations) replies.push_back(conversation.take());
  return replies;
}

}  // namespace forever
