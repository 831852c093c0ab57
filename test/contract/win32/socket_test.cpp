// The control socket as a named pipe, and pipes between a process and those it starts.
#include <array>
#include <cerrno>

#include "platform/clock.hpp"
#include "platform/event_loop.hpp"
#include "platform/files.hpp"
#include "platform/local_socket.hpp"
#include "platform/output_pipe.hpp"
#include "platform/pipe.hpp"
#include "platform/win32/output_pipe.hpp"
#include "platform/win32/security.hpp"
#include "test/contract/scratch.hpp"
#include "test/support/catch.hpp"
#include "test/support/permissions.hpp"
#include "test/support/wait.hpp"
#include "test/support/win32/security.hpp"
#include "test/support/win32/wine.hpp"
// clang-format off: this needs the ones above
#include <sddl.h>
// clang-format on

using namespace forever;
using namespace std::chrono_literals;
using test::Scratch;
using Kind = LoopEvent::Kind;

namespace {

struct Pair {
  Handle server, client;
};

Pair connected(const std::string& directory, NativeHandle listener) {
  auto client = connect_local(directory, "control");
  REQUIRE(client);
  REQUIRE(wait_readable(std::array{listener}, 10s) == 0);
  auto server = accept_local(listener);
  REQUIRE(server);
  REQUIRE(*server);
  return {std::move(*server), std::move(*client)};
}

std::string received(NativeHandle socket, Milliseconds patience = 10s) {
  std::string text;
  (void)wait_readable(std::array{socket}, patience);
  REQUIRE(receive_some(socket, text));
  return text;
}

}  // namespace

TEST_CASE("WIN5 what is sent arrives both ways, and the end is seen after the last byte", "[socket]") {
  const Scratch scratch;
  const auto listener = listen_local(scratch.path(), "control");
  REQUIRE(listener);
  CHECK_FALSE(*accept_local(listener->get()));
  auto [server, client] = connected(scratch.path(), listener->get());
  CHECK(received(client.get(), 0ms).empty());
  CHECK(*send_some(client.get(), "question\n") == 9);
  CHECK(received(server.get()) == "question\n");
  CHECK(*send_some(server.get(), "answer\n") == 7);
  server.reset();
  CHECK(received(client.get()) == "answer\n");
  std::string text;
  REQUIRE(wait_readable(std::array{client.get()}, 10s) == 0);
  CHECK_FALSE(*receive_some(client.get(), text));
  CHECK_FALSE(send_some(client.get(), "x"));
}

TEST_CASE("WIN5 the pipes of two state directories differ, and a name is taken once", "[socket]") {
  const Scratch one;
  const Scratch two;
  const auto first = listen_local(one.path(), "control");
  const auto second = listen_local(two.path(), "control");
  REQUIRE(first);
  REQUIRE(second);
  if (!test::under_wine()) CHECK_FALSE(listen_local(one.path(), "control"));  // Wine 8 lets a name be taken twice
  const auto pair = connected(two.path(), second->get());
  CHECK_FALSE(*accept_local(first->get()));
  CHECK(connect_local(one.path(), "other").error().code.value() == ENOENT);
  CHECK_FALSE(listen_local(one / "missing", "control"));
}

TEST_CASE("WIN5 client after client is served, and a closed pipe can be opened again", "[socket]") {
  const Scratch scratch;
  for (int round = 0; round < 3; ++round) {
    const auto listener = listen_local(scratch.path(), "control");
    REQUIRE(listener);
    for (int i = 0; i < 5; ++i) {
      const auto [server, client] = connected(scratch.path(), listener->get());
      CHECK(*send_some(client.get(), "x") == 1);
      CHECK(received(server.get()) == "x");
    }
  }
  CHECK(connect_local(scratch.path(), "control").error().code.value() == ENOENT);
}

TEST_CASE("WIN5 a listener is seen, also while it accepts no client, and a client then must try again", "[socket]") {
  const Scratch scratch;
  CHECK_FALSE(listens_locally(scratch.path(), "control"));
  {
    const auto listener = listen_local(scratch.path(), "control");
    REQUIRE(listener);
    CHECK(listens_locally(scratch.path(), "control"));
    const auto client = connect_local(scratch.path(), "control");
    REQUIRE(client);
    CHECK(listens_locally(scratch.path(), "control"));
    CHECK(connect_local(scratch.path(), "control").error().code.value() == EAGAIN);
    REQUIRE(*accept_local(listener->get()));
    CHECK(connect_local(scratch.path(), "control"));
  }
  CHECK_FALSE(listens_locally(scratch.path(), "control"));
}

