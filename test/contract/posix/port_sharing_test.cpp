// Taking part in a program's bind and listen calls, with real processes.
#include "platform/port_sharing.hpp"

#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "platform/evidence.hpp"
#include "supervisor/ports/steering.hpp"
#include "test/contract/posix/started.hpp"
#include "test/support/catch.hpp"
#include "test/support/net.hpp"

using namespace forever;
using namespace forever::test;

namespace {

SpawnRequest sharing_request(const std::vector<std::string>& words) {
  SpawnRequest request = child_request(words);
  request.share_ports = true;
  request.keeper = current_pid();
  return request;
}

// A child under the filter, past its gate.
class Sharing {
 public:
  explicit Sharing(const std::vector<std::string>& words) : child(sharing_request(words), false) {
    HeldInstance& held = child.held();
    REQUIRE(wait_until([&] {
      if (!held.calls) return true;
      if (Handle taken = take_port_calls(held)) calls = std::move(taken);
      return false;
    }));
    REQUIRE(calls);
    open_gate(held);
  }
  PortCall next() {
    PortCall call;
    REQUIRE(wait_until([&] { return receive_port_call(calls.get(), call) == PortCallReceipt::call; }));
    return call;
  }

  Started child;
  Handle calls;
};

bool possible() { return !share_ports_fault(); }

}  // namespace

#define NEED_SHARING() \
  if (!possible()) SKIP_CASE("ports cannot be shared here: " + *share_ports_fault())

TEST_CASE("CLU1 a program's bind and listen are reported, and answered") {
  NEED_SHARING();
  const int port = free_port();
  const std::string address = "0.0.0.0:" + std::to_string(port);
  Sharing sharing({"listen", std::to_string(port), "wait"});
  PortCall bind = sharing.next();
  CHECK(bind.kind == PortCall::Kind::bind);
  CHECK(bind.process == sharing.child.id().pid);
  CHECK(bind.address == address);
  CHECK_FALSE(bind.shares);
  CHECK(address_is_free(bind));
  REQUIRE(bind.socket);
  let_share(sharing.calls.get(), bind);
  PortCall listen = sharing.next();
  CHECK(listen.kind == PortCall::Kind::listen);
  CHECK(listen.address == address);
  CHECK(listen.cookie == bind.cookie);
  CHECK(listen.shares);
  CHECK_FALSE(can_connect(port));
  CHECK(listen_on(listen.socket.get(), 16) == 0);
  answer_port_call(sharing.calls.get(), listen, 0);
  CHECK(sharing.child.says("listening"));
  CHECK(is_listening(listen.socket.get()));
  CHECK(address_of_socket(listen.socket.get()) == address);
  CHECK(holds_socket(sharing.child.id().pid, listen.cookie));
  REQUIRE(shared_sockets_of(sharing.child.id().pid).size() == 1);
  CHECK(http_get(port).body == std::to_string(sharing.child.id().pid) + "\n");
}

TEST_CASE("CLU3 a kept socket takes the place of the next process's own, with what waits in its queue") {
  NEED_SHARING();
  const int port = free_port();
  Handle kept;
  {
    Sharing first({"listen", std::to_string(port), "sleep", "60000"});
    PortCall bind = first.next();
    let_share(first.calls.get(), bind);
    PortCall listen = first.next();
    REQUIRE(listen_on(listen.socket.get(), 16) == 0);
    answer_port_call(first.calls.get(), listen, 0);
    kept = std::move(listen.socket);
    REQUIRE(first.child.says("listening"));
    ::kill(first.child.id().pid, SIGKILL);
    (void)first.child.end();
    PortCall call;
    CHECK(wait_until([&] { return receive_port_call(first.calls.get(), call) == PortCallReceipt::gone; }));
  }
  CHECK(can_connect(port));  // which waits now; it has been closed again by then
  CHECK(queue_of(kept.get()) == 1);
  Sharing second({"listen", std::to_string(port), "wait"});
  const PortCall bind = second.next();
  CHECK_FALSE(address_is_free(bind));
  REQUIRE(put_in_place(second.calls.get(), bind, kept.get()));
  const PortCall listen = second.next();
  CHECK(listen.cookie == cookie_of(kept.get()));
  answer_port_call(second.calls.get(), listen, 0);
  CHECK(http_get(port).body == std::to_string(second.child.id().pid) + "\n");
  CHECK(wait_until([&] { return queue_of(kept.get()) == 0; }));
  end_listening(kept.get());
  CHECK_FALSE(can_connect(port));
}

