// Chance for the back-off's jitter. The decisions themselves take it as a parameter.
#pragma once

#include <random>

#include "platform/clock.hpp"

namespace forever {

class Chance {
 public:
  // In [0, 1).
  [[nodiscard]] double next() {
    return static_cast<double>(engine_() - engine_.min()) / (static_cast<double>(engine_.max() - engine_.min()) + 1.0);
  }

 private:
  std::minstd_rand engine_{static_cast<std::minstd_rand::result_type>(steady_now().time_since_epoch().count())};
};

}  // namespace forever