TEST_CASE("Of more handles than one call can wait for the one that is set is found", "[socket]") {
  std::vector<Handle> events;
  std::vector<NativeHandle> handles;
  for (int i = 0; i < 150; ++i) {
    events.emplace_back(win32::as_native(::CreateEventW(nullptr, TRUE, FALSE, nullptr)));
    handles.push_back(events.back().get());
  }
  CHECK(wait_readable(handles, 0ms) == -1);
  for (const std::size_t which : {0U, 63U, 64U, 149U}) {
    ::SetEvent(win32::as_handle(handles[which]));
    CHECK(wait_readable(handles, 20s) == static_cast<int>(which));
    ::ResetEvent(win32::as_handle(handles[which]));
  }
}

TEST_CASE("Waiting for nothing takes the time that was asked for", "[socket]") {
  const Time begin = steady_now();
  CHECK(wait_readable({}, 50ms) == -1);
  CHECK(steady_now() - begin >= 50ms);
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
  while (got.size() < sent) got += received(client.get());
  CHECK(got.size() == sent);
  CHECK(test::wait_until([&] { return *send_some(server.get(), "y") == 1; }));
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

TEST_CASE("A message through a pipe is read to its end", "[pipe]") {
  auto pipe = make_pipe();
  REQUIRE(pipe);
  write_message(pipe->write.get(), "all of it");
  CHECK(read_to_end(pipe->read.get(), 20ms) == "all of it");
  write_message(pipe->write.get(), "more");
  pipe->write.reset();
  CHECK(read_to_end(pipe->read.get(), 10s) == "more");
}

TEST_CASE("LOG1 peeking takes nothing away, moving takes what was written, and nothing is lost", "[pipe]") {
  const Scratch scratch;
  const auto held = hold_fifo(scratch / "fifo");
  REQUIRE(held);
  auto reader = OutputReader::open(held->get());
  REQUIRE(reader);
  const auto file = open_log_file(scratch / "log");
  std::array<char, 100> buffer{};
  CHECK(*reader->peek(buffer) == 0);
  write_message(win32::write_end_of(held->get()), "first\nsecond\n");
  for (int i = 0; i < 3; ++i) {
    REQUIRE(*reader->peek(buffer) == 13);
    CHECK(std::string_view(buffer.data(), 13) == "first\nsecond\n");
  }
  CHECK(reader->available() == 13);
  CHECK_FALSE(reader->full());
  CHECK(reader->consume(6) == 6);
  CHECK(*reader->move_to(file->get(), 2, 4) == 4);
  CHECK(*reader->move_to(file->get(), 6, 100) == 3);
  CHECK(*reader->move_to(file->get(), 9, 100) == 0);
  CHECK(*read_file(scratch / "log") == std::string("\0\0second\n", 9));
}

TEST_CASE("The loop tells of what can be read: level while it is, edge once for each change", "[loop]") {
  auto loop = EventLoop::create({});
  REQUIRE(loop);
  auto level = make_pipe();
  auto edge = make_pipe();
  REQUIRE(loop->watch_readable(level->read.get(), 7));
  REQUIRE(loop->watch_readable(edge->read.get(), 8, EventLoop::Trigger::edge));
  CHECK(loop->wait(steady_now() + 5ms).empty());
  write_message(level->write.get(), "x");
  for (int i = 0; i < 2; ++i) {
    const auto events = loop->wait(steady_now() + 10s);
    REQUIRE(events.size() == 1);
    CHECK(events[0].kind == Kind::readable);
    CHECK(events[0].token == 7);
  }
  loop->pause(level->read.get());
  CHECK(loop->wait(steady_now() + 5ms).empty());
  loop->resume(level->read.get());
  CHECK(loop->wait(steady_now() + 10s).size() == 1);
  loop->unwatch(level->read.get());
  CHECK(loop->wait(steady_now() + 5ms).empty());

  for (int i = 0; i < 2; ++i) {
    write_message(edge->write.get(), "y");
    const auto events = loop->wait(steady_now() + 10s);
    REQUIRE(events.size() == 1);
    CHECK(events[0].token == 8);
    CHECK(loop->wait(steady_now() + 40ms).empty());
  }
  std::string ignored;
  REQUIRE(receive_some(edge->read.get(), ignored));
  CHECK(ignored == "yy");
  // As many bytes as there were before are news, too, if those have been taken.
  write_message(edge->write.get(), "zz");
  CHECK(loop->wait(steady_now() + 10s).size() == 1);
  REQUIRE(receive_some(edge->read.get(), ignored));
  write_message(edge->write.get(), "zz");
  CHECK(loop->wait(steady_now() + 10s).size() == 1);
  REQUIRE(receive_some(edge->read.get(), ignored));
  edge->write.reset();
  CHECK(loop->wait(steady_now() + 10s).size() == 1);
  CHECK(loop->wait(steady_now() + 40ms).empty());
}

TEST_CASE("The loop tells of clients and of room to write, and not of files", "[loop]") {
  const Scratch scratch;
  auto loop = EventLoop::create({});
  const auto listener = listen_local(scratch.path(), "control");
  REQUIRE(loop->watch_readable(listener->get(), 1));
  CHECK(loop->wait(steady_now() + 5ms).empty());
  const auto client = connect_local(scratch.path(), "control");
  REQUIRE(loop->wait(steady_now() + 10s).size() == 1);
  const auto server = accept_local(listener->get());
  REQUIRE(*server);
  CHECK(loop->wait(steady_now() + 5ms).empty());
  REQUIRE(loop->watch_writable(server->get(), 2));
  REQUIRE(loop->wait(steady_now() + 10s).size() == 1);
  const auto file = open_log_file(scratch / "file");
  CHECK(loop->watch_readable(file->get(), 3).error().code.value() == EPERM);
}

TEST_CASE("A hundred handles are waited for, those beyond the system's 64 too", "[loop]") {
  auto loop = EventLoop::create({});
  std::vector<PipeEnds> pipes;
  for (std::uint64_t i = 0; i < 100; ++i) {
    pipes.push_back(std::move(*make_pipe()));
    REQUIRE(loop->watch_readable(pipes.back().read.get(), i));
  }
  CHECK(loop->wait(steady_now() + 5ms).empty());
  for (const std::size_t i : {std::size_t{0}, std::size_t{50}, std::size_t{99}}) {
    write_message(pipes[i].write.get(), "x");
    const auto events = loop->wait(steady_now() + 10s);
    REQUIRE(events.size() == 1);
    CHECK(events[0].token == i);
    std::string ignored;
    REQUIRE(receive_some(pipes[i].read.get(), ignored));
  }
}

TEST_CASE("A deadline is waited for, never less", "[loop]") {
  auto loop = EventLoop::create({});
  for (const auto patience : {300us, 1500us, 20000us}) {
    const Time due = steady_now() + patience;
    CHECK(loop->wait(due).empty());
    CHECK(steady_now() >= due);
  }
}

TEST_CASE("WIN5 only its user and the system can open a pipe", "[socket]") {
  const Scratch scratch;
  const auto listener = listen_local(scratch.path(), "control");
  REQUIRE(listener);
  const Pair pair = connected(scratch.path(), listener->get());
  CHECK(test::owner_only_object(pair.server.get()));
  const auto between = make_pipe();
  REQUIRE(between);
  CHECK(test::owner_only_object(between->read.get()));
}

TEST_CASE("WIN5 what belongs to another user's SID is not taken for ours", "[socket]") {
  const auto ours = [](const std::wstring& text) {
    PSID sid = nullptr;
    REQUIRE(::ConvertStringSidToSidW(text.c_str(), &sid) != 0);
    const bool owned = win32::owns(sid);
    ::LocalFree(sid);
    return owned;
  };
  CHECK(ours(win32::user_sid()));
  CHECK_FALSE(ours(L"S-1-5-21-1111111111-222222222-333333333-1001"));
  CHECK_FALSE(ours(L"S-1-5-18"));
}
