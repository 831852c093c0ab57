// Which socket gets a new connection: the kernel's order of sockets, and the program that chooses.
#include "supervisor/ports/steering.hpp"

#include <map>
#include <random>

#include "test/support/catch.hpp"

using namespace forever;

namespace {

using Indices = std::vector<std::uint32_t>;

// What the kernel would do with the program, were the random number `random`, for a packet from its IP header on.
std::uint32_t run(const std::vector<FilterStep>& program, std::uint32_t random, const std::string& packet = {}) {
  std::uint32_t value = 0;
  const auto byte = [&](std::size_t at) {
    REQUIRE(at < packet.size());  // else the kernel ends the program, and the first socket has the connection
    return static_cast<unsigned char>(packet[at]);
  };
  for (std::size_t at = 0; at < program.size(); ++at) {
    const FilterStep& step = program[at];
    switch (step.code) {
      case 0x20: value = step.value == 0xfffff038 ? random : 0; break;
      case 0x30: value = byte(step.value - 0xfff00000); break;
      case 0x28: value = byte(step.value - 0xfff00000) * 256U + byte(step.value - 0xfff00000 + 1); break;
      case 0x74: value >>= step.value; break;
      case 0x05: at += step.value; break;
      case 0x94: value %= step.value; break;
      case 0x15: at += value == step.value ? step.if_true : step.if_false; break;
      case 0x06: return step.value;
      default: FAIL("an unknown step");
    }
  }
  FAIL("the program has no end");
  return 0;
}

ListenOrder order_of(std::initializer_list<std::uint64_t> cookies) {
  ListenOrder order;
  for (const std::uint64_t cookie : cookies) order.began(cookie);
  return order;
}

}  // namespace

TEST_CASE("CLU1 the program reaches every target with the same chance, and no other") {
  for (const Indices& targets : {Indices{3}, Indices{0, 1}, Indices{5, 2, 9}, Indices{0, 1, 2, 3, 4, 5, 6, 7}}) {
    const auto program = steering_program(targets);
    std::map<std::uint32_t, unsigned> hits;
    for (std::uint32_t random = 0; random < 840; ++random) ++hits[run(program, random)];
    CHECK(hits.size() == targets.size());
    for (const std::uint32_t target : targets) CHECK(hits[target] == 840 / targets.size());
  }
}

TEST_CASE("CLU1 the longest program fits the kernel's limit") {
  Indices targets(1024);
  CHECK(steering_program(targets).size() <= 4096);  // BPF_MAXINSNS
}

TEST_CASE(
    "HEALTH11 a connection from an aimed port is for its index, over IPv4 and IPv6; all others are steered as before") {
  const auto packet = [](bool ipv6, unsigned from) {
    std::string bytes(ipv6 ? 60 : 40, '\0');  // no options: the shortest there is
    bytes[0] = ipv6 ? '\x60' : '\x45';
    const std::size_t at = ipv6 ? 40 : 20;
    bytes[at] = static_cast<char>(from / 256);
    bytes[at + 1] = static_cast<char>(from % 256);
    return bytes;
  };
  const std::vector<Aimed> aimed{{40000, 7}, {258, 2}, {65535, 0}};
  for (const Indices& targets : {Indices{3}, Indices{5, 1}}) {
    const auto program = steering_program(targets, aimed);
    for (const bool ipv6 : {false, true}) {
      for (const Aimed& one : aimed) CHECK(run(program, 1, packet(ipv6, one.from)) == one.index);
      for (const unsigned from : {1U, 40001U, 513U})
        CHECK(run(program, 1, packet(ipv6, from)) == targets[1 % targets.size()]);
    }
  }
  CHECK(steering_program(Indices(1024), std::vector<Aimed>(kMostAimed)).size() <= 4096);
}

TEST_CASE("CLU2 the order is that of listening, and the last takes the place of one that ends") {
  ListenOrder order = order_of({11, 12, 13, 14});
  order.began(12);
  CHECK(order.cookies() == std::vector<std::uint64_t>{11, 12, 13, 14});
  order.ended(12);
  CHECK(order.cookies() == std::vector<std::uint64_t>{11, 14, 13});
  order.ended(13);
  CHECK(order.cookies() == std::vector<std::uint64_t>{11, 14});
  order.ended(99);
  order.began(12);
  CHECK(order.index_of(12) == 2U);
  CHECK_FALSE(order.index_of(13));
}

TEST_CASE("CLU3 if no slot is ready, connections wait in all queues") {
  const ListenOrder order = order_of({11, 12, 13});
  CHECK(steering_targets(order, std::vector<std::uint64_t>{13, 11}) == Indices{0, 2});
  CHECK(steering_targets(order, std::vector<std::uint64_t>{99}) == Indices{0, 1, 2});
  CHECK(steering_targets(order, {}) == Indices{0, 1, 2});
  CHECK(steering_targets({}, {}).empty());
}

TEST_CASE("CLU2 while a socket leaves, the targets mean the same sockets before and after") {
  std::mt19937 random(7);
  for (int round = 0; round < 2000; ++round) {
    ListenOrder order;
    const std::uint64_t count = 2 + random() % 6;
    for (std::uint64_t cookie = 1; cookie <= count; ++cookie) order.began(cookie);
    std::vector<std::uint64_t> active;
    for (std::uint64_t cookie = 1; cookie <= count; ++cookie) {
      if (random() % 2 == 0) active.push_back(cookie);
    }
    const std::uint64_t leaving = 1 + random() % count;
    const std::uint64_t last = order.cookies().back();
    const auto targets = steering_targets_across(order, active, leaving);
    REQUIRE_FALSE(targets.empty());
    ListenOrder after = order;
    after.ended(leaving);
    std::erase(active, leaving);
    for (const std::uint32_t target : targets) {
      const std::uint64_t before = order.cookies()[target];
      if (!active.empty()) CHECK(std::find(active.begin(), active.end(), before) != active.end());
      // The one that moves is chosen only if no other can be; then its old index is out of range afterwards.
      if (target < after.cookies().size() && !active.empty()) CHECK(after.cookies()[target] == before);
      if (before == last && !active.empty()) CHECK(active == std::vector<std::uint64_t>{last});
    }
  }
}
