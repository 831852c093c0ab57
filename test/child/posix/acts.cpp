// The talking child's acts on POSIX; what /proc tells is Linux's.
#include "test/child/acts.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <map>
#include <vector>

extern "C" char** environ;

namespace forever::child {
namespace {

int talk_descriptor = 1;
std::vector<int> listeners;
int response_delay = 0;
std::array<volatile sig_atomic_t, 65> arrived{};

[[noreturn]] void refuse(const std::string& why) {
  std::fprintf(stderr, "child: %s: %s\n", why.c_str(), std::strerror(errno));
  std::_Exit(98);
}

const std::map<std::string, int>& signal_table() {
  static const std::map<std::string, int> table{
      {"HUP", SIGHUP},   {"INT", SIGINT},   {"QUIT", SIGQUIT}, {"ILL", SIGILL},   {"TRAP", SIGTRAP},
      {"ABRT", SIGABRT}, {"BUS", SIGBUS},   {"FPE", SIGFPE},   {"KILL", SIGKILL}, {"USR1", SIGUSR1},
      {"SEGV", SIGSEGV}, {"USR2", SIGUSR2}, {"PIPE", SIGPIPE}, {"ALRM", SIGALRM}, {"TERM", SIGTERM},
      {"CHLD", SIGCHLD}, {"CONT", SIGCONT}, {"STOP", SIGSTOP}, {"TSTP", SIGTSTP}, {"TTIN", SIGTTIN},
      {"TTOU", SIGTTOU}, {"URG", SIGURG},   {"XCPU", SIGXCPU}, {"XFSZ", SIGXFSZ}, {"WINCH", SIGWINCH}};
  return table;
}

// Only counts: the script asks for what has come between two words (next_signal).
void handle(int number) { arrived[static_cast<std::size_t>(number)] = arrived[static_cast<std::size_t>(number)] + 1; }

void set_action(int number, void (*action)(int)) {
  struct sigaction wanted {};
  wanted.sa_handler = action;
  sigemptyset(&wanted.sa_mask);
  sigaction(number, &wanted, nullptr);
}

sigset_t noted_signals() {
  sigset_t set;
  sigemptyset(&set);
  for (int number = 1; number < 32; ++number) {
    struct sigaction now {};
    if (sigaction(number, nullptr, &now) == 0 && now.sa_handler == handle) sigaddset(&set, number);
  }
  return set;
}

void answer(int listener) {
  const int peer = accept(listener, nullptr, nullptr);
  if (peer < 0) return;
  fcntl(peer, F_SETFL, fcntl(peer, F_GETFL) & ~O_NONBLOCK);
  std::array<char, 4096> request{};
  if (recv(peer, request.data(), request.size(), 0) > 0) {
    if (response_delay > 0) {
      const timespec delay{response_delay / 1000, response_delay % 1000 * 1000000L};
      nanosleep(&delay, nullptr);
    }
    const std::string body = std::to_string(getpid()) + "\n";
    const std::string text =
        "HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\nContent-Length: " + std::to_string(body.size()) +
        "\r\nConnection: close\r\n\r\n" + body;
    send(peer, text.data(), text.size(), MSG_NOSIGNAL);
  }
  close(peer);
}

void print_status_field(std::string& line, const char* field, const char* word) {
  std::ifstream in("/proc/self/status");
  for (std::string text; std::getline(in, text);) {
    if (text.starts_with(field)) line += std::string(" ") + word + " " + text.substr(text.find_last_of("\t ") + 1);
  }
}

}  // namespace

void write_all(int descriptor, const char* data, std::size_t size) {
  while (size > 0) {
    const ssize_t count = write(descriptor, data, size);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return;
    data += count;
    size -= static_cast<std::size_t>(count);
  }
}

void talk_to_file(const std::string& file) {
  talk_descriptor = open(file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  if (talk_descriptor < 0) refuse(file);
}

void say(const std::string& line) {
  const std::string text = line + '\n';
  write_all(talk_descriptor, text.data(), text.size());
}

std::vector<std::string> own_arguments(int argc, char** argv) { return {argv + 1, argv + argc}; }

int own_pid() { return getpid(); }

void print_session() {
  say("session pid " + std::to_string(getpid()) + " ppid " + std::to_string(getppid()) + " pgid " +
      std::to_string(getpgrp()) + " sid " + std::to_string(getsid(0)));
}

void print_users() {
  std::array<gid_t, 256> groups{};
  const int count = getgroups(static_cast<int>(groups.size()), groups.data());
  std::string line = "uid " + std::to_string(getuid()) + " gid " + std::to_string(getgid()) + " groups";
  for (int i = 0; i < count; ++i) line += " " + std::to_string(groups[static_cast<std::size_t>(i)]);
  say(line);
}

void print_limits() {
  const std::map<std::string, int> limits{{"core", RLIMIT_CORE},   {"cpu", RLIMIT_CPU},       {"data", RLIMIT_DATA},
                                          {"fsize", RLIMIT_FSIZE}, {"nofile", RLIMIT_NOFILE}, {"stack", RLIMIT_STACK},
                                          {"as", RLIMIT_AS}};
  const auto text = [](rlim_t value) { return value == RLIM_INFINITY ? "infinity" : std::to_string(value); };
  for (const auto& [name, which] : limits) {
    rlimit limit{};
    getrlimit(static_cast<decltype(RLIMIT_CORE)>(which), &limit);
    say("limit " + name + " " + text(limit.rlim_cur) + " " + text(limit.rlim_max));
  }
}

void print_umask() {
  const mode_t mask = umask(0);
  umask(mask);
  std::array<char, 8> digits{};
  std::snprintf(digits.data(), digits.size(), "%04o", static_cast<unsigned>(mask));
  say(std::string("umask ") + digits.data());
}

void print_signals() {
  std::string line = "signals";
  print_status_field(line, "SigBlk:", "blocked");
  print_status_field(line, "SigIgn:", "ignored");
  print_status_field(line, "SigCgt:", "caught");
  say(line);
}

void print_descriptors() {
  for (int descriptor = 0; descriptor < 1024; ++descriptor) {
    if (fcntl(descriptor, F_GETFD) < 0) continue;
    std::error_code error;
    say("descriptor " + std::to_string(descriptor) + " " +
        std::filesystem::read_symlink("/proc/self/fd/" + std::to_string(descriptor), error).string());
  }
}

void print_environment() {
  std::vector<std::string> all;
  for (char** entry = environ; *entry != nullptr; ++entry) all.emplace_back(*entry);
  std::sort(all.begin(), all.end());
  for (const auto& entry : all) say("env " + entry);
}

void print_terminal() {
  for (int descriptor = 0; descriptor < 3; ++descriptor) {
    say("terminal " + std::to_string(descriptor) + (isatty(descriptor) == 1 ? " yes" : " no"));
  }
}

long long monotonic_ns() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<long long>(now.tv_sec) * 1000000000 + now.tv_nsec;
}

int signal_number(const std::string& name) {
  if (const auto found = signal_table().find(name); found != signal_table().end()) return found->second;
  const int number = std::atoi(name.c_str());
  if (number > 0 && number < 65) return number;
  std::fprintf(stderr, "child: unknown signal: %s\n", name.c_str());
  std::_Exit(99);
}

std::string signal_name(int number) {
  for (const auto& [name, value] : signal_table()) {
    if (value == number) return name;
  }
  return std::to_string(number);
}

void note_signal(int number) { set_action(number, handle); }

void ignore_signal(int number) { set_action(number, SIG_IGN); }

void default_signal(int number) { set_action(number, SIG_DFL); }

int next_signal() {
  for (std::size_t number = 1; number < arrived.size(); ++number) {
    if (arrived[number] == 0) continue;
    arrived[number] = arrived[number] - 1;
    return static_cast<int>(number);
  }
  return 0;
}

void die_by_signal(int number) {
  default_signal(number);
  sigset_t only;
  sigemptyset(&only);
  sigaddset(&only, number);
  sigprocmask(SIG_UNBLOCK, &only, nullptr);
  kill(getpid(), number);
  while (true) pause();  // a signal that stops or does nothing
}

void fork_and(Relation relation, const Words& words, const std::vector<std::string>&) {
  const bool twice = relation == Relation::orphan || relation == Relation::daemon;
  const pid_t pid = fork();
  if (pid < 0) refuse("fork");
  if (pid > 0) {
    if (twice) {
      while (waitpid(pid, nullptr, 0) < 0 && errno == EINTR) {
      }
    } else {
      say("forked " + std::to_string(pid));
    }
    return;
  }
  if (relation == Relation::session || relation == Relation::daemon) setsid();
  if (twice) {
    const pid_t grandchild = fork();
    if (grandchild < 0) refuse("fork");
    if (grandchild > 0) {
      say("forked " + std::to_string(grandchild));
      std::_Exit(0);
    }
  }
  // Still open: a child that holds the port, without answering.
  if (relation != Relation::worker) listeners.clear();
  words();
  std::_Exit(0);
}

void close_descriptor(int descriptor) { close(descriptor); }

void listen_on(int port) {
  const int listener = socket(AF_INET, SOCK_STREAM, 0);
  const int on = 1;
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  fcntl(listener, F_SETFD, FD_CLOEXEC);
  fcntl(listener, F_SETFL, O_NONBLOCK);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_ANY);
  if (bind(listener, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) refuse("bind");
  if (listen(listener, 128) != 0) refuse("listen");
  listeners.push_back(listener);
  say("listening " + std::to_string(port));
}

void set_response_delay(int milliseconds) { response_delay = milliseconds; }

void stop_listening() {
  for (const int listener : listeners) close(listener);
  listeners.clear();
}

// Signals that were noted are blocked but for the wait itself, so that none can slip in before it.
void rest(int milliseconds) {
  const sigset_t noted = noted_signals();
  sigset_t before;
  sigprocmask(SIG_BLOCK, &noted, &before);
  const bool waiting = std::any_of(arrived.begin(), arrived.end(), [](sig_atomic_t count) { return count != 0; });
  if (waiting) {
    sigprocmask(SIG_SETMASK, &before, nullptr);
    return;
  }
  fd_set readable;
  FD_ZERO(&readable);
  for (const int listener : listeners) FD_SET(listener, &readable);
  const int highest = listeners.empty() ? -1 : *std::max_element(listeners.begin(), listeners.end());
  const timespec time{milliseconds / 1000, milliseconds % 1000 * 1000000L};
  const int ready = pselect(highest + 1, &readable, nullptr, nullptr, milliseconds < 0 ? nullptr : &time, &before);
  sigprocmask(SIG_SETMASK, &before, nullptr);
  if (ready <= 0) return;
  for (const int listener : listeners) {
    if (FD_ISSET(listener, &readable)) answer(listener);
  }
}

void notify(const std::string& state) {
  const char* path = std::getenv("NOTIFY_SOCKET");
  if (path == nullptr) return;
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::size_t length = std::min(std::strlen(path), sizeof address.sun_path - 1);
  std::memcpy(address.sun_path, path, length);
  if (address.sun_path[0] == '@') address.sun_path[0] = '\0';
  const int socket_descriptor = socket(AF_UNIX, SOCK_DGRAM, 0);
  sendto(socket_descriptor, state.data(), state.size(), MSG_NOSIGNAL, reinterpret_cast<const sockaddr*>(&address),
         static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + length));
  close(socket_descriptor);
}

}  // namespace forever::child
