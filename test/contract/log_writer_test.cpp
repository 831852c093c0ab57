// The log writer over a real FIFO and real files: nothing lost, nothing torn, whatever happens to it.
#include "supervisor/log_writer.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <sstream>
#include <vector>

#include "platform/files.hpp"
#include "test/contract/scratch.hpp"
#include "test/support/catch.hpp"
#include "test/support/wait.hpp"

using namespace forever;
using namespace std::chrono_literals;
using test::Scratch;

namespace {

// An app's end of a FIFO, and the writer that carries it to `path`. Time goes as the test says.
class Log {
 public:
  explicit Log(LogFormat format = LogFormat::raw, std::uint64_t max_size = 0, unsigned keep = 5)
      : options_{.path = scratch_ / "app.log",
                 .stream = "out",
                 .app = "app",
                 .format = format,
                 .max_size = max_size,
                 .keep = keep},
        held_(std::move(*hold_fifo(scratch_ / "fifo"))) {
    const std::string path = "/proc/self/fd/" + std::to_string(held_.get());
    app_.reset(::open(path.c_str(), O_RDWR | O_CLOEXEC | O_NONBLOCK));
    REQUIRE(app_);
    begin();
  }
  // As a new supervisor does.
  void begin() {
    writer_.reset();
    writer_.emplace(options_, std::move(*OutputReader::open(held_.get())));
  }

  LogWriter* operator->() { return &*writer_; }
  [[nodiscard]] const std::string& path() const { return options_.path; }
  [[nodiscard]] const Scratch& scratch() const { return scratch_; }
  [[nodiscard]] NativeHandle held() const { return held_.get(); }
  [[nodiscard]] NativeHandle app() const { return app_.get(); }

  // The app writes, and the writer hears of it `later`.
  void put(std::string_view text, Milliseconds later = 10ms) {
    while (!text.empty()) {
      const auto count = ::write(app_.get(), text.data(), text.size());
      if (count > 0) text.remove_prefix(static_cast<std::size_t>(count));
      now_ += later;
      writer_->readable(now_);
      if (count <= 0) pass(20ms);
    }
  }
  // Time passes until nothing is due any more, or `longest` is over.
  void pass(Milliseconds longest) {
    const Time end = now_ + longest;
    while (writer_->deadline() && *writer_->deadline() <= end) {
      now_ = std::max(now_, *writer_->deadline());
      writer_->pump(now_);
    }
    now_ = end;
  }
  void drain() { writer_->pump(now_, true); }
  [[nodiscard]] std::string text(unsigned number = 0) const {
    const auto read = read_file(number == 0 ? path() : rotated_path(path(), number), 1U << 30U);
    return read ? *read : "";
  }
  // All of it, the oldest first.
  [[nodiscard]] std::string whole() const {
    std::string all;
    for (unsigned i = options_.keep; i > 0; --i) all += text(i);
    return all + text();
  }

 private:
  Scratch scratch_;
  LogWriter::Options options_;
  Handle held_, app_;
  std::optional<LogWriter> writer_;
  Time now_ = steady_now();
};

std::string numbered(std::size_t from, std::size_t to, std::size_t length = 20) {
  std::string text;
  for (std::size_t i = from; i < to; ++i) {
    std::string line = std::to_string(i);
    text += std::string(9 - line.size(), '0') + line + std::string(length - 10, 'x') + '\n';
  }
  return text;
}

std::string without_stamps(const std::string& text) {
  std::string bare;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = text.find('\n', at) + 1;
    REQUIRE(end != 0);
    REQUIRE(end - at >= 31);
    CHECK(text[at + 10] == 'T');
    bare += text.substr(at + 30, end - at - 30);
    at = end;
  }
  return bare;
}

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

TEST_CASE("LOG2 raw is byte for byte, a partial line at once", "[LOG2][log]") {
  Log log;
  log.put(std::string_view("a\0b\xff\r\n\npart", 11));
  CHECK(log.text() == std::string("a\0b\xff\r\n\npart", 11));
  log.put("ial\n");
  CHECK(log.text().ends_with("partial\n"));
}

