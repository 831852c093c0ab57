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

Result<PipeEnds> make_pipe_of(std::size_t capacity) {
  static std::atomic<unsigned> count = 0;
  const std::string name = "\\\\.\\pipe\\forever-pipe-" + std::to_string(::GetCurrentProcessId()) + "-" +
                           std::to_string(++count) + "-" + std::to_string(steady_now().time_since_epoch().count());
  PipeEnds ends;
  ends.read.reset(as_native(::CreateNamedPipeW(
      to_wide(name).c_str(), PIPE_ACCESS_INBOUND | FILE_FLAG_OVERLAPPED | FILE_FLAG_FIRST_PIPE_INSTANCE,
      PIPE_TYPE_BYTE | PIPE_REJECT_REMOTE_CLIENTS, 1, 0, static_cast<DWORD>(capacity), 0, owner_only())));
  if (!ends.read) return last_error("make a pipe");
  ends.write.reset(as_native(::CreateFileW(to_wide(name).c_str(), GENERIC_WRITE | FILE_READ_ATTRIBUTES, 0, nullptr,
                                           OPEN_EXISTING, FILE_ATTRIBUTE_NORMAL, nullptr)));
  if (!ends.write) return last_error("make a pipe");
  keep_channel(ends.read.get());
  return ends;
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
