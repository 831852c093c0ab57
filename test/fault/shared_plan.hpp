// The plan for programs that run already, from the side of the test.
#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "platform/posix/fault.hpp"

namespace forever::test {

class PlanFile {
 public:
  explicit PlanFile(const std::filesystem::path& file);
  PlanFile(const PlanFile&) = delete;
  PlanFile& operator=(const PlanFile&) = delete;
  ~PlanFile();

  // The `nth` call of that name from now on fails, once, in whatever process it is made (or in `pid` alone).
  void arm(const std::string& call, int nth, int code, int pid = 0);
  // All calls are let through again. Returns whether the plan has come true.
  bool disarm();
  void record();
  // Ends the recording. How often each call was made, in all processes together.
  [[nodiscard]] std::map<std::string, int> recorded();

 private:
  fault::SharedPlan* plan_;
};

}  // namespace forever::test
