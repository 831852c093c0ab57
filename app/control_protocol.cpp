// The lines of the control socket; see control_protocol.hpp.
#include "app/control_protocol.hpp"

#include "app/spec.hpp"
#include "text/json_fields.hpp"

namespace forever {

namespace {

constexpr Milliseconds kLongestTimeout{std::chrono::hours{24 * 366}};

void read_timeout(JsonFields& fields, const char* key, std::optional<Milliseconds>& into) {
  if (fields.find(key) == nullptr) return;
  std::int64_t count = 0;
  fields.number(key, count, std::int64_t{0}, std::int64_t{kLongestTimeout.count()});
  into = Milliseconds{count};
}

std::string line_of(const Json& json) { return dump(json) + "\n"; }

constexpr const char* kProtocolRemedy = "the two ends are of different versions, or the connection broke";

Error fault_error(const std::string& what, const std::string& fault) {
  return Error{what + " is spoilt: " + fault, {}};
}

}  // namespace

std::string encode(const ControlRequest& request) {
  Json json;
  json["do"] = to_string(request.operation);
  if (request.slot) json["slot"] = *request.slot;
  if (request.signal != 0) json["signal"] = request.signal;
  if (request.force) json["force"] = true;
  if (request.count != 0) json["count"] = request.count;
  if (request.relative) json["relative"] = true;
  if (!request.program.empty()) json["program"] = json_of_bytes(request.program);
  if (request.ready_timeout) json["ready_timeout_ms"] = request.ready_timeout->count();
  if (request.drain_timeout) json["drain_timeout_ms"] = request.drain_timeout->count();
  if (request.new_spec) json["spec"] = json_of_bytes(*request.new_spec);
  return line_of(json);
}

std::string encode(const ControlProgress& progress) {
  Json json;
  json["progress"] = json_of_bytes(progress.text);
  return line_of(json);
}

std::string encode(const ControlReply& reply) {
  Json json;
  json["ok"] = reply.ok;
  json["text"] = json_of_bytes(reply.text);
  json["pids"] = reply.pids;
  if (!reply.status.empty()) json["status"] = json_of_bytes(reply.status);
  return line_of(json);
}

Result<ControlRequest> decode_request(std::string_view line) {
  const std::string what = "the request";
  const Result<Json> json = parse_object(line, what, kProtocolRemedy);
  if (!json) return json.error();
  ControlRequest request;
  std::string fault;
  JsonFields fields(*json, fault);
  if (fields.find("do") == nullptr) fields.fail("do", "is missing");
  fields.word("do", request.operation);
  if (fields.find("slot") != nullptr) fields.number("slot", request.slot.emplace());
  fields.number("signal", request.signal, 0, 128);
  fields.flag("force", request.force);
  fields.number("count", request.count, -static_cast<int>(kMostInstances), static_cast<int>(kMostInstances));
  fields.flag("relative", request.relative);
  fields.bytes("program", request.program);
  read_timeout(fields, "ready_timeout_ms", request.ready_timeout);
  read_timeout(fields, "drain_timeout_ms", request.drain_timeout);
  if (fields.find("spec") != nullptr) fields.bytes("spec", request.new_spec.emplace());
  if (!fault.empty()) return fault_error(what, fault);
  return request;
}

Result<std::variant<ControlProgress, ControlReply>> decode_answer(std::string_view line) {
  using Answer = std::variant<ControlProgress, ControlReply>;
  const std::string what = "the supervisor's answer";
  const Result<Json> json = parse_object(line, what, kProtocolRemedy);
  if (!json) return json.error();
  std::string fault;
  JsonFields fields(*json, fault);
  if (fields.find("progress") != nullptr) {
    ControlProgress progress;
    fields.bytes("progress", progress.text);
    if (!fault.empty()) return fault_error(what, fault);
    return Answer{std::move(progress)};
  }
  ControlReply reply;
  if (fields.find("ok") == nullptr) fields.fail("ok", "is missing");
  fields.flag("ok", reply.ok);
  fields.bytes("text", reply.text);
  fields.bytes("status", reply.status);
  if (const Json* pids = fields.list("pids")) {
    for (const Json& pid : *pids) {
      const std::optional<Pid> number = JsonFields::integer<Pid>(pid);
      if (!number || *number < 0) {
        fields.fail("pids", "must be a list of pids");
        break;
      }
      reply.pids.push_back(*number);
    }
  }
  if (!fault.empty()) return fault_error(what, fault);
  return Answer{std::move(reply)};
}

std::optional<std::string> take_line(std::string& buffer) {
  const std::size_t end = buffer.find('\n');
  if (end == std::string::npos) return std::nullopt;
  std::string line = buffer.substr(0, end);
  buffer.erase(0, end + 1);
  return line;
}

}  // namespace forever
