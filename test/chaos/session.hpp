// One state directory with its apps, and the rounds that they go through until something is violated.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "test/chaos/act.hpp"
#include "test/chaos/calm.hpp"
#include "test/chaos/lines.hpp"
#include "test/chaos/model.hpp"

namespace forever::chaos {

struct Settings {
  std::string binary;
  std::uint64_t seed = 1;
  std::filesystem::path evidence;     // the directory for that of all violations
  std::vector<std::string> left_out;  // steps whose text contains one of these are not done
  std::vector<std::string> apps;      // only these; empty: all kinds
};

struct Counts {
  int rounds = 0;
  long commands = 0;
  long steps = 0;
};

class Session {
 public:
  explicit Session(const Settings& settings);
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;
  ~Session();

  // False: a rule was violated; the violation is printed, and the evidence kept. Further rounds are useless then.
  [[nodiscard]] bool play(int round);
  [[nodiscard]] const Counts& counts() const { return counts_; }
  // What this machine cannot show, for the report.
  [[nodiscard]] const std::string& lacking() const { return lacking_; }

 private:
  [[nodiscard]] Plan plan_of(int round) const;
  void revive(bool stopped_too, std::vector<std::string>& faults);
  void become_calm(std::vector<std::string>& faults);
  void look_at_programs(std::vector<std::string>& faults);
  void look_at_lines(std::vector<std::string>& faults);
  void tell(int round, const Plan& plan, const Happened& happened, const std::vector<std::string>& faults);

  const Settings& settings_;
  test::TemporaryHome home_;
  World world_;
  std::vector<App> apps_;
  Stage stage_;
  Model model_;
  Lines lines_;
  Calm calm_;
  Counts counts_;
  std::string lacking_;
};

}  // namespace forever::chaos
