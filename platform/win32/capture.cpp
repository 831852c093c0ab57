// Running a program to its end for what it prints: started as an instance is, with a pipe in the place of its output's.
#include "platform/capture.hpp"

#include <algorithm>

#include "platform/clock.hpp"
#include "platform/environment.hpp"
#include "platform/files.hpp"
#include "platform/pipe.hpp"
#include "platform/spawn.hpp"
#include "platform/win32/jobs.hpp"

namespace forever {

Result<Captured> capture(const std::vector<std::string>& argv, std::chrono::milliseconds patience, ErrorStream error) {
  SpawnRequest request;
  request.environment = environment_snapshot();
  const ProgramLookup found =
      find_program(argv.front(), current_directory(), environment_variable("PATH").value_or(""));
  if (!found.executable) return error_from(found.code == 0 ? ENOEXEC : found.code, "execute " + argv.front());
  auto pipe = make_pipe();
  if (!pipe) return pipe.error();
  request.program = found.path;
  request.argv = argv;
  request.out = pipe->write.get();
  if (error == ErrorStream::captured) request.err = request.out;
  auto held = spawn_held(std::move(request));
  if (!held) return held.error();
  const Time deadline = steady_now() + patience;
  pipe->write.reset();
  open_gate(*held);

  Captured captured;
  captured.out = read_to_end(pipe->read.get(), patience);
  const auto left = std::max(std::chrono::ceil<Milliseconds>(deadline - steady_now()), Milliseconds{0});
  if (const auto ended = win32::await_end(held->id, left)) {
    captured.status = *ended;
  } else {
    captured.timed_out = true;
    (void)win32::end_job(held->id).ok();
    captured.status = win32::await_end(held->id, Milliseconds{-1}).value_or(ExitStatus{});
  }
  win32::forget_instance(held->id);
  return captured;
}

}  // namespace forever
