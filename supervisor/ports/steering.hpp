// Which of the sockets on one address gets a new connection. Pure.
//
// The kernel asks a small program for an index into its own array of the sockets that listen on the address. That array is
// in the order in which they began to listen, and when one stops the last takes its place (reuseport_add_sock and
// reuseport_detach_sock in the kernel's sock_reuseport.c). ListenOrder follows it; an index out of range makes the kernel
// choose among all of them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "platform/port_sharing.hpp"

namespace forever {

// The kernel's array, by the sockets' cookies.
class ListenOrder {
 public:
  void began(std::uint64_t cookie);  // one that listens already stays where it is
  void ended(std::uint64_t cookie);
  [[nodiscard]] std::optional<std::uint32_t> index_of(std::uint64_t cookie) const;
  [[nodiscard]] const std::vector<std::uint64_t>& cookies() const noexcept { return cookies_; }

 private:
  std::vector<std::uint64_t> cookies_;
};

// The indices of `active`, or of all sockets where none of `active` listens: then connections wait in queues, and are not refused.
[[nodiscard]] std::vector<std::uint32_t> steering_targets(const ListenOrder& order,
                                                          std::span<const std::uint64_t> active);
// The same for the moment in which `leaving` stops listening: indices that mean the same socket before and after, as far as
// there are any.
[[nodiscard]] std::vector<std::uint32_t> steering_targets_across(const ListenOrder& order,
                                                                 std::span<const std::uint64_t> active,
                                                                 std::uint64_t leaving);

// A connection from this local port of the supervisor is for that index, regardless of the targets.
struct Aimed {
  std::uint16_t from = 0;
  std::uint32_t index = 0;
};
inline constexpr std::size_t kMostAimed = 256;  // at a time; the program must not grow beyond the kernel's limit
// A program that returns one of the targets, each with the same chance, to all but those that are aimed. `targets` must not be
// empty.
[[nodiscard]] std::vector<FilterStep> steering_program(std::span<const std::uint32_t> targets,
                                                       std::span<const Aimed> aimed = {});

}  // namespace forever
