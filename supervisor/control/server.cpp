#include "supervisor/control/server.hpp"

#include "platform/local_socket.hpp"

namespace forever {
namespace {

constexpr Milliseconds kRest{200};

}  // namespace

void ControlServer::tick(Time now) noexcept {
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
  for (;;) {
    auto accepted = accept_local(listener_.get());
    if (!accepted) {
      loop_.pause(listener_.get());
      rests_until_ = steady_now() + kRest;
      return;
    }
    if (!*accepted) return;
    const Client client = next_++;
    const NativeHandle socket = accepted->get();
    clients_.emplace(client, Connection{std::move(*accepted), {}, {}, false});
    if (!loop_.watch_readable(socket, client)) clients_.erase(client);
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
  }
  if (!requests.empty() && more && *more) more = receive_some(connection.socket.get(), connection.received);
  if (!more || !*more || connection.received.size() > kLongestRequest) {
    drop(client);
    // Who has gone before it was heard has been told so (we may have been suspended), and may have asked for the contrary since.
    requests.clear();
  }
  return requests;
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
  connection.waiting += text;
  const auto sent = send_some(connection.socket.get(), connection.waiting);
  if (!sent) {
    drop(client);
    return;
  }
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
