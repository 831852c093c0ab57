// status.json and the control protocol: written, read back, damaged.
#include "app/status.hpp"

#include "app/control_protocol.hpp"
#include "test/support/catch.hpp"

using namespace forever;
using test::contains;

namespace {

constexpr const char* kStatusFile = "/s/apps/web/status.json";

AppStatus full_status() {
  AppStatus status;
  status.name = "web";
  status.id = 3;
  status.app_namespace = "prod";
  status.user = "root";
  status.command = {"/usr/bin/node", "\xff.js", ""};
  status.directory = "/srv/a b";
  status.out_log = "/l/o";
  status.err_log = "/l/e";
  status.watching = true;
  status.desired = Desired::stopped;
  status.plan = PlanStep::restarting;
  status.keeper = {10, 111};
  status.supervisor = {11, 222};
  status.host = {"boot", "4026531836", "machine"};
  status.instances = {{0,
                       InstanceState::online,
                       {12, 18'446'744'073'709'551'615ULL},
                       5,
                       -1,
                       1'790'000'000'000,
                       0,
                       {4, 3},
                       Role::serving,
                       true,
                       0,
                       {}},
                      {1,
                       InstanceState::backoff,
                       {},
                       6,
                       99,
                       1,
                       12345,
                       {9, 8, 5, Milliseconds{6000}},
                       Role::rising,
                       false,
                       0,
                       {},
                       AfterStop::policy,
                       77},
                      {1,
                       InstanceState::stopping,
                       {13, 4},
                       5,
                       99,
                       1,
                       0,
                       {9, 8},
                       Role::retiring,
                       true,
                       77,
                       "tea \xff time",
                       AfterStop::stay}};
  status.ports = {"127.0.0.1:8081 0/7 1/8"};
  using Kind = ExitStatus::Kind;
  status.last_exits = {
      {0, 4711, 1, Milliseconds{5}, {Kind::signalled, 11, true}, "", "crash", std::string("last\xff\n\0words", 12)},
      {1, 0, 2, Milliseconds{0}, {Kind::not_started, 2, false}, "exec", "exit", ""},
      {1, 4, 3, Milliseconds{1}, {Kind::unknown, 0, false}, "", "stop", ""},
      {1, 4, 3, Milliseconds{1}, {Kind::exited, -1073741819, false}, "", "max-memory", ""}};
  status.note = "disk full";
  status.program_version = "1.2.3";
  status.pipe_capacity = 1U << 20U;
  status.dropped_bytes = 1ULL << 63U;
  return status;
}

std::string status_fault(std::string_view text) {
  const Result<AppStatus> status = status_from_json(text, kStatusFile);
  return status ? "" : status.error().message();
}

}  // namespace

TEST_CASE("STATE1 a status is read back as it was written") {
  AppStatus plain;
  plain.name = "web";
  for (const AppStatus& status : {full_status(), plain}) {
    for (const std::uint64_t sequence : {std::uint64_t{0}, ~std::uint64_t{0}}) {
      const Result<AppStatus> back = status_from_json(status_to_json(status, sequence), kStatusFile);
      REQUIRE(back.ok());
      CHECK(*back == status);
    }
  }
  const std::string text = status_to_json(plain, 42);
  CHECK(text.starts_with("{\"seq\":42,"));
  CHECK(text.ends_with(",\"end\":42}"));
}

TEST_CASE("STATE1 a mixture of two writes is noticed, wherever the tear is") {
  AppStatus one = full_status(), two = full_status();
  two.instances[0].history = {5, 2};  // of the same length, so that only the numbers tell
  const std::string first = status_to_json(one, 1), second = status_to_json(two, 2);
  REQUIRE(first.size() == second.size());
  for (std::size_t tear = 8; tear + 2 < first.size(); ++tear) {
    INFO(tear);
    REQUIRE_FALSE(status_fault(second.substr(0, tear) + first.substr(tear)).empty());
  }
}

