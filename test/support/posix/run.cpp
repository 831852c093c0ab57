// fork, exec, and a poll over what comes back.
#include "test/support/run.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>
#if defined(__linux__)
#include <pty.h>
#elif defined(__APPLE__)
#include <util.h>
#else
#include <libutil.h>
#endif

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <stdexcept>
#include <utility>

namespace forever::test {
namespace {

[[noreturn]] void fail(const char* what) { throw std::runtime_error(std::string(what) + ": " + std::strerror(errno)); }

void close_descriptor(int& fd) {
  if (fd >= 0) close(fd);
  fd = -1;
}

struct Pipe {
  int read_end = -1;
  int write_end = -1;
  Pipe() {
    std::array<int, 2> ends{};
    if (pipe(ends.data()) != 0) fail("pipe");
    read_end = ends[0];
    write_end = ends[1];
    for (const int end : ends) fcntl(end, F_SETFD, FD_CLOEXEC);
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;
  ~Pipe() {
    close_descriptor(read_end);
    close_descriptor(write_end);
  }
};

// Runs in the new process; what it returns to does not exist.
[[noreturn]] void become(const Command& command, std::vector<char*>& argv, int report) {
  for (const auto& [name, value] : command.environment) {
    if (value) {
      setenv(name.c_str(), value->c_str(), 1);
    } else {
      unsetenv(name.c_str());
    }
  }
  if (command.directory.empty() || chdir(command.directory.c_str()) == 0) {
    if (command.before_exec) command.before_exec();
    execvp(argv[0], argv.data());
  }
  const int code = errno;
  if (write(report, &code, sizeof code) < 0) _exit(126);
  _exit(127);
}

// Appends what can be read now; closes at end of file. A terminal whose other side is closed reads EIO.
void drain(int& fd, std::string& into) {
  std::array<char, 65536> buffer{};
  while (fd >= 0) {
    const ssize_t count = read(fd, buffer.data(), buffer.size());
    if (count > 0) {
      into.append(buffer.data(), static_cast<std::size_t>(count));
    } else if (count == 0 || (errno != EINTR && errno != EAGAIN)) {
      close_descriptor(fd);
    } else if (errno == EAGAIN) {
      return;
    }
  }
}

}  // namespace

struct Running::State {
  pid_t pid = -1;
  int input = -1;
  int output = -1;
  int error = -1;
  bool terminal = false;
  std::optional<int> status;
  std::string out;
  std::string err;
  Clock::time_point started;
  Clock::time_point ended;

  void pump() {
    drain(output, out);
    drain(error, err);
    if (!status) {
      int code = 0;
      if (waitpid(pid, &code, WNOHANG) == pid) {
        status = code;
        ended = Clock::now();
        drain(output, out);
        drain(error, err);
      }
    }
  }

  // Sleeps until something is to be read, at most 1 ms, since the end of a process cannot be polled for everywhere.
  void rest() const {
    std::array<pollfd, 2> wanted{{{output, POLLIN, 0}, {error, POLLIN, 0}}};
    poll(wanted.data(), wanted.size(), 1);
  }

