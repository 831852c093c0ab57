// Lines to a program's standard input by a FIFO.
#include "platform/input_pipe.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

#include "platform/handle.hpp"
#include "test/contract/scratch.hpp"
#include "test/support/catch.hpp"

using namespace forever;

TEST_CASE("INPUT a line is written whole or not at all, and never waits", "[contract]") {
  const test::Scratch scratch;
  const std::string path = scratch / "in.fifo";
  REQUIRE(make_input_pipe(path).ok());
  REQUIRE(make_input_pipe(path).ok());                            // the one that is there is kept
  CHECK(write_input(path, "x\n").error().code.value() == ENXIO);  // no reader
  const Handle reader{::open(path.c_str(), O_RDWR | O_NONBLOCK | O_CLOEXEC)};
  REQUIRE(reader);
  REQUIRE(write_input(path, "one\n").ok());
  std::string got(16, '\0');
  CHECK(::read(reader.get(), got.data(), got.size()) == 4);
  CHECK(got.starts_with("one\n"));
  const std::string most(kLongestInput, 'x');
  CHECK(write_input(path, most + "x").error().code.value() == EMSGSIZE);
  Status written{Done{}};
  std::size_t sent = 0;
  for (; (written = write_input(path, most)).ok(); sent += most.size()) REQUIRE(sent < (std::size_t{8} << 20U));
  CHECK(written.error().code.value() == EAGAIN);
  std::size_t read = 0;
  std::string block(65536, '\0');
  for (ssize_t count = 0; (count = ::read(reader.get(), block.data(), block.size())) > 0;)
    read += static_cast<std::size_t>(count);
  CHECK(read == sent);
}

TEST_CASE("INPUT what is no FIFO is neither taken for one nor written to", "[contract]") {
  const test::Scratch scratch;
  const std::string path = scratch / "file";
  CHECK(write_input(path, "x\n").error().code.value() == ENOENT);
  const Handle file{::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600)};
  REQUIRE(file);
  CHECK_FALSE(write_input(path, "x\n").ok());
  CHECK(make_input_pipe(path).ok());  // what stood in its place makes way (REQ3)
}
