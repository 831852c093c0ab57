// The lines of the control socket; see control_protocol.hpp. describe() names each key once.
#include "app/control_protocol.hpp"

#include "app/spec.hpp"
#include "text/json_codec.hpp"

namespace forever {

namespace {

constexpr Milliseconds kLongestTimeout{std::chrono::hours{24 * 366}};
constexpr const char* kProtocolRemedy = "the two sides have different versions, or the connection was interrupted";

template <class Side>
void describe(Side& side, ControlRequest& request) {
  constexpr int kMost{kMostInstances};
  side.word("do", request.operation);
  side.number("slot", request.slot);
  if (side.wants(request.signal != 0)) side.number("signal", request.signal, 0, 128);
  if (side.wants(request.force)) side.flag("force", request.force);
  if (side.wants(request.forget)) side.flag("forget", request.forget);
  if (side.wants(request.count != 0)) side.number("count", request.count, -kMost, kMost);
  if (side.wants(request.relative)) side.flag("relative", request.relative);
  if (side.wants(!request.program.empty())) side.bytes("program", request.program);
  side.duration_ms("ready_timeout_ms", request.ready_timeout, kLongestTimeout);
  side.duration_ms("drain_timeout_ms", request.drain_timeout, kLongestTimeout);
  side.bytes("spec", request.new_spec);
}

template <class Side>
void describe(Side& side, ControlProgress& progress) {
  side.bytes("progress", progress.text);
}

template <class Side>
void describe(Side& side, ControlReply& reply) {
  side.flag("ok", reply.ok);
  side.bytes("text", reply.text);
  side.numbers("pids", reply.pids, Pid{0});
  if (side.wants(!reply.status.empty())) side.bytes("status", reply.status);
}

template <class Message>
std::string line_of(Message message) {
  RecordWriting writing;
  describe(writing, message);
  return dump(writing.json()) + "\n";
}

// `key` is the one that a message of this kind must have.
template <class Message>
Result<Message> message_of(const Json& json, const std::string& what, const char* key) {
  Message message;
  std::string fault;
  RecordReading reading(json, fault);
  reading.require(key);
  describe(reading, message);
  if (!fault.empty()) return Error{what + " is damaged: " + fault, {}};
  return message;
}

}  // namespace

std::string encode(const ControlRequest& request) { return line_of(request); }
std::string encode(const ControlProgress& progress) { return line_of(progress); }
std::string encode(const ControlReply& reply) { return line_of(reply); }

Result<ControlRequest> decode_request(std::string_view line) {
  const std::string what = "the request";
  const Result<Json> json = parse_object(line, what, kProtocolRemedy);
  if (!json) return json.error();
  return message_of<ControlRequest>(*json, what, "do");
}

Result<std::variant<ControlProgress, ControlReply>> decode_answer(std::string_view line) {
  using Answer = std::variant<ControlProgress, ControlReply>;
  const std::string what = "the supervisor's answer";
  const Result<Json> json = parse_object(line, what, kProtocolRemedy);
  if (!json) return json.error();
  if (json->contains("progress")) {
    auto progress = message_of<ControlProgress>(*json, what, "progress");
    if (!progress) return progress.error();
    return Answer{std::move(*progress)};
  }
  auto reply = message_of<ControlReply>(*json, what, "ok");
  if (!reply) return reply.error();
  return Answer{std::move(*reply)};
}

std::optional<std::string> take_line(std::string& buffer) {
  const std::size_t end = buffer.find('\n');
  if (end == std::string::npos) return std::nullopt;
  std::string line = buffer.substr(0, end);
  buffer.erase(0, end + 1);
  return line;
}

}  // namespace forever
