// The FIFO between an instance and its log: neither side sees the death of the other, and no byte is consumed before it is safe.
#include "platform/output_pipe.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include "platform/files.hpp"
#include "test/contract/scratch.hpp"
#include "test/support/catch.hpp"

using namespace forever;
using test::Scratch;

namespace {

struct Pipe {
  Scratch scratch;
  Handle held{std::move(*hold_fifo(scratch / "fifo"))};
  OutputReader reader{std::move(*OutputReader::open(held.get()))};
  Handle file{std::move(*open_log_file(scratch / "log"))};

  void put(std::string_view text) const {
    REQUIRE(::write(held.get(), text.data(), text.size()) == ssize_t(text.size()));
  }
  [[nodiscard]] std::string log() const { return *read_file(scratch / "log"); }
};

}  // namespace

TEST_CASE("A FIFO is private, close-on-exec, held without a peer, and created once", "[pipe]") {
  const Scratch scratch;
  const auto first = hold_fifo(scratch / "fifo");
  REQUIRE(first);
  struct stat facts {};
  REQUIRE(fstat(first->get(), &facts) == 0);
  CHECK(S_ISFIFO(facts.st_mode));
  CHECK((facts.st_mode & 0777) == 0600);
  CHECK((fcntl(first->get(), F_GETFD) & FD_CLOEXEC) != 0);
  const auto second = hold_fifo(scratch / "fifo");
  REQUIRE(second);
  CHECK(facts_of(second->get())->inode == facts_of(first->get())->inode);
}

TEST_CASE("REQ3 another file in a FIFO's place is removed, and the target of a link is not touched", "[pipe]") {
  const Scratch scratch;
  REQUIRE(write_atomically(scratch / "file", "mine", Durability::rename_only));
  REQUIRE(::symlink((scratch / "file").c_str(), (scratch / "link").c_str()) == 0);
  CHECK(hold_fifo(scratch / "link"));
  CHECK(*read_file(scratch / "file") == "mine");
  CHECK(hold_fifo(scratch / "file"));
  CHECK(facts_of(scratch / "file")->fifo);
  CHECK_FALSE(hold_fifo(scratch / "missing/fifo"));
}

TEST_CASE("The FIFO of a process is reached though its file is gone", "[pipe]") {
  Pipe pipe;
  REQUIRE(remove_tree(pipe.scratch / "fifo"));
  const auto again = hold_fifo_of(getpid(), pipe.held.get());
  REQUIRE(again);
  REQUIRE(::write(again->get(), "x", 1) == 1);
  CHECK(pipe.reader.available() == 1);
  CHECK_FALSE(hold_fifo_of(getpid(), pipe.file.get()));
}

TEST_CASE("The reader has a description of its own", "[pipe]") {
  Pipe pipe;
  REQUIRE(fcntl(pipe.held.get(), F_SETFL, 0) == 0);
  CHECK((fcntl(pipe.reader.native(), F_GETFL) & O_NONBLOCK) != 0);
  CHECK((fcntl(pipe.reader.native(), F_GETFD) & FD_CLOEXEC) != 0);
}

TEST_CASE("Bytes are moved to the offset that is named, up to the limit", "[pipe]") {
  Pipe pipe;
  CHECK(*pipe.reader.move_to(pipe.file.get(), 0, 100) == 0);
  pipe.put("abcdef");
  CHECK(pipe.reader.available() == 6);
  CHECK(*pipe.reader.move_to(pipe.file.get(), 2, 4) == 4);
  CHECK(*pipe.reader.move_to(pipe.file.get(), 0, 100) == 2);
  CHECK(pipe.log() == "efabcd");
  CHECK(pipe.reader.available() == 0);
}

TEST_CASE("A file that cannot be spliced to gets the bytes all the same", "[pipe]") {
  Pipe pipe;
  SECTION("opened for appending") {
    const Handle file{::open((pipe.scratch / "log").c_str(), O_WRONLY | O_APPEND)};
    pipe.put("abc");
    CHECK(*pipe.reader.move_to(file.get(), 0, 100) == 3);
    CHECK(pipe.log() == "abc");
  }
  SECTION("another pipe") {
    std::array<int, 2> ends{};
    REQUIRE(::pipe2(ends.data(), O_CLOEXEC | O_NONBLOCK) == 0);
    const Handle read{ends[0]}, write{ends[1]};
    pipe.put("abc");
    CHECK(*pipe.reader.move_to(write.get(), 7, 100) == 3);
    std::array<char, 8> got{};
    CHECK(::read(read.get(), got.data(), got.size()) == 3);
  }
}

TEST_CASE("A file that takes nothing is an error, and the bytes stay in the pipe", "[pipe]") {
  Pipe pipe;
  pipe.put("abc");
  const Handle reading{::open((pipe.scratch / "log").c_str(), O_RDONLY | O_CLOEXEC)};
  CHECK_FALSE(pipe.reader.move_to(reading.get(), 0, 100));
  CHECK(pipe.reader.available() == 3);
}

TEST_CASE("Peeking takes nothing away, consuming takes exactly what it says", "[pipe]") {
  Pipe pipe;
  std::array<char, 100> buffer{};
  CHECK(*pipe.reader.peek(buffer) == 0);
  CHECK(pipe.reader.consume(10) == 0);
  pipe.put("first\nsecond\n");
  for (int i = 0; i < 3; ++i) {
    REQUIRE(*pipe.reader.peek(buffer) == 13);
    CHECK(std::string_view(buffer.data(), 13) == "first\nsecond\n");
  }
  CHECK(*pipe.reader.peek(std::span(buffer).first(5)) == 5);
  CHECK(pipe.reader.consume(6) == 6);
  pipe.reader.rest();
  REQUIRE(*pipe.reader.peek(buffer) == 7);
  CHECK(std::string_view(buffer.data(), 7) == "second\n");
  CHECK(pipe.reader.consume(100) == 7);
}

TEST_CASE("A pipe that was made larger can be peeked into as a whole", "[pipe]") {
  Pipe pipe;
  CHECK(pipe.reader.capacity() >= 4096);
  const std::size_t size = pipe.reader.grow(1U << 20U);
  CHECK(size == pipe.reader.capacity());
  CHECK_FALSE(pipe.reader.full());
  std::string text(size, 'x');
  pipe.put(text);
  CHECK(pipe.reader.full());
  std::string copy(size, '\0');
  REQUIRE(*pipe.reader.peek(copy) == size);
  CHECK(copy == text);
  CHECK(pipe.reader.consume(size) == size);
  CHECK_FALSE(pipe.reader.full());
}

TEST_CASE("LOG4 neither end sees the other's death: no end of file, no SIGPIPE, no byte lost", "[LOG4][pipe]") {
  Pipe pipe;
  const pid_t app = fork();
  if (app == 0) {
    const int fd = ::open(("/proc/self/fd/" + std::to_string(pipe.held.get())).c_str(), O_RDWR);
    _exit(::write(fd, "words", 5) == 5 ? 0 : 1);
  }
  int status = 0;
  waitpid(app, &status, 0);
  CHECK(status == 0);
  {
    const auto other = OutputReader::open(pipe.held.get());  // a supervisor that comes and goes
    CHECK(other->available() == 5);
  }
  CHECK(*pipe.reader.move_to(pipe.file.get(), 0, 100) == 5);
  CHECK(*pipe.reader.move_to(pipe.file.get(), 5, 100) == 0);
  CHECK(pipe.log() == "words");
}
