// What keeper and supervisor say to each other over their socketpair: one message a datagram.
#include "platform/posix/keeper_link.hpp"

#include <fcntl.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>

#include "platform/keeper.hpp"
#include "platform/local_socket.hpp"
#include "platform/posix/messages.hpp"
#include "platform/posix/sys.hpp"
#include "platform/reserve.hpp"

namespace forever {
namespace {

constexpr Milliseconds kRetry{100};

// Of a lack of memory or room, as opposed to a keeper that is gone (sendmsg(2), unix(7)).
bool passes(int code) noexcept {
  return code == EAGAIN || code == ENOBUFS || code == ENOMEM || code == ETOOMANYREFS || code == EMFILE;
}

constexpr std::string_view kRecordVersion = "1";
// In the order of ExitStatus::Kind.
constexpr std::array kKinds{"exited", "signalled", "unknown", "not_started"};
static_assert(static_cast<std::size_t>(ExitStatus::Kind::not_started) + 1 == kKinds.size());

std::string_view take_word(std::string_view& line) {
  const std::size_t end = std::min(line.find(' '), line.size());
  const std::string_view word = line.substr(0, end);
  line.remove_prefix(std::min(end + 1, line.size()));
  return word;
}

template <class Number>
bool take_number(std::string_view& line, Number& into) {
  const std::string_view word = take_word(line);
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), into);
  return error == std::errc{} && end == word.data() + word.size();
}

std::optional<ExitRecord> record_of(std::string_view line) {
  ExitRecord record;
  unsigned core = 0;
  if (take_word(line) != kRecordVersion || !take_number(line, record.id.pid) ||
      !take_number(line, record.id.start_time))
    return std::nullopt;
  const auto kind = std::ranges::find(kKinds, take_word(line));
  if (kind == kKinds.end() || !take_number(line, record.status.code) || !take_number(line, core) || !line.empty())
    return std::nullopt;
  record.status.kind = static_cast<ExitStatus::Kind>(kind - kKinds.begin());
  record.status.core_dumped = core != 0;
  return record;
}

}  // namespace

Status send_keeper_message(NativeHandle socket, KeeperVerb verb, std::string_view body, NativeHandle attached) {
  char kind = static_cast<char>(verb);
  std::array<iovec, 2> parts{iovec{&kind, 1}, iovec{const_cast<char*>(body.data()), body.size()}};
  const ssize_t sent = send_message(socket, parts, attached);
  if (sent < 0) return last_error("speak to the keeper");
  return Done{};
}

KeeperMessageState receive_keeper_message(NativeHandle socket, KeeperMessage& into) {
  std::array<char, kLongestKeeperMessage> buffer;
  const auto [received, attached] = receive_message<int>(socket, buffer, SCM_RIGHTS);
  if (received < 0) {
    // Without memory the message stays where it is and is received later: to take the link for closed would part two that live.
    const bool later = errno == EAGAIN || errno == EWOULDBLOCK || errno == ENOMEM || errno == ENOBUFS;
    return later ? KeeperMessageState::nothing : KeeperMessageState::closed;
  }
  if (received == 0) return KeeperMessageState::closed;
  into.verb = static_cast<KeeperVerb>(buffer[0]);
  into.body.assign(buffer.data() + 1, static_cast<std::size_t>(received) - 1);
  into.attached.reset();
  if (attached) {
    ::fcntl(*attached, F_SETFD, FD_CLOEXEC);
    into.attached.reset(*attached);
  }
  return KeeperMessageState::message;
}

std::string encode_record(const ExitRecord& record) {
  const auto kind = static_cast<std::size_t>(record.status.kind);
  return std::string{kRecordVersion} + ' ' + std::to_string(record.id.pid) + ' ' +
         std::to_string(record.id.start_time) + ' ' + kKinds.at(kind) + ' ' + std::to_string(record.status.code) +
         (record.status.core_dumped ? " 1\n" : " 0\n");
}

