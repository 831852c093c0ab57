// The program that chaos keeps alive. It proves two promises by itself, at the very moment at which they are broken:
// no two process trees in one slot, by a lock that its descendants inherit; and every line that it wrote, by a ledger.
//
//   chaos-program DIRECTORY [option ...]
//     --lines MS LENGTH    every MS a line "RUN NUMBER xxx" of LENGTH bytes
//     --burst N LENGTH     N such lines at once, at its start
//     --port PORT          listens, and answers each connection with its pid
//     --passed             answers on descriptor 3
//     --fork WORD          a descendant that lives on: child, session, or daemon (twice forked, a session of its own)
//     --die-after MS       exits 3 then
//     --linger MS          after TERM it writes on for so long, and then exits 0
//     --open-ports N       opens N ports at its start, and closes them
//     --overlaps           two in one slot for a moment are well (a reload)
//
// DIRECTORY/slot-N is locked as long as a process of the tree lives. A start that finds it locked is noted in
// DIRECTORY/two. DIRECTORY/run-ID holds the number of lines that the run ID has written, in 8 bytes.
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <string>
#include <vector>

namespace {

struct Options {
  std::string directory;
  int line_pause = 0;
  int line_length = 0;
  int burst = 0;
  int burst_length = 0;
  int port = 0;
  bool passed = false;
  std::vector<std::string> forks;
  int die_after = -1;
  int linger = -1;
  int ports_to_open = 0;
  bool overlaps = false;
};

volatile sig_atomic_t asked_to_end = 0;

long long now_ms() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<long long>(now.tv_sec) * 1000 + now.tv_nsec / 1000000;
}

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

Options options_from(int argc, char** argv) {
  Options options;
  options.directory = argc > 1 ? argv[1] : ".";
  int at = 2;
  const auto word = [&] { return std::string(at < argc ? argv[at++] : ""); };
  const auto number = [&] { return std::atoi(word().c_str()); };
  while (at < argc) {
    const std::string option = word();
    if (option == "--lines") {
      options.line_pause = number();
      options.line_length = number();
    } else if (option == "--burst") {
      options.burst = number();
      options.burst_length = number();
    } else if (option == "--port") {
      options.port = number();
    } else if (option == "--passed") {
      options.passed = true;
    } else if (option == "--fork") {
      options.forks.push_back(word());
    } else if (option == "--die-after") {
      options.die_after = number();
    } else if (option == "--linger") {
      options.linger = number();
    } else if (option == "--open-ports") {
      options.ports_to_open = number();
    } else if (option == "--overlaps") {
      options.overlaps = true;
    } else {
      std::fprintf(stderr, "chaos-program: %s?\n", option.c_str());
      std::exit(98);
    }
  }
  return options;
}