TEST_CASE("What comes after a quiet time is written at once, a burst within 5 ms in one piece", "[log]") {
  Log log;
  log.put("first\n", 10ms);
  CHECK(log.text() == "first\n");
  CHECK_FALSE(log->deadline());
  log.put("second\n", 1ms);
  log.put("third\n", 1ms);
  CHECK(log.text() == "first\n");
  REQUIRE(log->deadline());
  log.pass(5ms);
  CHECK(log.text() == "first\nsecond\nthird\n");
  CHECK_FALSE(log->deadline());
}

TEST_CASE("A pipe that is half full is read at once", "[log]") {
  Log log;
  log.put("first\n");
  const std::string half = numbered(0, log->pipe_capacity() / 2 / 20 + 1);
  log.put(half, 1ms);
  log.pass(5ms);
  const std::string more = numbered(0, log->pipe_capacity() / 2 / 20 + 1);
  REQUIRE(::write(log.app(), more.data(), more.size()) == ssize_t(more.size()));
  log->readable(steady_now());
  log.pass(0ms);
  log.drain();
  CHECK(log.text() == "first\n" + half + more);
}

TEST_CASE("LOG1 numbered lines through rotation are all there exactly once, whole, in every format", "[LOG1][log]") {
  const LogFormat format = GENERATE(LogFormat::raw, LogFormat::time, LogFormat::json);
  Log log(format, 20'000, 50);
  constexpr std::size_t kLines = 5000;
  // In pieces that end anywhere.
  const std::string all = numbered(0, kLines, 33);
  for (std::size_t at = 0; at < all.size(); at += 7777) log.put(std::string_view(all).substr(at, 7777), 3ms);
  log.drain();
  for (unsigned i = 1; !log.text(i).empty(); ++i) {
    CHECK(log.text(i).ends_with('\n'));
    CHECK(log.text(i).size() <= 20'000);
    CHECK(log.text(i).size() > 15'000);
  }
  CHECK_FALSE(log.text(8).empty());
  if (format == LogFormat::raw) {
    CHECK(log.whole() == all);
  } else if (format == LogFormat::time) {
    CHECK(without_stamps(log.whole()) == all);
  } else {
    std::string lines;
    std::istringstream whole(log.whole());
    for (std::string line; std::getline(whole, line);)
      lines += nlohmann::json::parse(line)["line"].get<std::string>() + '\n';
    CHECK(lines == all);
  }
}

TEST_CASE("LOG1 no more files are kept than asked for, and none if none", "[LOG1][log]") {
  const unsigned keep = GENERATE(0U, 1U, 3U);
  Log log(LogFormat::raw, 1000, keep);
  for (std::size_t i = 0; i < 100; ++i) log.put(numbered(i * 10, i * 10 + 10));
  CHECK(list_directory(log.scratch().path()).size() == keep + 2);  // the log and the FIFO
  CHECK(log.text().size() <= 1000);
}

TEST_CASE("LOG1 a size of 0 means that the log is never rotated", "[LOG1][log]") {
  Log log(LogFormat::raw, 0);
  for (std::size_t i = 0; i < 100; ++i) log.put(numbered(i * 100, i * 100 + 100));
  CHECK(log.text() == numbered(0, 10'000));
  CHECK_FALSE(exists(rotated_path(log.path(), 1)));
}

TEST_CASE("LOG1 a line that is larger than the limit is whole, in a file of its own", "[LOG1][log]") {
  const LogFormat format = GENERATE(LogFormat::raw, LogFormat::time);
  Log log(format, 1000, 9);
  const std::string large(3000, 'x');
  log.put("first\n" + large + "\nlast\n");
  CHECK(log.text(2).ends_with("first\n"));
  CHECK(log.text(1).ends_with(large + '\n'));
  CHECK(log.text(0).ends_with("last\n"));
}

TEST_CASE("LOG2 lines of 64 kB and of a pipe's length are whole, with one stamp", "[LOG2][log]") {
  const LogFormat format = GENERATE(LogFormat::time, LogFormat::json);
  Log log(format);
  log->grow_pipe();
  for (const std::size_t length : {65'536UL, 200'000UL, std::size_t(log->pipe_capacity()) - 4097}) {
    REQUIRE(log->flush());
    std::string line(length, 'x');
    log.put(line + '\n', 1ms);
    log.pass(100ms);
    if (format == LogFormat::time) {
      CHECK(without_stamps(log.text()) == line + '\n');
    } else {
      const auto object = nlohmann::json::parse(log.text());
      CHECK(object["line"] == line);
      CHECK_FALSE(object.contains("partial"));
    }
  }
}

TEST_CASE("LOG2 a line longer than the pipe holds nobody up, and is one line with one stamp", "[LOG2][log]") {
  Log log(LogFormat::time);
  const std::string line(5'000'000, 'y');
  log.put("before\n");
  log.put(line + "\nafter\n", 1ms);
  log.pass(100ms);
  CHECK(without_stamps(log.text()) == "before\n" + line + "\nafter\n");
}

TEST_CASE("LOG2 a partial line waits in the pipe for its end, then is shown without it", "[LOG2][log]") {
  Log log(LogFormat::time);
  log.put("whole\npassw");
  CHECK(without_stamps(log.text()) == "whole\n");
  log.put("ord");
  CHECK(without_stamps(log.text()) == "whole\n");
  SECTION("its end comes") {
    log.put(": ok\n");
    log.pass(5ms);
    CHECK(without_stamps(log.text()) == "whole\npassword: ok\n");
  }
  SECTION("it does not come: nothing is due any more once the line has been shown") {
    log.pass(1100ms);
    CHECK(log.text().ends_with(" password"));
    log.pass(2s);
    CHECK_FALSE(log->deadline());
    log.put("!\nnext\n");
    CHECK(without_stamps(log.text()) == "whole\npassword!\nnext\n");
  }
  SECTION("the supervisor dies meanwhile: the next one finds it in the pipe") {
    log.begin();
    log.put(": ok\n");
    CHECK(without_stamps(log.text()) == "whole\npassword: ok\n");
  }
  SECTION("STOP7 the instance ends: its last words become a line") {
    log.drain();
    CHECK(without_stamps(log.text()) == "whole\npassword\n");
  }
}

TEST_CASE("LOG3 a log that is copied and truncated goes on at its beginning, without a hole", "[LOG3][log]") {
  Log log(LogFormat::raw, 1'000'000);
  log.put(numbered(0, 1000));
  REQUIRE(::truncate(log.path().c_str(), 0) == 0);
  log.put("after\n");
  CHECK(log.text() == "after\n");
}

TEST_CASE("LOG3 a log that was renamed is written on until reopen, then made anew", "[LOG3][log]") {
  Log log;
  log.put("one\n");
  REQUIRE(rename_file(log.path(), log.scratch() / "moved"));
  log.put("two\n");
  CHECK(*read_file(log.scratch() / "moved") == "one\ntwo\n");
  log->reopen();
  log.put("three\n");
  CHECK(log.text() == "three\n");
}

TEST_CASE("A log that was deleted is made anew at the next line, its directory too", "[log]") {
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

TEST_CASE("DISK1 half a line on a full disk is told apart from the notice", "[DISK1][log]") {
  Log log;
  {
    const FileLimit full(5);
    log.put("0123456789\n");
  }
  log.pass(1s);
  CHECK(log.text() == "01234\nforever: 6 bytes were lost while the disk was full\n");
}

TEST_CASE("A log that cannot be opened is trouble that is told, tried again, and does not block the app", "[log]") {
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

TEST_CASE("SUP1 killing the writer again and again loses nothing: raw exactly once, stamped at least once",
          "[SUP1][log]") {
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
  for (bool ended = false; !ended; ++kills) {
    const pid_t reader = fork();
    if (reader == 0) carry(false);
    ended = test::wait_until([&] { return waitpid(app, nullptr, WNOHANG) == app; }, 4ms);
    kill(reader, SIGKILL);
    waitpid(reader, nullptr, 0);
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
