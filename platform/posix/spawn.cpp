// Starting an instance, the parent's part: everything prepared before the fork, and the gate and report after it.
#include "platform/spawn.hpp"

#include <algorithm>
#include <array>
#include <memory>

#include "platform/posix/keeper_link.hpp"
#include "platform/posix/limits.hpp"
#include "platform/posix/pipe.hpp"
#include "platform/posix/signal_block.hpp"
#include "platform/posix/strip.hpp"
#include "platform/posix/sys.hpp"

namespace forever {
namespace {

constexpr std::array kStageNames{"fork", "session", "group", "limits", "output", "user",
                                 "cwd",  "signals", "exec",  "ports",  "cgroup", "sockets"};
static_assert(kStageNames.size() == static_cast<std::size_t>(SpawnStage::sockets) + 1);

// exec's array: exec does not write to the strings, although its type does not express this.
std::vector<char*> pointers_to(const std::vector<std::string>& strings) {
  std::vector<char*> pointers;
  pointers.reserve(strings.size() + 1);
  for (const std::string& string : strings) pointers.push_back(const_cast<char*>(string.c_str()));
  pointers.push_back(nullptr);
  return pointers;
}

// The variables that contain the child's pid, with space for it: only the child knows it before it executes. They come last.
std::vector<std::string> pid_variables(const SpawnRequest& request) {
  std::vector<std::string> names;
  if (!request.passed.empty()) names.emplace_back("LISTEN_PID");
  if (!request.pid_variable.empty()) names.push_back(request.pid_variable);
  return names;
}

SpawnRequest with_pid_variables(SpawnRequest&& request) {
  for (const std::string& name : pid_variables(request)) {
    const std::string begin = name + '=';
    std::erase_if(request.environment, [&](const std::string& entry) { return entry.starts_with(begin); });
    request.environment.push_back(begin + std::string(kLongestPid, '0'));
  }
  return std::move(request);
}

}  // namespace

// The memory behind a StripPlan, and the strip's stack.
struct SpawnMemory {
  explicit SpawnMemory(SpawnRequest&& asked)
      : request(with_pid_variables(std::move(asked))),
        argv(pointers_to(request.argv)),
        environment(pointers_to(request.environment)),
        limits(limit_steps(request.limits)) {
    plan.program = request.program.c_str();
    plan.argv = argv.data();
    plan.environment = environment.data();
    plan.directory = request.directory.empty() ? nullptr : request.directory.c_str();
    plan.session = request.session;
    plan.umask = static_cast<mode_t>(request.umask);
    plan.limits = limits;
    plan.change_nice = request.nice.has_value();
    plan.nice = request.nice.value_or(0);
    plan.out = request.out;
    plan.err = request.err;
    plan.input = request.input.empty() ? nullptr : request.input.c_str();
    plan.inherit_stdin = request.inherit_stdin;
    plan.keeper = request.keeper;
    plan.passed = request.passed;
    const std::size_t count = pid_variables(request).size();
    for (std::size_t i = 0; i < count; ++i) {
      std::string& entry = request.environment[request.environment.size() - count + i];
      plan.pid_places[i] = entry.data() + entry.find('=') + 1;
    }
    if (request.user) prepare_user(*request.user);
  }

  // A change to the present user needs no privilege.
  void prepare_user(const Credentials& user) {
    plan.change_user = user.uid != ::geteuid() || user.gid != ::getegid() || ::geteuid() == 0;
    plan.uid = user.uid;
    plan.gid = user.gid;
    groups.assign(user.groups.begin(), user.groups.end());
    plan.groups = groups;
  }

