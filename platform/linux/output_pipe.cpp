// The way of an instance's output on Linux: splice(2) moves it, tee(2) looks at it, nothing is read before it is safe.
#include "platform/output_pipe.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>

#include "platform/posix/make_fifo.hpp"
#include "platform/posix/sys.hpp"

namespace forever {
namespace {

constexpr std::size_t kCopy = 16U << 10U;  // bytes; on the stack, for files that cannot be spliced to

// A description of its own for what `fd` of this process names.
Handle open_anew(int fd, int flags) noexcept {
  std::array<char, 40> path{};
  (void)std::snprintf(path.data(), path.size(), "/proc/self/fd/%d", fd);
  return Handle{sys::uninterrupted([&] { return sys::open(path.data(), flags | O_CLOEXEC); })};
}

Result<Handle> checked_fifo(int fd, const std::string& what) {
  Handle held{fd};
  struct stat facts {};
  if (!held || sys::fstat(held.get(), &facts) != 0) return last_error("open " + what);
  if (!S_ISFIFO(facts.st_mode)) return error_from(EEXIST, "use " + what + " as a FIFO");
  return held;
}

ssize_t write_at_or_append(NativeHandle file, const char* bytes, std::size_t size, std::uint64_t offset) noexcept {
  const auto result = sys::uninterrupted([&] { return sys::pwrite(file, bytes, size, static_cast<off_t>(offset)); });
  if (result >= 0 || errno != ESPIPE) return result;
  return sys::uninterrupted([&] { return sys::write(file, bytes, size); });
}

}  // namespace

Result<Handle> hold_fifo(const std::string& path) {
  if (const Status made = make_fifo(path); !made) return made.error();
  constexpr int kFlags = O_RDWR | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC;
  return checked_fifo(sys::uninterrupted([&] { return sys::open(path.c_str(), kFlags); }), path);
}

Result<Handle> hold_fifo_of(int pid, int fd) {
  const std::string path = "/proc/" + std::to_string(pid) + "/fd/" + std::to_string(fd);
  constexpr int kFlags = O_RDWR | O_NONBLOCK | O_CLOEXEC;
  return checked_fifo(sys::uninterrupted([&] { return sys::open(path.c_str(), kFlags); }), path);
}

Result<OutputReader> OutputReader::open(NativeHandle held_fifo) {
  Handle fifo = open_anew(held_fifo, O_RDONLY | O_NONBLOCK);
  if (!fifo) return last_error("read the output's FIFO");
  return OutputReader(std::move(fifo));
}

std::size_t OutputReader::available() const noexcept {
  int bytes = 0;
  if (sys::ioctl(fifo_.get(), static_cast<unsigned long>(FIONREAD), &bytes) != 0) return 0;
  return static_cast<std::size_t>(bytes);
}

std::size_t OutputReader::capacity() const noexcept {
  const int bytes = sys::fcntl(fifo_.get(), F_GETPIPE_SZ);
  return bytes < 0 ? 0 : static_cast<std::size_t>(bytes);
}

bool OutputReader::full() const noexcept {
  const Handle writer = open_anew(fifo_.get(), O_WRONLY | O_NONBLOCK);
  pollfd asked{.fd = writer.get(), .events = POLLOUT, .revents = 0};
  return writer && sys::poll(&asked, nfds_t{1}, 0) == 0;
}

std::size_t OutputReader::grow(std::size_t bytes) noexcept {
  if (capacity() < bytes) (void)sys::fcntl(fifo_.get(), F_SETPIPE_SZ, static_cast<int>(bytes));
  return capacity();
}

Result<std::size_t> OutputReader::move_to(NativeHandle file, std::uint64_t offset, std::size_t limit) {
  auto position = static_cast<off64_t>(offset);
  const auto moved = sys::uninterrupted([&] {
    return FOREVER_SYS(splice, ssize_t{-1}, fifo_.get(), nullptr, file, &position, limit, SPLICE_F_NONBLOCK);
  });
  if (moved >= 0) return static_cast<std::size_t>(moved);
  if (errno == EAGAIN) return std::size_t{0};
  if (errno != EINVAL && errno != ESPIPE) return last_error("write");

  std::array<char, kCopy> buffer;
  Result<std::size_t> peeked = peek(std::span(buffer).first(std::min(limit, kCopy)));
  if (!peeked || *peeked == 0) return peeked;
  const ssize_t written = write_at_or_append(file, buffer.data(), *peeked, offset);
  if (written < 0 && errno == EAGAIN) return std::size_t{0};
  if (written < 0) return last_error("write");
  return consume(static_cast<std::size_t>(written));
}

Result<std::size_t> OutputReader::peek(std::span<char> buffer) {
  const std::size_t wanted = std::min(buffer.size(), available());
  if (wanted == 0) return std::size_t{0};
  if (!scratch_read_) {
    std::array<int, 2> ends{-1, -1};
    if (FOREVER_SYS(pipe2, -1, ends.data(), O_CLOEXEC | O_NONBLOCK) != 0) return last_error("create a pipe");
    scratch_read_.reset(ends[0]);
    scratch_write_.reset(ends[1]);
  }
  if (wanted > static_cast<std::size_t>(FOREVER_SYS(fcntl, 0, scratch_write_.get(), F_GETPIPE_SZ)))
    (void)sys::fcntl(scratch_write_.get(), F_SETPIPE_SZ, static_cast<int>(wanted));

  const auto copied = sys::uninterrupted([&] {
    return FOREVER_SYS(tee, ssize_t{-1}, fifo_.get(), scratch_write_.get(), wanted, unsigned{SPLICE_F_NONBLOCK});
  });
  if (copied < 0 && errno == EAGAIN) return std::size_t{0};
  if (copied < 0) return last_error("copy the output");
  std::size_t got = 0;
  while (got < static_cast<std::size_t>(copied)) {
    const auto count = sys::uninterrupted(
        [&] { return sys::read(scratch_read_.get(), buffer.data() + got, static_cast<std::size_t>(copied) - got); });
    if (count <= 0) {
      Error error = last_error("copy the output");
      rest();  // the next copy must not begin with what is left of this one
      return error;
    }
    got += static_cast<std::size_t>(count);
  }
  return got;
}

std::size_t OutputReader::consume(std::size_t count) noexcept {
  if (!null_) null_.reset(sys::uninterrupted([] { return sys::open("/dev/null", O_WRONLY | O_CLOEXEC); }));
  std::size_t gone = 0;
  while (gone < count) {
    auto result = !null_ ? ssize_t{-1} : sys::uninterrupted([&] {
      return FOREVER_SYS(splice, ssize_t{-1}, fifo_.get(), nullptr, null_.get(), nullptr, count - gone,
                         unsigned{SPLICE_F_NONBLOCK});
    });
    if (result < 0 && (!null_ || errno != EAGAIN)) {
      std::array<char, kCopy> buffer;
      result = sys::uninterrupted([&] { return sys::read(fifo_.get(), buffer.data(), std::min(count - gone, kCopy)); });
    }
    if (result <= 0) break;
    gone += static_cast<std::size_t>(result);
  }
  return gone;
}

void OutputReader::rest() noexcept {
  scratch_read_.reset();
  scratch_write_.reset();
  null_.reset();
}

}  // namespace forever