  void confirm_exec(int report) const {
    int code = 0;
    if (read(report, &code, sizeof code) != sizeof code) return;
    waitpid(pid, nullptr, 0);
    errno = code;
    fail("cannot execute");
  }
};

namespace {

void send_input(int fd, const std::string& text) {
  std::size_t sent = 0;
  while (sent < text.size()) {
    const ssize_t count = write(fd, text.data() + sent, text.size() - sent);
    if (count < 0 && errno != EINTR) return;
    if (count > 0) sent += static_cast<std::size_t>(count);
  }
}

std::vector<char*> pointers(const std::vector<std::string>& argv) {
  std::vector<char*> list;
  for (const auto& argument : argv) list.push_back(const_cast<char*>(argument.c_str()));
  list.push_back(nullptr);
  return list;
}

void own_and_do_not_block(int fd) {
  fcntl(fd, F_SETFD, FD_CLOEXEC);
  fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
}

}  // namespace

Running::Running(const Command& command) : state_(std::make_unique<State>()) {
  auto argv = pointers(command.argv);
  Pipe in;
  Pipe out;
  Pipe err;
  Pipe report;
  state_->started = Clock::now();
  state_->pid = fork();
  if (state_->pid < 0) fail("fork");
  if (state_->pid == 0) {
    dup2(in.read_end, 0);
    dup2(out.write_end, 1);
    dup2(err.write_end, 2);
    become(command, argv, report.write_end);
  }
  close_descriptor(report.write_end);
  state_->confirm_exec(report.read_end);
  state_->input = std::exchange(in.write_end, -1);
  state_->output = std::exchange(out.read_end, -1);
  state_->error = std::exchange(err.read_end, -1);
  own_and_do_not_block(state_->output);
  own_and_do_not_block(state_->error);
  send_input(state_->input, command.input);
}

Running::Running(const Command& command, int rows, int columns) : state_(std::make_unique<State>()) {
  auto argv = pointers(command.argv);
  winsize size{};
  size.ws_row = static_cast<unsigned short>(rows);
  size.ws_col = static_cast<unsigned short>(columns);
  Pipe report;
  state_->terminal = true;
  state_->started = Clock::now();
  state_->pid = forkpty(&state_->output, nullptr, nullptr, &size);
  const bool out_of_room = errno == EAGAIN || errno == ENOMEM || errno == EMFILE || errno == ENFILE;
  if (state_->pid < 0 && !out_of_room)
    throw Unavailable(std::string("there are no terminals here: ") + std::strerror(errno));
  if (state_->pid < 0) fail("forkpty");
  if (state_->pid == 0) become(command, argv, report.write_end);
  close_descriptor(report.write_end);
  state_->confirm_exec(report.read_end);
  state_->input = fcntl(state_->output, F_DUPFD_CLOEXEC, 0);
  own_and_do_not_block(state_->output);
  send_input(state_->input, command.input);
}

Running::Running(Running&&) noexcept = default;

Running::~Running() {
  if (!state_) return;
  if (!state_->status) {
    kill(state_->pid, SIGKILL);
    waitpid(state_->pid, nullptr, 0);
  }
  for (int* fd : {&state_->input, &state_->output, &state_->error}) close_descriptor(*fd);
}

int Running::pid() const { return state_->pid; }

const std::string& Running::out() {
  state_->pump();
  return state_->out;
}

const std::string& Running::err() {
  state_->pump();
  return state_->err;
}

void Running::signal(int number) {
  if (!has_ended()) kill(state_->pid, number);
}

void Running::type(const std::string& keys) { send_input(state_->input, keys); }

void Running::close_input() { close_descriptor(state_->input); }

void Running::hang_up() {
  state_->pump();
  close_descriptor(state_->input);
  close_descriptor(state_->output);
}

void Running::resize(int rows, int columns) {
  winsize size{};
  size.ws_row = static_cast<unsigned short>(rows);
  size.ws_col = static_cast<unsigned short>(columns);
  ioctl(state_->output, TIOCSWINSZ, &size);
}

int Running::foreground_group() const { return tcgetpgrp(state_->output); }

bool Running::has_ended() {
  state_->pump();
  return state_->status.has_value();
}

bool Running::wait_for(const std::string& text, Milliseconds deadline) {
  const auto end = Clock::now() + deadline * patience();
  while (true) {
    const bool over = has_ended() || Clock::now() >= end;
    if (state_->out.find(text) != std::string::npos || state_->err.find(text) != std::string::npos) return true;
    if (over) return false;
    state_->rest();
  }
}

Result Running::wait(Milliseconds deadline) {
  if (!state_->terminal) close_input();
  Result result;
  const auto end = Clock::now() + deadline * patience();
  while (!has_ended()) {
    if (Clock::now() >= end && !result.timed_out) {
      result.timed_out = true;
      kill(state_->pid, SIGKILL);
    }
    state_->rest();
  }
  // One more poll after the time has passed: this process may have been the one that was not scheduled.
  const auto released_by = Clock::now() + 500ms * patience();
  for (bool over = false; (state_->output >= 0 || state_->error >= 0) && !over;) {
    over = Clock::now() >= released_by;
    state_->rest();
    state_->pump();
  }
  result.released_output = state_->output < 0 && state_->error < 0;
  const int status = *state_->status;
  result.signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
  result.exit_code = result.signal != 0 ? 128 + result.signal : WEXITSTATUS(status);
  result.out = state_->out;
  result.err = state_->err;
  result.elapsed = std::chrono::duration_cast<Milliseconds>(state_->ended - state_->started);
  return result;
}

Result run(const Command& command) { return Running(command).wait(command.deadline); }

Result run(const std::vector<std::string>& argv) {
  Command command;
  command.argv = argv;
  return run(command);
}

}  // namespace forever::test