TEST_CASE("SEC2 whether an address is free is tried out with no more rights than the program has") {
  NEED_SHARING();
  if (::geteuid() != 0) SKIP_CASE("needs root, to be another user");
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const Handle taken(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const auto bound_to = [&](int port) {
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    return ::bind(taken.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  };
  int port = 1023;
  while (port > 600 && !bound_to(port)) --port;
  REQUIRE(::listen(taken.get(), 1) == 0);
  for (const uid_t user : {uid_t{0}, uid_t{54321}}) {
    const pid_t program = ::fork();
    if (program == 0) {
      const bool is_user = user == 0 || ::setresuid(user, user, user) == 0;
      while (is_user) ::pause();
      ::_exit(1);
    }
    REQUIRE(wait_until([&] { return owner_of(program) && owner_of(program)->is_wholly(user); }));
    PortCall call;
    call.process = program;
    call.socket.reset(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    call.asked.assign(reinterpret_cast<const char*>(&address), sizeof address);
    // That it is taken is no business of who may not have it: the kernel refuses the program's own call.
    CHECK(address_is_free(call) == (user != 0));
    CHECK(::geteuid() == 0);
    ::kill(program, SIGKILL);
    ::waitpid(program, nullptr, 0);
  }
}

TEST_CASE("CLU2 the kernel follows the order of listening and the program that steers") {
  NEED_SHARING();
  const int port = free_port();
  std::vector<std::unique_ptr<Sharing>> workers;
  std::vector<Handle> sockets;
  ListenOrder order;
  for (int i = 0; i < 3; ++i) {
    workers.push_back(std::make_unique<Sharing>(std::vector<std::string>{"listen", std::to_string(port), "wait"}));
    PortCall bind = workers.back()->next();
    let_share(workers.back()->calls.get(), bind);
    PortCall listen = workers.back()->next();
    REQUIRE(listen_on(listen.socket.get(), 16) == 0);
    order.began(listen.cookie);
    answer_port_call(workers.back()->calls.get(), listen, 0);
    sockets.push_back(std::move(listen.socket));
  }
  const auto require_only = [&](std::size_t worker) {
    const std::vector<std::uint64_t> active{cookie_of(sockets[worker].get())};
    REQUIRE(steer_connections(sockets[worker].get(), steering_program(steering_targets(order, active))).ok());
    for (int i = 0; i < 8; ++i) CHECK(http_get(port).body == std::to_string(workers[worker]->child.id().pid) + "\n");
  };
  for (const std::size_t worker : {2U, 0U, 1U}) require_only(worker);
  // The first leaves; the last takes its place in the kernel's array.
  order.ended(cookie_of(sockets[0].get()));
  end_listening(sockets[0].get());
  for (const std::size_t worker : {2U, 1U}) require_only(worker);
}

TEST_CASE("CLU1 an errno that is answered reaches the program") {
  NEED_SHARING();
  Sharing sharing({"listen", std::to_string(free_port()), "wait"});
  answer_port_call(sharing.calls.get(), sharing.next(), EADDRINUSE);
  CHECK(sharing.child.end().code != 0);
}

TEST_CASE("SUP1 a call whose notification was lost is repeated") {
  NEED_SHARING();
  const int port = free_port();
  Sharing sharing({"listen", std::to_string(port), "wait"});
  const PortCall lost = sharing.next();
  repeat_port_calls(sharing.child.id());
  const PortCall again = sharing.next();
  CHECK(again.id != lost.id);
  CHECK(again.address == lost.address);
  let_share(sharing.calls.get(), again);
  const PortCall listen = sharing.next();
  let_pass(sharing.calls.get(), listen);
  CHECK(sharing.child.says("listening"));
}
