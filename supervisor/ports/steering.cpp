#include "supervisor/ports/steering.hpp"

#include <algorithm>

namespace forever {
namespace {

// Opcodes of classic BPF (linux/bpf_common.h) and the place where it reads a random number (linux/filter.h).
constexpr std::uint16_t kLoadWord = 0x20;      // BPF_LD | BPF_W | BPF_ABS
constexpr std::uint16_t kModulo = 0x94;        // BPF_ALU | BPF_MOD | BPF_K
constexpr std::uint16_t kJumpEqual = 0x15;     // BPF_JMP | BPF_JEQ | BPF_K
constexpr std::uint16_t kReturn = 0x06;        // BPF_RET | BPF_K
constexpr std::uint16_t kLoadHalf = 0x28;      // BPF_LD | BPF_H | BPF_ABS
constexpr std::uint16_t kLoadByte = 0x30;      // BPF_LD | BPF_B | BPF_ABS
constexpr std::uint16_t kShiftRight = 0x74;    // BPF_ALU | BPF_RSH | BPF_K
constexpr std::uint16_t kJump = 0x05;          // BPF_JMP | BPF_JA
constexpr std::uint32_t kPacket = 0xfff00000;  // SKF_NET_OFF: the IP header, with TCP's behind it
constexpr std::uint32_t kRandom = 0xfffff038;  // SKF_AD_OFF + SKF_AD_RANDOM

// A client from an aimed port is sent to its index. An IPv4 header with options, which the supervisor's never has, only misses its
// connection; to read beyond a packet would end the program.
void append_aims(std::span<const Aimed> aimed, std::vector<FilterStep>& program) {
  const auto past = static_cast<std::uint32_t>(1 + 2 * aimed.size());
  const auto compare = [&](std::uint32_t port_at) {
    program.push_back({kLoadHalf, 0, 0, kPacket + port_at});
    for (const Aimed& one : aimed) {
      program.push_back({kJumpEqual, 0, 1, one.from});
      program.push_back({kReturn, 0, 0, one.index});
    }
  };
  program.insert(program.end(), {{kLoadByte, 0, 0, kPacket}, {kShiftRight, 0, 0, 4}, {kJumpEqual, 1, 0, 4}});
  program.push_back({kJump, 0, 0, past + 1});  // to IPv6's part
  compare(20);
  program.push_back({kJump, 0, 0, past});
  compare(40);
}

}  // namespace

void ListenOrder::began(std::uint64_t cookie) {
  if (!index_of(cookie)) cookies_.push_back(cookie);
}

void ListenOrder::ended(std::uint64_t cookie) {
  const auto index = index_of(cookie);
  if (!index) return;
  cookies_[*index] = cookies_.back();
  cookies_.pop_back();
}

std::optional<std::uint32_t> ListenOrder::index_of(std::uint64_t cookie) const {
  const auto found = std::ranges::find(cookies_, cookie);
  if (found == cookies_.end()) return std::nullopt;
  return static_cast<std::uint32_t>(found - cookies_.begin());
}

std::vector<std::uint32_t> steering_targets(const ListenOrder& order, std::span<const std::uint64_t> active) {
  std::vector<std::uint32_t> targets;
  for (const std::uint64_t cookie : active) {
    if (const auto index = order.index_of(cookie)) targets.push_back(*index);
  }
  if (targets.empty()) {
    for (std::uint32_t index = 0; index < order.cookies().size(); ++index) targets.push_back(index);
  }
  std::ranges::sort(targets);
  return targets;
}

std::vector<std::uint32_t> steering_targets_across(const ListenOrder& order, std::span<const std::uint64_t> active,
                                                   std::uint64_t leaving) {
  std::vector<std::uint64_t> staying(active.begin(), active.end());
  std::erase(staying, leaving);
  // The last one moves; it keeps its place only if it is the one that leaves.
  std::vector<std::uint64_t> unmoved = staying;
  if (!order.cookies().empty()) std::erase(unmoved, order.cookies().back());
  const bool any =
      std::ranges::any_of(unmoved, [&](std::uint64_t cookie) { return order.index_of(cookie).has_value(); });
  return steering_targets(order, any ? unmoved : staying);
}

std::vector<FilterStep> steering_program(std::span<const std::uint32_t> targets, std::span<const Aimed> aimed) {
  std::vector<FilterStep> program;
  if (!aimed.empty()) append_aims(aimed, program);
  if (targets.size() > 1) {
    program.push_back({kLoadWord, 0, 0, kRandom});
    program.push_back({kModulo, 0, 0, static_cast<std::uint32_t>(targets.size())});
  }
  for (std::uint32_t number = 0; number + 1 < targets.size(); ++number) {
    program.push_back({kJumpEqual, 0, 1, number});
    program.push_back({kReturn, 0, 0, targets[number]});
  }
  program.push_back({kReturn, 0, 0, targets.back()});
  return program;
}

}  // namespace forever
