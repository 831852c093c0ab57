// Making pipes, and short messages through them.
#include <array>
#include <atomic>

#include "platform/clock.hpp"
#include "platform/local_socket.hpp"
#include "platform/win32/channel.hpp"
#include "platform/win32/pipe_pair.hpp"
#include "platform/win32/security.hpp"

namespace forever {

namespace win32 {

namespace {

// This process's end of a pipe that no other process can find, and that of a program, which does not wait for several.
struct Pair {
  Handle ours, theirs;
};

Result<Pair> make_pair(DWORD direction, DWORD access, std::size_t capacity) {
  static std::atomic<unsigned> count = 0;
  const std::string name = "\\\\.\\pipe\\forever-pipe-" + std::to_string(::GetCurrentProcessId()) + "-" +
                           std::to_string(++count) + "-" + std::to_string(steady_now().time_since_epoch().count());
  const auto size = static_cast<DWORD>(capacity);
  Pair pair;
  pair.ours.reset(as_native(::CreateNamedPipeW(to_wide(name).c_str(),
                                               direction | FILE_FLAG_OVERLAPPED | FILE_FLAG_FIRST_PIPE_INSTANCE,
                                               PIPE_TYPE_BYTE | PIPE_REJECT_REMOTE_CLIENTS, 1,
                                               direction == PIPE_ACCESS_INBOUND ? 0 : size, size, 0, owner_only())));
  if (!pair.ours) return last_error("make a pipe");
  pair.theirs.reset(as_native(
      ::CreateFileW(to_wide(name).c_str(), access, 0, nullptr, OPEN_EXISTING, FILE_ATTRIBUTE_NORMAL, nullptr)));
  if (!pair.theirs) return last_error("make a pipe");
  return pair;
}

}  // namespace

Result<PipeEnds> make_pipe_of(std::size_t capacity) {
  auto pair = make_pair(PIPE_ACCESS_INBOUND, GENERIC_WRITE | FILE_READ_ATTRIBUTES, capacity);
  if (!pair) return pair.error();
  keep_channel(pair->ours.get());
  return PipeEnds{std::move(pair->ours), std::move(pair->theirs)};
}

Result<PipeEnds> make_input_pipe_of(std::size_t capacity) {
  // In both directions, for the right to ask what it is.
  auto pair = make_pair(PIPE_ACCESS_DUPLEX, GENERIC_READ | FILE_WRITE_ATTRIBUTES, capacity);
  if (!pair) return pair.error();
  return PipeEnds{std::move(pair->theirs), std::move(pair->ours)};
}

}  // namespace win32

Result<PipeEnds> make_pipe() { return win32::make_pipe_of(64U << 10U); }

std::string read_to_end(NativeHandle read_end, std::chrono::milliseconds patience) {
  std::string all;
  const Time deadline = steady_now() + patience;
  for (;;) {
    const auto left = std::chrono::ceil<Milliseconds>(deadline - steady_now());
    const std::array<NativeHandle, 1> handles{read_end};
    if (left <= Milliseconds{0} || wait_readable(handles, left) < 0) return all;
    const auto more = receive_some(read_end, all);
    if (!more || !*more) return all;
  }
}

void write_message(NativeHandle write_end, std::string_view message) noexcept {
  DWORD put = 0;
  ::WriteFile(win32::as_handle(write_end), message.data(), static_cast<DWORD>(message.size()), &put, nullptr);
}

}  // namespace forever
