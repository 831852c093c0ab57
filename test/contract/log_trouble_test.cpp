// What may happen to a log from outside: others move, copy or delete it, the disk is full, the writer is killed.
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <sstream>
#include <vector>

#include "test/contract/log_under_test.hpp"
#include "test/support/wait.hpp"

using namespace forever;
using namespace forever::test;
using namespace std::chrono_literals;

namespace {

// Nothing may be written beyond `size` bytes of any file, while it lives.
class FileLimit {
 public:
  explicit FileLimit(rlim_t size) {
    getrlimit(RLIMIT_FSIZE, &before_);
    handler_ = ::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{size, before_.rlim_max};
    setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FileLimit() {
    setrlimit(RLIMIT_FSIZE, &before_);
    ::signal(SIGXFSZ, handler_);
  }

 private:
  rlimit before_{};
  void (*handler_)(int);
};

}  // namespace

TEST_CASE("LOG3 a log that is copied and truncated goes on at its beginning, without a hole", "[LOG3][log]") {
  Log log(LogFormat::raw, 1'000'000);
  log.put(numbered(0, 1000));
  REQUIRE(::truncate(log.path().c_str(), 0) == 0);
  log.put("after\n");
  CHECK(log.text() == "after\n");
}

TEST_CASE("LOG3 a renamed log is written until reopen, then created again", "[LOG3][log]") {
  Log log;
  log.put("one\n");
  REQUIRE(rename_file(log.path(), log.scratch() / "moved"));
  log.put("two\n");
  CHECK(*read_file(log.scratch() / "moved") == "one\ntwo\n");
  log->reopen();
  log.put("three\n");
  CHECK(log.text() == "three\n");
}

TEST_CASE("A deleted log is created again at the next line, its directory too", "[log]") {
  Log log;
  log.put("one\n");
  REQUIRE(remove_tree(log.path()));
  log.put("two\n");
  CHECK(log.text() == "two\n");
}

TEST_CASE("DISK1 on a full disk what comes is dropped, counted and told, and then it goes on by itself",
          "[DISK1][log]") {
  const LogFormat format = GENERATE(LogFormat::raw, LogFormat::time);
  Log log(format);
  log.put("before\n");
  std::size_t lost = 0;
  {
    const FileLimit full(log.text().size());
    for (int i = 0; i < 20; ++i) {
      log.put(numbered(0, 1000), 100ms);
      lost += 20'000;
    }
    CHECK(log->dropped_bytes() == lost);
    CHECK_FALSE(log->trouble().empty());
    CHECK(log->deadline());
  }
  log.pass(2s);
  CHECK(log->trouble().empty());
  CHECK_FALSE(log->deadline());
  log.put("after\n");
  const std::string text = format == LogFormat::raw ? log.text() : without_stamps(log.text());
  CHECK(text == "before\nforever: " + std::to_string(lost) + " bytes were lost while the disk was full\nafter\n");
}

TEST_CASE("DISK1 half a line on a full disk is separated from the notice", "[DISK1][log]") {
  Log log;
  {
    const FileLimit full(5);
    log.put("0123456789\n");
  }
  log.pass(1s);
  CHECK(log.text() == "01234\nforever: 6 bytes were lost while the disk was full\n");
}

TEST_CASE("A log that cannot be opened is reported, tried again, and does not block the app", "[log]") {
  const Scratch scratch;
  REQUIRE(make_private_directory(scratch / "taken"));
  const auto held = hold_fifo(scratch / "fifo");
  LogWriter writer({.path = scratch / "taken", .stream = "out", .app = "app"},
                   std::move(*OutputReader::open(held->get())));
  CHECK_FALSE(writer.trouble().empty());
  REQUIRE(::write(held->get(), "lost\n", 5) == 5);
  const Time now = steady_now();
  writer.readable(now);
  CHECK(writer.dropped_bytes() == 5);
  REQUIRE(remove_tree(scratch / "taken"));
  writer.pump(now + 5s);
  CHECK(writer.trouble().empty());
  CHECK_THAT(*read_file(scratch / "taken"), test::contains("forever: 5 bytes were lost ("));
}

TEST_CASE("A log may be a device: nothing is rotated, nothing held up", "[log]") {
  const Scratch scratch;
  const auto held = hold_fifo(scratch / "fifo");
  LogWriter writer({.path = "/dev/null", .stream = "out", .app = "app", .max_size = 1000},
                   std::move(*OutputReader::open(held->get())));
  for (Time now = steady_now(); const std::string& text : {numbered(0, 100), numbered(0, 100)}) {
    REQUIRE(::write(held->get(), text.data(), text.size()) == ssize_t(text.size()));
    writer.readable(now += 1s);
  }
  CHECK(OutputReader::open(held->get())->available() == 0);
  CHECK(exists("/dev/null"));
}

TEST_CASE("flush empties the log, removes what was rotated and drops what waits", "[log]") {
  Log log(LogFormat::raw, 100, 3);
  for (int i = 0; i < 50; ++i) log.put(numbered(0, 3));
  REQUIRE(::write(log.app(), "x\n", 2) == 2);
  REQUIRE(log->flush());
  CHECK(log.whole().empty());
  CHECK(list_directory(log.scratch().path()).size() == 2);
  log.put("new\n");
  log.pass(10s);  // the writer takes its own time for long reads
  CHECK(log.whole() == "new\n");
}

TEST_CASE("The tail begins with a line's beginning and reaches back over a rotation", "[log]") {
  Log log(LogFormat::raw, 200, 3);
  for (std::size_t i = 0; i < 13; ++i) log.put(numbered(i, i + 1));
  CHECK(log->tail(50) == numbered(11, 13));
  CHECK(log->tail(150) == numbered(6, 13));
  CHECK(log->tail(10'000) == numbered(0, 13));
  CHECK(log->tail(5).empty());
}

TEST_CASE("SUP1 killing the writer repeatedly loses nothing: raw exactly once, stamped at least once", "[SUP1][log]") {
  const LogFormat format = GENERATE(LogFormat::raw, LogFormat::time);
  const Scratch scratch;
  const std::string path = scratch / "log";
  const auto held = hold_fifo(scratch / "fifo");
  constexpr std::size_t kLines = 100'000;
  const pid_t app = fork();
  if (app == 0) {
    const int fd = ::open(("/proc/self/fd/" + std::to_string(held->get())).c_str(), O_RDWR);
    const std::string all = numbered(0, kLines, 50);
    for (std::size_t at = 0; at < all.size(); at += 2000)
      (void)!::write(fd, all.data() + at, std::min<std::size_t>(2000, all.size() - at));
    _exit(0);
  }
  const auto carry = [&](bool drain) {
    const int parent = getppid();
    auto loop = EventLoop::create({});
    LogWriter writer({.path = path, .stream = "out", .app = "app", .format = format},
                     std::move(*OutputReader::open(held->get())));
    if (!writer.watch(*loop, 1)) _exit(1);
    writer.pump(steady_now(), drain);
    while (!drain && getppid() == parent) {
      for (const LoopEvent& event : loop->wait(steady_now() + 50ms))
        if (event.kind == LoopEvent::Kind::readable) writer.readable(steady_now());
      writer.pump(steady_now());
    }
    _exit(0);
  };
  int kills = 0;
  // A reader lives for 4 ms. Where that is too short to write anything the next one lives twice as long.
  Milliseconds life{4};
  for (bool ended = false; !ended; ++kills) {
    const auto size = std::filesystem::exists(path) ? std::filesystem::file_size(path) : 0;
    const pid_t reader = fork();
    if (reader == 0) carry(false);
    ended = test::wait_until([&] { return waitpid(app, nullptr, WNOHANG) == app; }, life);
    kill(reader, SIGKILL);
    waitpid(reader, nullptr, 0);
    const bool written = std::filesystem::exists(path) && std::filesystem::file_size(path) > size;
    life = written ? Milliseconds{4} : 2 * life;
  }
  const pid_t last = fork();
  if (last == 0) carry(true);
  waitpid(last, nullptr, 0);

  const std::string text = *read_file(path, 1U << 30U);
  INFO(kills << " kills");
  if (format == LogFormat::raw) {
    CHECK(text == numbered(0, kLines, 50));
  } else {
    std::vector<bool> seen(kLines);
    for (std::size_t at = 0; at < text.size(); at = text.find('\n', at) + 1)
      if (text.substr(at + 30, 9).find_first_not_of("0123456789") == std::string::npos)
        seen[std::stoul(text.substr(at + 30, 9))] = true;
    CHECK(std::count(seen.begin(), seen.end(), false) == 0);
  }
}
