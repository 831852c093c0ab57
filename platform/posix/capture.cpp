// Running a program to its end for what it prints: the same strip as for an instance, a pipe in the place of its FIFO.
#include "platform/capture.hpp"

#include "platform/clock.hpp"
#include "platform/environment.hpp"
#include "platform/files.hpp"
#include "platform/local_socket.hpp"
#include "platform/pipe.hpp"
#include "platform/posix/sys.hpp"
#include "platform/spawn.hpp"

namespace forever {
namespace {

constexpr std::chrono::milliseconds kLook{2};

ExitStatus meaning_of(int status) noexcept {
  if (WIFSIGNALED(status)) return {ExitStatus::Kind::signalled, WTERMSIG(status), WCOREDUMP(status) != 0};
  return {ExitStatus::Kind::exited, WEXITSTATUS(status), false};
}

}  // namespace

Result<Captured> capture(const std::vector<std::string>& argv, std::chrono::milliseconds patience, ErrorStream error) {
  SpawnRequest request;
  request.environment = environment_snapshot();
  const ProgramLookup found =
      find_program(argv.front(), "/", environment_variable("PATH").value_or("/usr/local/bin:/usr/bin:/bin"));
  if (found.code != 0) return error_from(found.code, "execute " + argv.front());
  auto pipe = make_pipe();
  if (!pipe) return pipe.error();
  request.program = found.path;
  request.argv = argv;
  request.umask = current_umask();
  request.out = pipe->write.get();
  if (error == ErrorStream::captured) request.err = request.out;
  auto held = spawn_held(std::move(request));
  if (!held) return held.error();
  const Time deadline = steady_now() + patience;
  open_gate(*held);
  // The child opens its end of the pipe before the gate, so this process can close its own now; the report shows that the child is at the gate.
  const auto told = held->report.get();
  (void)wait_readable({&told, 1}, patience);
  const ExecReport report = read_report(told);
  pipe->write.reset();

  Captured captured;
  if (!report.failure)
    captured.out = read_to_end(pipe->read.get(), std::chrono::ceil<Milliseconds>(deadline - steady_now()));
  int status = 0;
  for (;;) {
    const pid_t reaped = sys::uninterrupted([&] { return sys::waitpid(held->id.pid, &status, WNOHANG); });
    if (reaped != 0) break;
    if (steady_now() >= deadline) {
      captured.timed_out = true;
      (void)sys::kill(-held->id.pid, SIGKILL);
      (void)sys::kill(held->id.pid, SIGKILL);
      // Not through the door: a fault must not make us spin or leave a zombie.
      while (::waitpid(held->id.pid, &status, 0) == -1 && errno == EINTR) continue;
      break;
    }
    (void)wait_readable({}, kLook);
  }
  if (report.failure) return error_from(report.failure->code, "execute " + argv.front());
  captured.status = meaning_of(status);
  return captured;
}

}  // namespace forever
