#include "test/support/load.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <mutex>
#include <thread>
#include <vector>

namespace forever::test {
namespace {

enum class Outcome { answered, refused, failed };

Outcome request(int port, std::string& body, std::string& why) {
  const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
  const timeval patience{10, 0};
  ::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  ::setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  Outcome outcome = Outcome::failed;
  std::string answer;
  constexpr std::string_view kRequest = "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
  if (::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    why = std::string{"connect: "} + std::strerror(errno);
    outcome = Outcome::refused;
  } else if (::send(fd, kRequest.data(), kRequest.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(kRequest.size())) {
    why = std::string{"send: "} + std::strerror(errno);
  } else {
    std::array<char, 4096> part;
    ssize_t got = 0;
    while ((got = ::recv(fd, part.data(), part.size(), 0)) > 0)
      answer.append(part.data(), static_cast<std::size_t>(got));
    const std::size_t head = answer.find("\r\n\r\n");
    const bool whole = got == 0 && head != std::string::npos && answer.find(" 200 ") < 20;
    why = got < 0 ? std::string{"recv: "} + std::strerror(errno) : "answer: " + answer.substr(0, 60);
    if (whole) {
      outcome = Outcome::answered;
      body = answer.substr(head + 4);
      while (!body.empty() && body.back() == '\n') body.pop_back();
    }
  }
  ::close(fd);
  return outcome;
}

}  // namespace

struct Load::State {
  std::atomic<bool> stopping{false};
  std::atomic<std::size_t> answered{0};
  std::mutex mutex;
  LoadResult result;
  std::vector<std::thread> clients;

  void work(int port) {
    LoadResult own;
    while (!stopping) {
      std::string body, why;
      const Outcome outcome = request(port, body, why);
      if (outcome == Outcome::answered) {
        ++own.requests;
        ++own.answered[body];
        ++answered;
        continue;
      }
      ++(outcome == Outcome::refused ? own.refused : own.failed);
      if (own.first_failure.empty()) own.first_failure = why;
    }
    const std::lock_guard lock(mutex);
    result.requests += own.requests;
    result.refused += own.refused;
    result.failed += own.failed;
    for (const auto& [body, count] : own.answered) result.answered[body] += count;
    if (result.first_failure.empty()) result.first_failure = own.first_failure;
  }
};

Load::Load(int port, unsigned clients) : state_(std::make_unique<State>()) {
  for (unsigned i = 0; i < clients; ++i) state_->clients.emplace_back([this, port] { state_->work(port); });
}

Load::~Load() { (void)stop(); }

std::size_t Load::requests() const { return state_->answered; }

LoadResult Load::stop() {
  state_->stopping = true;
  for (std::thread& client : state_->clients) client.join();
  state_->clients.clear();
  return state_->result;
}

}  // namespace forever::test
