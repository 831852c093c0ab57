// The terminal, and writing to it.
#include "platform/console.hpp"

#include <array>
#include <cstdlib>
#include <string_view>

#include "platform/environment.hpp"
#include "platform/posix/sys.hpp"

namespace forever {
namespace {

int descriptor_of(Stream stream) noexcept {
  switch (stream) {
    case Stream::in: return STDIN_FILENO;
    case Stream::out: return STDOUT_FILENO;
    case Stream::err: return STDERR_FILENO;
  }
  return STDERR_FILENO;
}

constexpr int kWidest = 10000;  // columns; more is a mistake in COLUMNS

}  // namespace

void fill_standard_streams() noexcept {
  for (int stream = STDIN_FILENO; stream <= STDERR_FILENO; ++stream) {
    // open(2) gives the lowest number that is free, which is this one.
    if (sys::fcntl(stream, F_GETFD) == -1) (void)sys::open("/dev/null", O_RDWR);
  }
}

bool is_terminal(Stream stream) noexcept { return ::isatty(descriptor_of(stream)) == 1; }

bool has_controlling_terminal() noexcept {
  const int terminal = sys::open("/dev/tty", O_RDONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
  if (terminal < 0) return errno != ENXIO && errno != EIO;
  ::close(terminal);
  return true;
}

bool nobody_reads(Stream stream) noexcept {
  pollfd state{.fd = descriptor_of(stream), .events = 0, .revents = 0};
  return sys::uninterrupted([&] { return sys::poll(&state, nfds_t{1}, 0); }) > 0 &&
         (state.revents & (POLLERR | POLLHUP)) != 0;
}

int terminal_width(int otherwise) noexcept {
  if (const char* columns = std::getenv("COLUMNS")) {
    if (const int width = std::atoi(columns); width > 0 && width <= kWidest) return width;
  }
  winsize size{};
  if (sys::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
  return otherwise;
}

bool colours_wanted(Stream stream) {
  if (const auto force = environment_variable("FORCE_COLOR"); force && !force->empty()) return *force != "0";
  if (const auto none = environment_variable("NO_COLOR"); none && !none->empty()) return false;
  const auto terminal = environment_variable("TERM");
  return is_terminal(stream) && terminal && !terminal->empty() && *terminal != "dumb";
}

Status write_all(Stream stream, std::string_view bytes) {
  const int descriptor = descriptor_of(stream);
  while (!bytes.empty()) {
    const ssize_t put = sys::write(descriptor, bytes.data(), bytes.size());
    if (put >= 0) {
      bytes.remove_prefix(static_cast<std::size_t>(put));
    } else if (errno == EAGAIN) {
      // Another process made the shared terminal non-blocking.
      pollfd ready{.fd = descriptor, .events = POLLOUT, .revents = 0};
      sys::poll(&ready, nfds_t{1}, -1);
    } else if (errno != EINTR) {
      return last_error(stream == Stream::out ? "write to standard output" : "write to standard error");
    }
  }
  return Done{};
}

Result<std::string> read_standard_input(std::size_t limit) {
  std::string all;
  std::array<char, 65536> buffer;
  for (;;) {
    const ssize_t got = sys::read(STDIN_FILENO, buffer.data(), buffer.size());
    if (got == 0) return all;
    if (got > 0) {
      all.append(buffer.data(), static_cast<std::size_t>(got));
      if (all.size() > limit) return error_from(EFBIG, "read standard input");
    } else if (errno == EAGAIN) {
      pollfd ready{.fd = STDIN_FILENO, .events = POLLIN, .revents = 0};
      sys::poll(&ready, nfds_t{1}, -1);
    } else if (errno != EINTR) {
      return last_error("read standard input");
    }
  }
}

}  // namespace forever