std::vector<ExitRecord> decode_records(std::string_view text) {
  std::vector<ExitRecord> records;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    if (const auto record = record_of(text.substr(0, end))) records.push_back(*record);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return records;
}

Status KeeperLink::send(char verb, std::string_view body, NativeHandle attached) {
  if (unsent_.empty()) {
    Status sent = send_keeper_message(native(), static_cast<KeeperVerb>(verb), body, attached);
    if (sent || !passes(sent.error().code.value())) return sent;
  }
  Unsent message{verb, std::string{body}, {}};
  if (attached != kNoHandle) {
    message.attached.reset(sys::fcntl(attached, F_DUPFD_CLOEXEC, 0));  // the caller's may be closed by then
    if (!message.attached) return last_error("keep a descriptor for the keeper");
    if (!leaves(Reserve::half, message.attached.get())) return error_from(EMFILE, "keep a descriptor for the keeper");
  }
  // What is given and taken back while the keeper does not listen must not pile up.
  if (verb == static_cast<char>(KeeperVerb::drop)) {
    std::erase_if(unsent_, [&](const Unsent& earlier) {
      return (earlier.verb == static_cast<char>(KeeperVerb::hold) || earlier.verb == verb) && earlier.body == body;
    });
  }
  unsent_.push_back(std::move(message));
  if (!retry_) retry_ = steady_now() + kRetry;
  return Done{};
}

void KeeperLink::tick(Time now) {
  if (!retry_ || now < *retry_) return;
  retry_.reset();
  while (!unsent_.empty()) {
    const Unsent& first = unsent_.front();
    const Status sent =
        send_keeper_message(native(), static_cast<KeeperVerb>(first.verb), first.body, first.attached.get());
    if (!sent && passes(sent.error().code.value())) {
      retry_ = now + kRetry;
      return;
    }
    unsent_.pop_front();
  }
}

Status KeeperLink::hold(std::string_view name, NativeHandle handle) {
  return send(static_cast<char>(KeeperVerb::hold), name, handle);
}
Status KeeperLink::drop(std::string_view name) { return send(static_cast<char>(KeeperVerb::drop), name); }
Status KeeperLink::finish() { return send(static_cast<char>(KeeperVerb::finish), {}); }
void KeeperLink::finish_and_wait(Milliseconds patience) {
  if (!finish()) return;
  const Time until = steady_now() + patience;
  const std::array<NativeHandle, 1> link{native()};
  for (KeeperMessage message;;) {
    switch (receive_keeper_message(native(), message)) {
      case KeeperMessageState::message:
        if (message.verb == KeeperVerb::finish) return;
        continue;
      case KeeperMessageState::closed: return;
      case KeeperMessageState::nothing: break;
    }
    const auto left = std::chrono::ceil<Milliseconds>(until - steady_now());
    if (left <= Milliseconds{0}) return;
    (void)wait_readable(link, retry_ ? std::min(left, kRetry) : left);
    tick(steady_now());
  }
}
Status KeeperLink::sync(std::string_view path) { return send(static_cast<char>(KeeperVerb::sync), path); }
Status KeeperLink::go_on_in(std::string_view program) { return send(static_cast<char>(KeeperVerb::go_on_in), program); }
Status KeeperLink::acknowledge(const ProcessId& id) {
  return send(static_cast<char>(KeeperVerb::acknowledge), encode_record(ExitRecord{id, {}}));
}

KeeperLink::Receipt KeeperLink::receive(ExitRecord& into) {
  KeeperMessage message;
  for (;;) {
    switch (receive_keeper_message(native(), message)) {
      case KeeperMessageState::nothing: return Receipt::nothing;
      case KeeperMessageState::closed: return Receipt::keeper_gone;
      case KeeperMessageState::message: break;
    }
    if (message.verb != KeeperVerb::record) continue;
    const std::vector<ExitRecord> records = decode_records(message.body);
    if (records.empty()) continue;
    into = records.front();
    return Receipt::record;
  }
}

}  // namespace forever
