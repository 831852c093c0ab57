// The plan of the fault ring: which system call is to fail, and how. Only in builds with FOREVER_FAULT_INJECTION.
//
// Calls are counted in each process for itself, from the moment a plan is set; a fork carries the count on. What was
// hit and which calls were made is kept in memory shared with forked children, so that a test sees the strip's too.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <string>
#include <vector>

namespace forever::fault {

enum class Where : unsigned char { anywhere, parent, child };  // parent: the process that set the plan

// The `nth` call (from 1) of `call` fails with errno `code`; "*" counts every call. `times` calls in a row fail.
struct Plan {
  std::string call = "*";
  int nth = 0;
  int code = 0;
  Where where = Where::anywhere;
  int times = 1;
};

// Replaces the plan and restarts the count; an empty Plan (nth 0) lets all calls through and records them.
void set(const Plan& plan);
// No plan and no recording.
void clear() noexcept;
// How many calls have failed since set(), in this process and its children.
[[nodiscard]] int hits() noexcept;
// The names of the calls made since set(), in order: the planner's own, or those of its forked children.
[[nodiscard]] std::vector<std::string> calls_of(Where where);

// A plan for several programs that run already: a file of this form, which the variable FOREVER_FAULT_PLAN names, is mapped by
// each of them and by the test that changes it. Calls are counted in all of them together.
struct SharedPlan {
  static constexpr std::size_t kLongestName = 24;
  struct Count {
    std::array<char, kLongestName> name;
    std::atomic<int> taken;
    std::atomic<int> calls;
  };
  std::array<char, kLongestName> call;  // "new" is operator new
  int nth;
  int code;
  int pid;                 // of this process alone; 0: of any
  std::atomic<int> armed;  // 0: all calls are let through
  std::atomic<int> seen;
  std::atomic<int> hits;
  std::atomic<int> recording;
  std::array<Count, 128> counts;  // how often each call was made while `recording` was set
};

}  // namespace forever::fault