  SpawnRequest request;
  std::vector<char*> argv;
  std::vector<char*> environment;
  std::vector<LimitStep> limits;
  std::vector<gid_t> groups;
  StripPlan plan;
  alignas(16) std::array<std::byte, kStripStack> stack;
};

namespace {

// Memory that a child may still use although its report is no longer awaited; freed when the child has ended.
struct Abandoned {
  Handle report;
  std::unique_ptr<SpawnMemory> memory;
};
std::vector<Abandoned>& abandoned() {
  static std::vector<Abandoned> all;
  return all;
}

// Whether the child's end is closed: it has executed, and so has memory of its own, or it has ended.
bool has_let_go(const Handle& report) noexcept {
  pollfd asked{report.get(), 0, 0};
  // Not by sys.hpp: a failure only makes it look again at the next start.
  return ::poll(&asked, 1, 0) == 1 && (asked.revents & POLLHUP) != 0;
}

// The child reports to the end, when descriptors 3, 4 … are those that are passed.
Status out_of_the_way(Handle& end, std::size_t passed) {
  const int least = 3 + static_cast<int>(passed);
  if (end.get() >= least) return Done{};
  const int moved = sys::fcntl(end.get(), F_DUPFD_CLOEXEC, least);
  if (moved == -1) return last_error("make a channel to a new process");
  end.reset(moved);
  return Done{};
}

// Kills a child that cannot be recorded, and reaps it: it still waits at its gate.
void give_up(pid_t child) noexcept {
  sys::kill(child, SIGKILL);
  while (::waitpid(child, nullptr, 0) == -1 && errno == EINTR) continue;
}

}  // namespace

const char* stage_name(SpawnStage stage) noexcept { return kStageNames[static_cast<std::size_t>(stage)]; }

std::optional<SpawnStage> stage_from_name(const std::string& name) noexcept {
  for (std::size_t i = 0; i < kStageNames.size(); ++i) {
    if (name == kStageNames[i]) return static_cast<SpawnStage>(i);
  }
  return std::nullopt;
}

HeldInstance::HeldInstance(const ProcessId& process, Handle gate_end, Handle report_end,
                           std::unique_ptr<SpawnMemory> memory)
    : id(process), gate(std::move(gate_end)), report(std::move(report_end)), memory_(std::move(memory)) {}

HeldInstance::HeldInstance(HeldInstance&&) noexcept = default;

HeldInstance& HeldInstance::operator=(HeldInstance&& other) noexcept {
  std::swap(id, other.id);
  std::swap(gate, other.gate);
  std::swap(report, other.report);
  std::swap(calls, other.calls);
  std::swap(memory_, other.memory_);
  return *this;
}

HeldInstance::~HeldInstance() {
  gate.reset();
  if (memory_ && !has_let_go(report)) abandoned().push_back({std::move(report), std::move(memory_)});
}

Result<HeldInstance> spawn_held(SpawnRequest request) {
  std::erase_if(abandoned(), [](const Abandoned& each) { return has_let_go(each.report); });
  auto memory = std::make_unique<SpawnMemory>(std::move(request));
  Result<PipeEnds> gate = make_pipe();
  if (!gate) return gate.error();
  Result<PipeEnds> report = make_pipe();
  if (!report) return report.error();
  if (const Status moved = out_of_the_way(report->write, memory->plan.passed.size()); !moved) return moved.error();
  if (Status set = set_non_blocking(report->read.get()); !set) return set.error();
  memory->plan.gate = gate->read.get();
  memory->plan.report = report->write.get();

  Handle calls, their_calls;
  if (memory->request.share_ports) {
    std::array<int, 2> ends{};
    if (FOREVER_SYS(socketpair, -1, AF_UNIX, kKeeperSocketType, 0, ends.data()) != 0)
      return last_error("make a channel to a new process");
    calls.reset(ends[0]);
    their_calls.reset(ends[1]);
    for (const int end : ends) (void)sys::fcntl(end, F_SETFD, FD_CLOEXEC);
    memory->plan.calls = their_calls.get();
  }

  pid_t child = -1;
  {
    const SignalBlock block;
    child = start_strip(memory->plan, memory->stack);
  }
  if (child == -1) return last_error("fork");

  const std::optional<ProcessId> id = identify(child);
  if (!id) {
    Error error = last_error("identify process " + std::to_string(child));
    give_up(child);
    return error;
  }
  HeldInstance held{*id, std::move(gate->write), std::move(report->read), std::move(memory)};
  held.calls = std::move(calls);
  return held;
}

Handle take_port_calls(HeldInstance& held) {
  KeeperMessage message;
  if (receive_keeper_message(held.calls.get(), message) != KeeperMessageState::nothing) held.calls.reset();
  return std::move(message.attached);
}

void open_gate(HeldInstance& held) noexcept {
  // The child may be dead already; its missing ear must not be our death, whatever the caller does with SIGPIPE.
  const SignalBlock block;
  sigset_t pending;
  sigemptyset(&pending);
  ::sigpending(&pending);
  const bool had_one = sigismember(&pending, SIGPIPE) == 1;
  const char opened = 1;
  const ssize_t put = sys::uninterrupted([&] { return sys::write(held.gate.get(), &opened, sizeof opened); });
  if (put == -1 && errno == EPIPE && !had_one) {
    ::sigpending(&pending);
    sigset_t only_pipe;
    sigemptyset(&only_pipe);
    sigaddset(&only_pipe, SIGPIPE);
    int taken = 0;
    if (sigismember(&pending, SIGPIPE) == 1) ::sigwait(&only_pipe, &taken);
  }
  held.gate.reset();
}

ExecReport read_report(NativeHandle report) noexcept {
  StripFailure failure;
  const ssize_t got = sys::uninterrupted([&] { return sys::read(report, &failure, sizeof failure); });
  if (got == 0) return {.known = true, .failure = std::nullopt};
  if (got != static_cast<ssize_t>(sizeof failure)) return {};
  return {.known = true, .failure = SpawnFailure{static_cast<SpawnStage>(failure.stage), failure.code}};
}

}  // namespace forever
