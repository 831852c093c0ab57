#include "supervisor/control/server.hpp"

#include <algorithm>

#include "platform/local_socket.hpp"
#include "platform/reserve.hpp"

namespace forever {
namespace {

constexpr Milliseconds kRest{200};
constexpr Milliseconds kRequestPatience{10000};  // from the connection to the end of the request
constexpr Milliseconds kReplyPatience{30000};    // without a byte being taken
constexpr int kMostAtOnce = 64;                  // accepted in one turn
constexpr std::size_t kFewClients = 4;           // are heard even when descriptors are scarce

}  // namespace

std::optional<Time> ControlServer::patience_ends(const Connection& connection) {
  if (!connection.waiting.empty()) return connection.moved + kReplyPatience;
  return connection.asked ? std::nullopt : std::optional{connection.moved + kRequestPatience};
}

std::optional<Time> ControlServer::due(Time) const {
  std::optional<Time> soonest = rests_until_;
  for (const auto& [client, connection] : clients_) {
    if (const auto ends = patience_ends(connection)) soonest = std::min(soonest.value_or(*ends), *ends);
  }
  return soonest;
}

void ControlServer::tick(Time now) {
  std::vector<Client> late;
  for (const auto& [client, connection] : clients_) {
    if (const auto ends = patience_ends(connection); ends && *ends <= now) late.push_back(client);
  }
  for (const Client client : late) drop(client);
  if (!rests_until_ || *rests_until_ > now) return;
  rests_until_.reset();
  loop_.resume(listener_.get());
}

Status ControlServer::serve(Handle listener) {
  if (listener_) loop_.unwatch(listener_.get());
  listener_ = std::move(listener);
  return loop_.watch_readable(listener_.get(), first_token_);
}

Handle ControlServer::release_listener() {
  if (listener_) loop_.unwatch(listener_.get());
  return std::move(listener_);
}

std::vector<ControlServer::Request> ControlServer::handle(const LoopEvent& event) {
  if (event.token == first_token_) {
    accept_all();
    return {};
  }
  const auto found = clients_.find(event.token);
  if (found == clients_.end()) return {};
  if (event.kind == LoopEvent::Kind::writable) {
    send(event.token, {});
    return {};
  }
  return read(event.token);
}

void ControlServer::accept_all() {
  for (int count = 0; count < kMostAtOnce; ++count) {
    auto accepted = accept_local(listener_.get());
    if (!accepted) {
      loop_.pause(listener_.get());
      rests_until_ = steady_now() + kRest;
      return;
    }
    if (!*accepted) return;
    const Client client = next_++;
    const NativeHandle socket = accepted->get();
    const bool crowded = !leaves(Reserve::half, socket) && clients_.size() >= kFewClients;
    const Pid peer = peer_of(socket);
    clients_.emplace(client, Connection{std::move(*accepted), peer, {}, {}, false, false, steady_now()});
    if (!loop_.watch_readable(socket, client)) {
      clients_.erase(client);
    } else if (crowded) {
      reply(client, {false, "the supervisor has no descriptors left for more clients; try again", {}, {}});
    }
  }
}

std::vector<ControlServer::Request> ControlServer::read(Client client) {
  Connection& connection = clients_.at(client);
  auto more = receive_some(connection.socket.get(), connection.received);
  std::vector<Request> requests;
  while (auto line = take_line(connection.received)) {
    auto request = decode_request(*line);
    if (!request) {
      reply(client, {false, request.error().message(), {}, {}});
      return requests;
    }
    requests.push_back({client, std::move(*request)});
    connection.asked = true;
    connection.moved = steady_now();
  }
  if (!connection.received.empty()) connection.asked = false;
  if (!requests.empty() && more && *more) more = receive_some(connection.socket.get(), connection.received);
  if (!more || !*more || connection.received.size() > kLongestRequest) {
    drop(client);
    // A client that has disconnected before its request was read has reported a failure (the supervisor may have been suspended), and may have sent
    // the opposite request since.
    requests.clear();
  }
  return requests;
}

bool ControlServer::answer_awaited_by(Pid pid) const noexcept {
  return pid != 0 && std::ranges::any_of(
                         clients_, [pid](const auto& entry) { return entry.second.peer == pid && entry.second.asked; });
}

void ControlServer::progress(Client client, const std::string& text) { send(client, encode(ControlProgress{text})); }

void ControlServer::reply(Client client, const ControlReply& reply) {
  const auto found = clients_.find(client);
  if (found == clients_.end()) return;
  found->second.closing = true;
  send(client, encode(reply));
}

void ControlServer::send(Client client, const std::string& text) {
  const auto found = clients_.find(client);
  if (found == clients_.end()) return;
  Connection& connection = found->second;
  if (connection.waiting.empty()) connection.moved = steady_now();
  connection.waiting += text;
  const auto sent = send_some(connection.socket.get(), connection.waiting);
  if (!sent) {
    drop(client);
    return;
  }
  if (*sent > 0) connection.moved = steady_now();
  connection.waiting.erase(0, *sent);
  if (!connection.waiting.empty()) {
    if (!loop_.watch_writable(connection.socket.get(), client)) drop(client);
  } else if (connection.closing) {
    drop(client);
  }
}

void ControlServer::drop(Client client) {
  const auto found = clients_.find(client);
  if (found == clients_.end()) return;
  loop_.unwatch(found->second.socket.get());
  clients_.erase(found);
}

}  // namespace forever
