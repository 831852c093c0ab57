// An instance's output: a pipe whose both ends are held here, so that neither side sees the other's death while we live.
#include "platform/output_pipe.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <map>
#include <mutex>

#include "platform/files.hpp"
#include "platform/win32/channel.hpp"
#include "platform/win32/kept_handles.hpp"
#include "platform/win32/output_pipe.hpp"
#include "platform/win32/pipe_pair.hpp"

namespace forever {
namespace {

constexpr std::size_t kCapacity = 1U << 20U;  // bytes; the system takes memory for what waits only
constexpr std::size_t kOutputPiece = 64U << 10U;

// The write ends by their read ends. Those of a read end that was closed go when its number comes again.
struct WriteEnds {
  std::mutex mutex;
  std::map<NativeHandle, Handle> ends;
};
WriteEnds& write_ends() {
  static WriteEnds* const only = new WriteEnds;
  return *only;
}

}  // namespace

namespace win32 {

NativeHandle write_end_of(NativeHandle held) noexcept {
  const std::lock_guard hold(write_ends().mutex);
  const auto found = write_ends().ends.find(held);
  return found == write_ends().ends.end() ? held : found->second.get();
}

}  // namespace win32

Result<Handle> hold_fifo(const std::string&) {
  Result<PipeEnds> pipe = win32::make_pipe_of(kCapacity);
  if (!pipe) return pipe.error();
  const std::lock_guard hold(write_ends().mutex);
  write_ends().ends.insert_or_assign(pipe->read.get(), std::move(pipe->write));
  return std::move(pipe->read);
}

// The ends that an earlier supervisor has put into the process for us.
Result<Handle> hold_fifo_of(int pid, int fd) {
  const auto id = identify(pid);
  if (!id) return error_from(ESRCH, "reach a pipe of process " + std::to_string(pid));
  win32::TakenBack taken = win32::take_back(*id);
  Handle read = std::move(fd == 1 ? taken.out_read : taken.err_read);
  Handle write = std::move(fd == 1 ? taken.out_write : taken.err_write);
  if (!read || !write) return error_from(ENOTSUP, "reach a pipe of process " + std::to_string(pid));
  win32::keep_channel(read.get());
  const std::lock_guard hold(write_ends().mutex);
  write_ends().ends.insert_or_assign(read.get(), std::move(write));
  return read;
}

Result<OutputReader> OutputReader::open(NativeHandle held_fifo) {
  HANDLE copy = nullptr;
  HANDLE const self = ::GetCurrentProcess();
  if (::DuplicateHandle(self, win32::as_handle(held_fifo), self, &copy, 0, FALSE, DUPLICATE_SAME_ACCESS) == 0) {
    return last_error("open a pipe for reading");
  }
  Handle reader(win32::as_native(copy));
  win32::keep_channel(reader.get());
  return OutputReader(std::move(reader));
}

std::size_t OutputReader::available() const noexcept {
  DWORD waiting = 0;
  return ::PeekNamedPipe(win32::as_handle(fifo_.get()), nullptr, 0, nullptr, &waiting, nullptr) != 0 ? waiting : 0;
}

std::size_t OutputReader::capacity() const noexcept {
  DWORD size = 0;
  return ::GetNamedPipeInfo(win32::as_handle(fifo_.get()), nullptr, nullptr, &size, nullptr) != 0 ? size : 0;
}

bool OutputReader::full() const noexcept { return available() >= capacity(); }

std::size_t OutputReader::grow(std::size_t) noexcept { return capacity(); }

Result<std::size_t> OutputReader::move_to(NativeHandle file, std::uint64_t offset, std::size_t limit) {
  std::size_t moved = 0;
  std::string piece(std::min(limit, kOutputPiece), '\0');
  while (moved < limit) {
    const auto got = peek(std::span(piece).first(std::min(piece.size(), limit - moved)));
    if (!got || *got == 0) break;
    // Written first, taken away then: dying in between repeats bytes, and loses none.
    const auto put = write_at(file, offset + moved, std::string_view(piece).substr(0, *got));
    if (!put) return put.error();
    moved += consume(*got);
  }
  return moved;
}

Result<std::size_t> OutputReader::peek(std::span<char> buffer) {
  const win32::Channel* const channel = win32::channel_of(fifo_.get());
  const auto got = channel->peek(buffer.data(), buffer.size());
  if (!got && got.error().code.value() == EPIPE) return std::size_t{0};
  return got;
}

std::size_t OutputReader::consume(std::size_t count) noexcept {
  win32::Channel* const channel = win32::channel_of(fifo_.get());
  std::array<char, 16U << 10U> buffer;
  std::size_t gone = 0;
  while (gone < count) {
    const auto got = channel->read(buffer.data(), std::min(buffer.size(), count - gone));
    if (!got || *got == 0) break;
    gone += *got;
  }
  return gone;
}

void OutputReader::rest() noexcept {}

}  // namespace forever
