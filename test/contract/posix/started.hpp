// One instance started for a test: the talking child with its output in a FIFO, killed and reaped at the latest by the destructor.
#pragma once

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "platform/spawn.hpp"
#include "test/contract/scratch.hpp"
#include "test/support/home.hpp"
#include "test/support/wait.hpp"

namespace forever::test {

inline int open_fifo(const std::string& path) {
  if (::mkfifo(path.c_str(), 0600) != 0) throw std::runtime_error("mkfifo " + path);
  return ::open(path.c_str(), O_RDWR | O_CLOEXEC | O_NONBLOCK);
}

inline SpawnRequest child_request(const std::vector<std::string>& words) {
  SpawnRequest request;
  request.program = child_binary();
  request.argv = {"child"};
  request.argv.insert(request.argv.end(), words.begin(), words.end());
  request.environment = {"PATH=/usr/bin:/bin"};
  request.limits = current_limits();
  return request;
}

// Waits for the report.
inline ExecReport report_of(const HeldInstance& held) {
  ExecReport report;
  (void)wait_until([&] {
    pollfd ready{held.report.get(), POLLIN, 0};
    ::poll(&ready, 1, 10);
    report = read_report(held.report.get());
    return report.known;
  });
  return report;
}

// Reaps `pid` and tells how it ended.
inline ExitStatus end_of(Pid pid) {
  int status = 0;
  while (::waitpid(pid, &status, 0) == -1 && errno == EINTR) continue;
  return exit_status_from_wait(status);
}

class Started {
 public:
  // `out` and `err` are replaced by a FIFO of this object's own.
  explicit Started(SpawnRequest request, bool go = true) : fifo_(open_fifo(scratch_ / "fifo")) {
    request.out = fifo_.get();
    request.err = fifo_.get();
    auto spawned = spawn_held(request);
    if (!spawned) throw std::runtime_error(spawned.error().message());
    held_.emplace(std::move(*spawned));
    if (go) open_gate(*held_);
  }
  template <class... Words>
  explicit Started(const char* word, Words... words) : Started(child_request({word, words...})) {}
  Started(const Started&) = delete;
  Started& operator=(const Started&) = delete;
  ~Started() {
    if (reaped_) return;
    ::kill(held_->id.pid, SIGKILL);
    (void)end_of(held_->id.pid);
  }

  [[nodiscard]] HeldInstance& held() { return *held_; }
  [[nodiscard]] const ProcessId& id() const { return held_->id; }
  [[nodiscard]] int fifo() const { return fifo_.get(); }
  // Everything it has written so far.
  const std::string& output() {
    char part[4096];
    for (ssize_t got = 0; (got = ::read(fifo_.get(), part, sizeof part)) > 0;)
      output_.append(part, static_cast<std::size_t>(got));
    return output_;
  }
  [[nodiscard]] bool says(const std::string& text) {
    return wait_until([&] { return output().find(text) != std::string::npos; });
  }
  ExitStatus end() {
    reaped_ = true;
    return end_of(held_->id.pid);
  }
  void reaped_elsewhere() { reaped_ = true; }

 private:
  Scratch scratch_;
  Handle fifo_;
  std::optional<HeldInstance> held_;
  std::string output_;
  bool reaped_ = false;
};

}  // namespace forever::test
