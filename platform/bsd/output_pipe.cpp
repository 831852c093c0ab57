// The way of an instance's output on macOS and the BSDs, which have neither splice nor tee: what is looked at has been read,
// and is lost if the reader is killed before it has written it.
#include "platform/output_pipe.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "platform/posix/make_fifo.hpp"
#include "platform/posix/sys.hpp"

namespace forever {
namespace {

constexpr std::size_t kCopy = 16U << 10U;
constexpr std::size_t kUsualCapacity = 64U << 10U;  // the real one is unknown

}  // namespace

Result<Handle> hold_fifo(const std::string& path) {
  if (const Status made = make_fifo(path); !made) return made.error();
  constexpr int kFlags = O_RDWR | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC;
  Handle held{sys::uninterrupted([&] { return sys::open(path.c_str(), kFlags); })};
  struct stat facts {};
  if (!held || sys::fstat(held.get(), &facts) != 0) return last_error("open " + path);
  if (!S_ISFIFO(facts.st_mode)) return error_from(EEXIST, "use " + path + " as a FIFO");
  return held;
}

Result<Handle> hold_fifo_of(int pid, int fd) {
  return error_from(ENOTSUP, "reach descriptor " + std::to_string(fd) + " of process " + std::to_string(pid));
}

// The held description itself: /dev/fd does not make a new one here. It is non-blocking, and no other process reads from it.
Result<OutputReader> OutputReader::open(NativeHandle held_fifo) {
  Handle fifo{sys::fcntl(held_fifo, F_DUPFD_CLOEXEC, 0)};
  if (!fifo) return last_error("read the output's FIFO");
  return OutputReader(std::move(fifo));
}

std::size_t OutputReader::available() const noexcept {
  int bytes = 0;
  if (sys::ioctl(fifo_.get(), static_cast<unsigned long>(FIONREAD), &bytes) != 0 || bytes < 0) bytes = 0;
  return taken_.size() + static_cast<std::size_t>(bytes);
}

std::size_t OutputReader::capacity() const noexcept { return kUsualCapacity; }

bool OutputReader::full() const noexcept {
  pollfd asked{.fd = fifo_.get(), .events = POLLOUT, .revents = 0};
  return sys::poll(&asked, nfds_t{1}, 0) == 0;
}

std::size_t OutputReader::grow(std::size_t) noexcept { return capacity(); }

// Reads until `wanted` bytes have been taken or nothing waits.
static Status fill(std::string& taken, NativeHandle fifo, std::size_t wanted) {
  std::array<char, kCopy> buffer;
  while (taken.size() < wanted) {
    const std::size_t most = std::min(wanted - taken.size(), kCopy);
    const auto got = sys::uninterrupted([&] { return sys::read(fifo, buffer.data(), most); });
    if (got == 0 || (got < 0 && errno == EAGAIN)) break;
    if (got < 0) return last_error("read the output");
    taken.append(buffer.data(), static_cast<std::size_t>(got));
  }
  return Done{};
}

Result<std::size_t> OutputReader::move_to(NativeHandle file, std::uint64_t offset, std::size_t limit) {
  if (const Status filled = fill(taken_, fifo_.get(), std::min(limit, kCopy)); !filled) return filled.error();
  const std::size_t size = std::min(limit, taken_.size());
  if (size == 0) return std::size_t{0};
  auto put = sys::uninterrupted([&] { return sys::pwrite(file, taken_.data(), size, static_cast<off_t>(offset)); });
  if (put < 0 && errno == ESPIPE) put = sys::uninterrupted([&] { return sys::write(file, taken_.data(), size); });
  if (put < 0 && errno == EAGAIN) return std::size_t{0};
  if (put < 0) return last_error("write");
  taken_.erase(0, static_cast<std::size_t>(put));
  return static_cast<std::size_t>(put);
}

Result<std::size_t> OutputReader::peek(std::span<char> buffer) {
  if (const Status filled = fill(taken_, fifo_.get(), buffer.size()); !filled) return filled.error();
  return taken_.copy(buffer.data(), buffer.size());
}

std::size_t OutputReader::consume(std::size_t count) noexcept {
  std::size_t gone = std::min(count, taken_.size());
  taken_.erase(0, gone);
  std::array<char, kCopy> buffer;
  while (gone < count) {
    const auto got =
        sys::uninterrupted([&] { return sys::read(fifo_.get(), buffer.data(), std::min(count - gone, kCopy)); });
    if (got <= 0) break;
    gone += static_cast<std::size_t>(got);
  }
  return gone;
}

void OutputReader::rest() noexcept { taken_.shrink_to_fit(); }

}  // namespace forever
