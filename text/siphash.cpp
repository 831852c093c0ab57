#include "text/siphash.hpp"

#include <bit>

namespace forever {
namespace {

// Eight bytes, the first one lowest; fewer at the end of a text.
std::uint64_t word_of(const std::byte* bytes, std::size_t count) noexcept {
  std::uint64_t word = 0;
  for (std::size_t i = 0; i < count; ++i) word |= std::to_integer<std::uint64_t>(bytes[i]) << (8 * i);
  return word;
}

struct State {
  std::uint64_t v0, v1, v2, v3;

  State(std::uint64_t low, std::uint64_t high) noexcept
      : v0(low ^ 0x736f6d6570736575U),
        v1(high ^ 0x646f72616e646f6dU),
        v2(low ^ 0x6c7967656e657261U),
        v3(high ^ 0x7465646279746573U) {}

  void rounds(int count) noexcept {
    for (int i = 0; i < count; ++i) {
      v0 += v1;
      v2 += v3;
      v1 = std::rotl(v1, 13) ^ v0;
      v3 = std::rotl(v3, 16) ^ v2;
      v0 = std::rotl(v0, 32);
      v2 += v1;
      v0 += v3;
      v1 = std::rotl(v1, 17) ^ v2;
      v3 = std::rotl(v3, 21) ^ v0;
      v2 = std::rotl(v2, 32);
    }
  }

  void take(std::uint64_t word) noexcept {
    v3 ^= word;
    rounds(2);
    v0 ^= word;
  }
};

}  // namespace

std::uint64_t siphash(const SipKey& key, std::string_view text) noexcept {
  State state{word_of(key.data(), 8), word_of(key.data() + 8, 8)};
  const auto* bytes = reinterpret_cast<const std::byte*>(text.data());
  std::size_t left = text.size();
  for (; left >= 8; left -= 8, bytes += 8) state.take(word_of(bytes, 8));
  state.take(word_of(bytes, left) | static_cast<std::uint64_t>(text.size()) << 56U);
  state.v2 ^= 0xff;
  state.rounds(4);
  return state.v0 ^ state.v1 ^ state.v2 ^ state.v3;
}

}  // namespace forever
