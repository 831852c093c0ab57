// The control socket: found at any depth, replaced when stale, never blocking.
#include "platform/local_socket.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>

#include "platform/clock.hpp"
#include "platform/files.hpp"
#include "test/contract/scratch.hpp"
#include "test/support/catch.hpp"
#include "test/support/wait.hpp"

using namespace forever;
using namespace std::chrono_literals;
using test::Scratch;

namespace {

struct Pair {
  Handle server, client;
};

Pair connected(const std::string& directory, NativeHandle listener) {
  auto client = connect_local(directory, "control");
  REQUIRE(client);
  auto server = accept_local(listener);
  REQUIRE(server);
  REQUIRE(*server);
  return {std::move(*server), std::move(*client)};
}

std::string received(NativeHandle socket) {
  std::string text;
  REQUIRE(receive_some(socket, text));
  return text;
}

}  // namespace

TEST_CASE("What is sent arrives both ways, and the end is seen after the last byte", "[socket]") {
  const Scratch scratch;
  const auto listener = listen_local(scratch.path(), "control");
  REQUIRE(listener);
  CHECK_FALSE(*accept_local(listener->get()));
  auto [server, client] = connected(scratch.path(), listener->get());
  CHECK(received(client.get()).empty());
  CHECK(*send_some(client.get(), "question\n") == 9);
  CHECK(received(server.get()) == "question\n");
  CHECK(*send_some(server.get(), "answer\n") == 7);
  server.reset();
  std::string text;
  CHECK(*receive_some(client.get(), text));
  CHECK(text == "answer\n");
  CHECK_FALSE(*receive_some(client.get(), text));
  CHECK(send_some(client.get(), "x").error().code.value() == EPIPE);
}

TEST_CASE("PERM1 the socket is 0600, and everything about it is non-blocking and close-on-exec", "[PERM1][socket]") {
  const Scratch scratch;
  const mode_t before = ::umask(0);
  const auto listener = listen_local(scratch.path(), "control");
  ::umask(before);
  struct stat facts {};
  REQUIRE(::stat((scratch / "control").c_str(), &facts) == 0);
  CHECK(S_ISSOCK(facts.st_mode));
  CHECK((facts.st_mode & 0777) == 0600);
  const auto [server, client] = connected(scratch.path(), listener->get());
  for (const NativeHandle socket : {listener->get(), server.get(), client.get()}) {
    CHECK((fcntl(socket, F_GETFL) & O_NONBLOCK) != 0);
    CHECK((fcntl(socket, F_GETFD) & FD_CLOEXEC) != 0);
  }
  CHECK(list_directory(scratch.path()).size() == 1);
}

TEST_CASE("PERM2 a path of more than 300 characters works", "[PERM2][socket]") {
  const Scratch scratch;
  std::string directory = scratch.path();
  while (directory.size() < 320) directory += "/a-rather-long-name-of-a-directory";
  REQUIRE(make_private_directory(directory));
  const auto listener = listen_local(directory, "control");
  REQUIRE(listener);
  const auto [server, client] = connected(directory, listener->get());
  CHECK(*send_some(client.get(), "x") == 1);
  CHECK(received(server.get()) == "x");
}

TEST_CASE("STATE4 a stale socket is replaced, and a client finds the new one", "[STATE4][socket]") {
  const Scratch scratch;
  { const auto dead = listen_local(scratch.path(), "control"); }
  CHECK(connect_local(scratch.path(), "control").error().code.value() == ECONNREFUSED);
  const auto listener = listen_local(scratch.path(), "control");
  REQUIRE(listener);
  const auto pair = connected(scratch.path(), listener->get());

  SECTION("also one that was left half-made") {
    REQUIRE(rename_file(scratch / "control", scratch / "control.new"));
    const auto again = listen_local(scratch.path(), "control");
    REQUIRE(again);
    const auto other = connected(scratch.path(), again->get());
  }
  SECTION("also a file that is none") {
    REQUIRE(write_atomically(scratch / "control", "junk", Durability::rename_only));
    const auto again = listen_local(scratch.path(), "control");
    REQUIRE(again);
    const auto other = connected(scratch.path(), again->get());
  }
}

TEST_CASE("A missing listener is an error of its own", "[socket]") {
  const Scratch scratch;
  CHECK(connect_local(scratch.path(), "control").error().code.value() == ENOENT);
  CHECK(connect_local(scratch / "missing", "control").error().code.value() == ENOENT);
  CHECK_FALSE(listen_local(scratch / "missing", "control"));
}

TEST_CASE("A peer that does not read gets what fits and does not block", "[socket]") {
  const Scratch scratch;
  const auto listener = listen_local(scratch.path(), "control");
  const auto [server, client] = connected(scratch.path(), listener->get());
  const std::string much(4U << 20U, 'x');
  const std::size_t sent = *send_some(server.get(), much);
  CHECK(sent > 0);
  CHECK(sent < much.size());
  CHECK(*send_some(server.get(), much) == 0);
  std::string got;
  while (received(client.get()).size() > 0) continue;
  CHECK(*send_some(server.get(), "y") == 1);
}

TEST_CASE("Waiting ends with the first that can be read, or with the time", "[socket]") {
  const Scratch scratch;
  const auto listener = listen_local(scratch.path(), "control");
  const auto first = connected(scratch.path(), listener->get());
  const auto second = connected(scratch.path(), listener->get());
  const std::array handles{first.client.get(), second.client.get()};
  const Time start = steady_now();
  CHECK(wait_readable(handles, 20ms) == -1);
  CHECK(steady_now() - start >= 20ms);
  REQUIRE(send_some(second.server.get(), "x"));
  CHECK(wait_readable(handles, 10s) == 1);
  CHECK(wait_readable(handles, -1ms) == 1);
  CHECK(wait_readable(handles, 0ms) == 1);
}

TEST_CASE("PERM1 a client of another user is closed unanswered", "[PERM1][socket]") {
  if (geteuid() != 0) SKIP_CASE("needs root to be two users");
  const Scratch scratch;
  const auto listener = listen_local(scratch.path(), "control");
  // Root may connect to everybody; everybody else may not connect to another, even if the file's mode let them.
  REQUIRE(::chmod(scratch.path().c_str(), 0755) == 0);
  REQUIRE(::chmod((scratch / "control").c_str(), 0666) == 0);
  const pid_t child = fork();
  if (child == 0) {
    // From inside: the directories above the test's own may be closed to others.
    if (chdir(scratch.path().c_str()) != 0 || setuid(65534) != 0) _exit(1);
    const auto client = connect_local(".", "control");
    std::string text;
    if (!client) _exit(2);
    (void)wait_readable(std::array{client->get()}, 10s);
    const auto more = receive_some(client->get(), text);
    _exit(more && !*more && text.empty() ? 0 : 3);
  }
  REQUIRE(wait_readable(std::array{listener->get()}, 10s) == 0);
  CHECK_FALSE(*accept_local(listener->get()));
  int status = 0;
  waitpid(child, &status, 0);
  CHECK(WEXITSTATUS(status) == 0);
}
