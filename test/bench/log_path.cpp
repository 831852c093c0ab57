// How much CPU time the log path takes: one process writes numbered lines of 100 bytes into the FIFO, in blocks or line by
// line, another carries them to a file as the supervisor does, and the file is checked.
//
//   log_path DIRECTORY [LINES]
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "app/log_paths.hpp"
#include "platform/event_loop.hpp"
#include "platform/files.hpp"
#include "supervisor/log/log_writer.hpp"

namespace {

using namespace forever;

constexpr std::size_t kLine = 100;
constexpr std::size_t kBlock = 64U << 10U;

std::string line_of(std::size_t number) {
  std::string line = std::to_string(number);
  line.insert(0, 10 - line.size(), '0');
  line.resize(kLine - 1, 'x');
  return line + '\n';
}

[[noreturn]] void write_lines(int fifo, std::size_t lines, bool in_blocks) {
  const int fd = ::open(("/proc/self/fd/" + std::to_string(fifo)).c_str(), O_RDWR);
  std::string pending;
  for (std::size_t i = 0; i < lines; ++i) {
    pending += line_of(i);
    if (in_blocks && pending.size() < kBlock && i + 1 < lines) continue;
    if (::write(fd, pending.data(), pending.size()) != static_cast<ssize_t>(pending.size())) _exit(1);
    pending.clear();
  }
  _exit(0);
}

double cpu_ms() {
  rusage used{};
  getrusage(RUSAGE_SELF, &used);
  const auto ms = [](const timeval& time) { return double(time.tv_sec) * 1e3 + double(time.tv_usec) / 1e3; };
  return ms(used.ru_utime) + ms(used.ru_stime);
}

// How many of the numbered lines are not in the log and its rotated files exactly once, in their order.
std::size_t count_wrong(const std::string& path, LogFormat format, std::size_t lines, unsigned keep) {
  std::size_t next = 0, wrong = 0;
  for (unsigned i = keep + 1; i-- > 0;) {
    const auto text = read_file(i == 0 ? path : rotated_path(path, i), std::size_t{1} << 32U);
    if (!text) continue;
    for (std::size_t at = 0; at < text->size();) {
      const std::size_t end = std::min(text->find('\n', at), text->size() - 1) + 1;
      std::string_view line = std::string_view(*text).substr(at, end - at);
      if (format == LogFormat::time) line.remove_prefix(std::min<std::size_t>(line.size(), 30));
      if (format == LogFormat::json ? line.find(line_of(next).substr(0, kLine - 1)) == line.npos
                                    : line != line_of(next))
        ++wrong;
      ++next;
      at = end;
    }
  }
  return wrong + (next > lines ? next - lines : lines - next);
}

void measure(const std::string& directory, LogFormat format, bool in_blocks, bool large, std::size_t lines) {
  const std::string path = directory + "/log";
  constexpr unsigned kKeep = 200;
  const auto fifo = hold_fifo(directory + "/fifo");
  auto reader = OutputReader::open(fifo->get());
  auto loop = EventLoop::create({});
  LogWriter writer(
      {.path = path, .stream = "out", .app = "bench", .format = format, .max_size = 10U << 20U, .keep = kKeep},
      std::move(*reader));
  if (large) writer.grow_pipe();
  (void)writer.watch(*loop, 1).ok();

  const double cpu_before = cpu_ms();
  const Time start = steady_now();
  std::size_t wakes = 0;
  if (fork() == 0) write_lines(fifo->get(), lines, in_blocks);
  for (bool ended = false; !ended; ++wakes) {
    for (const LoopEvent& event : loop->wait(writer.deadline())) {
      ended = ended || event.kind == LoopEvent::Kind::child_exited;
      if (event.kind == LoopEvent::Kind::readable) writer.readable(steady_now());
    }
    writer.pump(steady_now(), ended);
  }
  const double cpu = cpu_ms() - cpu_before;
  const double took = std::chrono::duration<double, std::milli>(steady_now() - start).count();
  const std::size_t wrong = count_wrong(path, format, lines, kKeep);
  std::printf("%-5s %-12s pipe %4zu KiB: CPU %6.1f ms, %6.1f ms in all, %6zu wake-ups, %zu lines wrong\n",
              to_string(format), in_blocks ? "in blocks" : "line by line",
              static_cast<std::size_t>(writer.pipe_capacity() >> 10U), cpu, took, wakes, wrong);
  (void)writer.flush().ok();
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) return 2;
  const std::size_t lines = argc > 2 ? std::strtoul(argv[2], nullptr, 10) : 1'000'000;
  for (const LogFormat format : {LogFormat::raw, LogFormat::time, LogFormat::json})
    for (const bool in_blocks : {true, false}) measure(argv[1], format, in_blocks, true, lines);
  return 0;
}
