// A group of sockets on one address, as status.json keeps it. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace forever {

// As `status.json` keeps a group: "127.0.0.1:8081 0/101 1/102", slots and cookies in the kernel's order.
struct PortRecord {
  struct Socket {
    std::uint32_t slot = 0;
    std::uint64_t cookie = 0;
    friend bool operator==(const Socket&, const Socket&) = default;
  };
  std::string address;
  std::vector<Socket> sockets;
  friend bool operator==(const PortRecord&, const PortRecord&) = default;
};
[[nodiscard]] std::string to_text(const PortRecord& record);
[[nodiscard]] std::optional<PortRecord> port_record_from(const std::string& text);

// The port of "127.0.0.1:8081" or "[::]:8081"; 0 if there is none.
[[nodiscard]] std::uint16_t port_of_address(const std::string& address);

}  // namespace forever