void append(const std::string& file, const std::string& text) {
  const int descriptor = open(file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  if (descriptor < 0) return;
  if (write(descriptor, text.data(), text.size()) < 0) std::perror("chaos-program: write");
  close(descriptor);
}

// The descriptor stays open: the kernel lets go of the lock with the last process that has it.
void take_slot(const Options& options) {
  const std::string who = "pid " + std::to_string(getpid()) + " " + variable("FOREVER_INSTANCE_ID");
  const std::string file = options.directory + "/slot-" + variable("FOREVER_INSTANCE");
  const int slot = open(file.c_str(), O_RDWR | O_CREAT, 0644);
  if (slot < 0) return;
  if (flock(slot, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK && !options.overlaps) {
    char holder[256]{};
    const ssize_t size = pread(slot, holder, sizeof holder - 1, 0);
    append(options.directory + "/two",
           who + " found the tree of " + std::string(holder, size > 0 ? static_cast<std::size_t>(size) : 0) + "\n");
    return;
  }
  if (ftruncate(slot, 0) != 0 || pwrite(slot, who.data(), who.size(), 0) < 0) std::perror("chaos-program: slot");
}

// Numbers the lines of one run.
class Ledger {
 public:
  explicit Ledger(const std::string& directory) : run_(std::to_string(getpid()) + "-" + std::to_string(now_ms())) {
    const int file = open((directory + "/run-" + run_).c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    if (file < 0 || ftruncate(file, sizeof(std::uint64_t)) != 0) std::exit(97);
    void* memory = mmap(nullptr, sizeof(std::uint64_t), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    if (memory == MAP_FAILED) std::exit(97);
    written_ = static_cast<std::uint64_t*>(memory);
    close(file);
  }

  // Lines of at most PIPE_BUF bytes are written whole or not at all, pipe(7).
  void write_line(int length) {
    char head[64];
    std::snprintf(head, sizeof head, "%s %010llu ", run_.c_str(), static_cast<unsigned long long>(*written_ + 1));
    std::string line = head;
    line.resize(std::max(line.size(), static_cast<std::size_t>(length) - 1), 'x');
    line += '\n';
    while (write(1, line.data(), line.size()) < 0) {
      if (errno != EINTR) return;
    }
    std::atomic_ref<std::uint64_t>(*written_).store(*written_ + 1);
  }

 private:
  std::string run_;
  std::uint64_t* written_ = nullptr;
};

[[noreturn]] void live_on() {
  while (true) pause();
}

void fork_one(const std::string& how) {
  const pid_t pid = fork();
  if (pid < 0) std::perror("chaos-program: fork");
  if (pid > 0 && how == "daemon") waitpid(pid, nullptr, 0);
  if (pid != 0) return;
  if (how != "child") setsid();
  if (how == "daemon" && fork() != 0) _exit(0);
  prctl(PR_SET_NAME, "descendant");  // which distinguishes a session leader from the instance
  live_on();
}

int listen_on(int port, const char* address) {
  const int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  const int on = 1;
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  sockaddr_in place{};
  place.sin_family = AF_INET;
  place.sin_port = htons(static_cast<std::uint16_t>(port));
  inet_pton(AF_INET, address, &place.sin_addr);
  if (bind(listener, reinterpret_cast<const sockaddr*>(&place), sizeof place) != 0 || listen(listener, 64) != 0) {
    std::perror("chaos-program: listen");
    std::exit(96);
  }
  return listener;
}

void open_and_close_ports(int count) {
  for (int i = 0; i < count; ++i) {
    const std::string address =
        "127.77." + std::to_string(getpid() / 250 % 250) + "." + std::to_string(1 + getpid() % 250);
    close(listen_on(20000 + i, address.c_str()));
  }
}

void answer(int listener) {
  const int peer = accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
  if (peer < 0) return;
  char request[512];
  if (recv(peer, request, sizeof request, 0) >= 0) {
    const std::string text = "HTTP/1.0 200 OK\r\n\r\n" + std::to_string(getpid()) + "\n";
    send(peer, text.data(), text.size(), MSG_NOSIGNAL);
  }
  close(peer);
}

// One round of waiting: until a peer comes, at most `pause` ms.
void attend(int listener, long long pause) {
  pollfd wanted{listener, POLLIN, 0};
  const int ready = poll(&wanted, listener >= 0 ? 1 : 0, static_cast<int>(std::clamp(pause, 0LL, 60000LL)));
  if (ready > 0) answer(listener);
}

void run(const Options& options, int listener) {
  Ledger ledger(options.directory);
  for (int i = 0; i < options.burst; ++i) ledger.write_line(options.burst_length);
  const long long begin = now_ms();
  long long next_line = begin;
  long long end = options.die_after < 0 ? -1 : begin + options.die_after;
  int code = 3;
  while (true) {
    const long long now = now_ms();
    if (end >= 0 && now >= end) std::_Exit(code);
    if (asked_to_end == 1) {
      asked_to_end = 2;
      end = now + options.linger;
      code = 0;
    }
    if (options.line_pause > 0 && now >= next_line) {
      ledger.write_line(options.line_length);
      next_line = now + options.line_pause;
    }
    // A TERM that came just before the wait is seen soon.
    long long wait = options.linger >= 0 ? 100 : 60000;
    if (end >= 0) wait = end - now;
    if (options.line_pause > 0) wait = std::min(wait, next_line - now);
    attend(listener, wait);
  }
}

}  // namespace

int main(int argc, char** argv) {
  const Options options = options_from(argc, argv);
  take_slot(options);
  if (options.linger >= 0) {
    struct sigaction action {};
    action.sa_handler = [](int) {
      if (asked_to_end == 0) asked_to_end = 1;
    };
    sigaction(SIGTERM, &action, nullptr);
  }
  for (const std::string& how : options.forks) fork_one(how);
  signal(SIGCHLD, SIG_IGN);  // its own children leave no zombies
  open_and_close_ports(options.ports_to_open);
  const int listener = options.passed ? 3 : options.port > 0 ? listen_on(options.port, "127.0.0.1") : -1;
  if (listener >= 0) fcntl(listener, F_SETFL, fcntl(listener, F_GETFL) | O_NONBLOCK);
  run(options, listener);
}
