// Numbers by chance that are the same for the same seed with every compiler and library.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <random>
#include <vector>

namespace forever::chaos {

class Random {
 public:
  Random(std::uint64_t seed, std::uint64_t round) : bits_(seed * 1'000'003 + round) {}

  // From 0 to limit - 1.
  [[nodiscard]] int below(int limit) { return static_cast<int>(bits_() % static_cast<std::uint64_t>(limit)); }
  [[nodiscard]] int between(int least, int most) { return least + below(most - least + 1); }
  [[nodiscard]] bool percent(int chance) { return below(100) < chance; }
  template <class T>
  [[nodiscard]] T one_of(std::initializer_list<T> all) {
    return all.begin()[below(static_cast<int>(all.size()))];
  }

 private:
  std::mt19937_64 bits_;
};

}  // namespace forever::chaos
