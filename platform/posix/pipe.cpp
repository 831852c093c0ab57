// Making pipes, and short messages through them.
#include "platform/posix/pipe.hpp"

#include <array>

#include "platform/clock.hpp"
#include "platform/local_socket.hpp"
#include "platform/posix/sys.hpp"

namespace forever {
namespace {

#ifdef __APPLE__
int close_on_exec_pipe(int* ends) noexcept {
  if (sys::pipe(ends) != 0) return -1;
  sys::fcntl(ends[0], F_SETFD, FD_CLOEXEC);
  sys::fcntl(ends[1], F_SETFD, FD_CLOEXEC);
  return 0;
}
#else
int close_on_exec_pipe(int* ends) noexcept { return sys::pipe2(ends, O_CLOEXEC); }
#endif

// Moves a handle out of the place of a standard stream.
bool lift(Handle& handle) noexcept {
  if (handle.get() > STDERR_FILENO) return true;
  const int above = sys::fcntl(handle.get(), F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
  if (above == -1) return false;
  handle.reset(above);
  return true;
}

}  // namespace

Result<PipeEnds> make_pipe() {
  std::array<int, 2> ends{};
  if (close_on_exec_pipe(ends.data()) != 0) return last_error("make a pipe");
  PipeEnds pipe{Handle(ends[0]), Handle(ends[1])};
  if (!lift(pipe.read) || !lift(pipe.write)) return last_error("make a pipe");
  return pipe;
}

Status set_non_blocking(NativeHandle handle) {
  const int flags = sys::fcntl(handle, F_GETFL);
  if (flags == -1 || sys::fcntl(handle, F_SETFL, flags | O_NONBLOCK) != 0)
    return last_error("change a descriptor's flags");
  return Done{};
}

std::string read_to_end(NativeHandle read_end, std::chrono::milliseconds patience) {
  std::string all;
  const Time deadline = steady_now() + patience;
  for (;;) {
    const auto left = std::chrono::ceil<Milliseconds>(deadline - steady_now());
    const std::array<NativeHandle, 1> handles{read_end};
    if (left <= Milliseconds{0} || wait_readable(handles, left) < 0) return all;
    std::array<char, 4096> buffer;
    const ssize_t got = sys::uninterrupted([&] { return sys::read(read_end, buffer.data(), buffer.size()); });
    if (got <= 0) return all;
    all.append(buffer.data(), static_cast<std::size_t>(got));
  }
}

void write_message(NativeHandle write_end, std::string_view message) noexcept {
  (void)sys::uninterrupted([&] { return sys::write(write_end, message.data(), message.size()); });
}

}  // namespace forever