TEST_CASE("DISK2 a damaged status is refused in one line that names the file") {
  const std::string head = R"({"seq":1,"version":1,"name":"web",)";
  const std::pair<std::string, const char*> rows[] = {
      {"", "is not valid JSON (byte 1); move it away"},
      {"{}", "contains no format version"},
      {R"({"version":2})", "was written by a newer forever (version 2; this version reads 1)"},
      {head + R"("end":2})", "are from different writes"},
      {head + R"("instances":{},"end":1})", "\"instances\" must not be an object"},
      {head + R"("instances":[1],"end":1})", "\"instances\" must be a list of objects"},
      {head + R"("instances":[{"state":"asleep"}],"end":1})", "\"instances.state\" is not a known word"},
      {head + R"("instances":[{"process":[0,1]}],"end":1})", "\"instances.process\""},
      {head + R"("instances":[{"process":[-1,1]}],"end":1})", "\"instances.process\""},
      {head + R"("instances":[{"process":[1]}],"end":1})", "\"instances.process\""},
      {head + R"("instances":[{"due_ms":9223372036854775807}],"end":1})", "\"instances.due_ms\""},
      {head + R"("keeper":"1","end":1})", "\"keeper\" must not be a text"},
      {head + R"("supervisor":[-5,1],"end":1})", "\"supervisor\""},
      {head + R"("keeper":[1,2,3],"end":1})", "\"keeper\""},
      {head + R"("keeper":[null,1],"end":1})", "\"keeper\""},
      {head + R"("keeper":[[1],1],"end":1})", "\"keeper\""},
      {head + R"("desired":"asleep","end":1})", "\"desired\""},
      {head + R"("watching":1,"end":1})", "\"watching\""},
      {head + R"("id":true,"end":1})", "\"id\""},
      {head + R"("id":1.0,"end":1})", "\"id\""},
      {head + R"("user":[],"end":1})", "\"user\" must not be a list"},
      {head + R"("user":{"hex":{"hex":"61"}},"end":1})", "\"user\" must be a text"},
      {head + R"("user":{"hex":"6"},"end":1})", "\"user\" must be a text"},
      {head + R"("user":{},"end":1})", "\"user\" must be a text"},
      {head + R"("user":"\u0000","end":1})", "\"user\" must not contain a NUL"},
      {head + R"("command":["a",1],"end":1})", "\"command\""},
      {head + R"("command":["a",["b"]],"end":1})", "\"command\""},
      {head + R"("command":"a","end":1})", "\"command\""},
      {head + R"("last_exits":[{"how":"magic"}],"end":1})", "\"last_exits.how\""},
      {head + R"("last_exits":[{"uptime_ms":-1}],"end":1})", "\"last_exits.uptime_ms\""},
  };
  for (const auto& [text, part] : rows) {
    INFO(text);
    CHECK_THAT(status_fault(text), contains(part));
    CHECK(status_fault(text).starts_with(kStatusFile));
  }
  CHECK(status_fault(
            head +
            R"("later":{"x":[1,{"y":[[]]}],"z":null},"and":[[{}]],"user":null,"command":[{"hex":"61"},"b"],"end":1})")
            .empty());
  const std::string text = status_to_json(full_status(), 7);
  for (std::size_t cut = 0; cut < text.size(); ++cut) REQUIRE_FALSE(status_fault(text.substr(0, cut)).empty());
}

TEST_CASE("STATE1 an app is as well as its worst instance, and online if one is and none is worse") {
  using S = InstanceState;
  struct Row {
    std::vector<S> states;
    S expected;
  };
  const Row rows[] = {{{}, S::stopped},
                      {{S::stopped, S::stopped}, S::stopped},
                      {{S::online, S::stopped}, S::online},
                      {{S::starting, S::online}, S::online},
                      {{S::starting, S::stopped}, S::starting},
                      {{S::online, S::stopping}, S::stopping},
                      {{S::stopping, S::backoff}, S::backoff},
                      {{S::online, S::backoff}, S::backoff},
                      {{S::backoff, S::errored}, S::errored}};
  for (const Row& row : rows) {
    AppStatus status;
    for (const S state : row.states) status.instances.emplace_back().state = state;
    CHECK(overall_state(status) == row.expected);
  }
}

TEST_CASE("CTL1 requests and answers are read back as they were written, each on one line") {
  const Operation operations[] = {Operation::start,  Operation::stop,   Operation::restart, Operation::send_signal,
                                  Operation::flush,  Operation::reopen, Operation::refresh, Operation::describe,
                                  Operation::reset,  Operation::scale,  Operation::reload,  Operation::configure,
                                  Operation::upgrade};
  for (const Operation operation : operations) {
    for (const ControlRequest& request :
         {ControlRequest{operation, {}, 0, false, {}}, ControlRequest{operation, 3, 15, true, "{\n\xff}", -4, true}}) {
      const std::string line = encode(request);
      CHECK(line.find('\n') == line.size() - 1);
      const Result<ControlRequest> back = decode_request(line);
      REQUIRE(back.ok());
      CHECK(*back == request);
    }
  }
  const ControlProgress progress{"web (pid 1) ignores \x1b\xff\nSIGTERM"};
  const auto told = decode_answer(encode(progress));
  REQUIRE(told.ok());
  CHECK(std::get<ControlProgress>(*told) == progress);
  for (const ControlReply& reply : {ControlReply{}, ControlReply{false, "no\n\xff", {1, 0, 2}, "{\"seq\":1}"}}) {
    const std::string line = encode(reply);
    CHECK(line.find('\n') == line.size() - 1);
    const auto back = decode_answer(line);
    REQUIRE(back.ok());
    CHECK(std::get<ControlReply>(*back) == reply);
  }
}

TEST_CASE("CTL2 a wrong line is refused in words") {
  for (const char* line : {"", "{", "[]", "{}", R"({"do":"dance"})", R"({"do":1})", R"({"do":"stop","slot":-1})",
                           R"({"do":"stop","signal":200})", R"({"do":"stop","force":1})"}) {
    INFO(line);
    const auto request = decode_request(line);
    REQUIRE_FALSE(request.ok());
    CHECK_FALSE(request.error().message().empty());
  }
  for (const char* line : {"", "{}", R"({"progress":1})", R"({"ok":1})", R"({"ok":true,"pids":[-1]})",
                           R"({"ok":true,"pids":1})", R"({"ok":true,"text":[]})"}) {
    INFO(line);
    CHECK_FALSE(decode_answer(line).ok());
  }
}

TEST_CASE("CTL3 lines are taken whole, one by one") {
  std::string buffer = "one\n\ntwo\nthr";
  CHECK(take_line(buffer) == "one");
  CHECK(take_line(buffer) == "");
  CHECK(take_line(buffer) == "two");
  CHECK_FALSE(take_line(buffer));
  CHECK(buffer == "thr");
}
