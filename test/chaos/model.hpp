// Which states an app may have once all is calm, by what was asked of it: one, if one command came after the other; several, if
// they ran side by side, were killed halfway, or failed.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "test/chaos/act.hpp"

namespace forever::chaos {

enum class Wanted { running, stopped, absent };

[[nodiscard]] const char* name_of(Wanted wanted);

class Model {
 public:
  explicit Model(std::size_t apps) : admissible_(apps, {Wanted::absent}) {}

  // What a round has made possible.
  void learn(const Happened& happened, const std::vector<App>& apps);
  // What is: from now on nothing else is possible.
  void see(std::size_t app, Wanted observed) { admissible_[app] = {observed}; }
  [[nodiscard]] const std::set<Wanted>& admissible(std::size_t app) const { return admissible_[app]; }

 private:
  void learn_of(std::size_t app, const Happened& happened, const std::vector<App>& apps);

  std::vector<std::set<Wanted>> admissible_;
};

}  // namespace forever::chaos
