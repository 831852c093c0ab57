// The supervisor's end of the control socket: clients, their requests, and answers that never block the supervisor. No client makes it
// wait, nor keeps a descriptor without end: one that does not say what it wants, or does not take its answer, is dropped.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "app/control_protocol.hpp"
#include "platform/event_loop.hpp"
#include "platform/handle.hpp"
#include "supervisor/decide/due.hpp"

namespace forever {

class ControlServer : public Timed {
 public:
  using Client = std::uint64_t;  // also the event loop's token of its socket

  // Tokens from `first_token` on are this server's: the listener's, then one for each client.
  ControlServer(EventLoop& loop, std::uint64_t first_token)
      : loop_(loop), first_token_(first_token), next_(first_token + 1) {}

  // Listens on `listener`, which is borrowed from the keeper's store or owned.
  [[nodiscard]] Status serve(Handle listener);
  [[nodiscard]] NativeHandle listener() const noexcept { return listener_.get(); }
  // Stops listening and gives the socket away; clients are kept.
  [[nodiscard]] Handle release_listener();
  [[nodiscard]] bool owns(std::uint64_t token) const noexcept { return token >= first_token_; }

  struct Request {
    Client client = 0;
    ControlRequest request;
  };
  // Takes what happened on `token`: new clients, bytes, room to write, an end. Returns whole requests; a malformed one
  // is answered here.
  [[nodiscard]] std::vector<Request> handle(const LoopEvent& event);
  [[nodiscard]] bool connected(Client client) const { return clients_.contains(client); }

  // Whether this process has asked for something and waits for the answer.
  [[nodiscard]] bool answer_awaited_by(Pid pid) const noexcept;

  // When tick() is due: the listener rests after no descriptor was left for a client (it would stay readable all the time), and the
  // patience with a client ends.
  [[nodiscard]] std::optional<Time> due(Time now) const override;
  void tick(Time now) override;

  void progress(Client client, const std::string& text);
  // The connection closes once the reply has gone.
  void reply(Client client, const ControlReply& reply);

 private:
  struct Connection {
    Handle socket;
    Pid peer = 0;
    std::string received;
    std::string waiting;  // not yet taken by the peer
    bool closing = false;
    bool asked = false;  // a whole request has come, and no part of the next
    Time moved{};        // when it last asked, or took something of its answer
  };
  [[nodiscard]] static std::optional<Time> patience_ends(const Connection& connection);

  void accept_all();
  [[nodiscard]] std::vector<Request> read(Client client);
  void send(Client client, const std::string& text);
  void drop(Client client);

  EventLoop& loop_;
  std::uint64_t first_token_;
  std::uint64_t next_;
  Handle listener_;
  std::optional<Time> rests_until_;
  std::map<Client, Connection> clients_;
};

}  // namespace forever
