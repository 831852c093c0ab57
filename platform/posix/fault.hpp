// The plan of the fault ring: which system call is to fail, and how. Only in builds with FOREVER_FAULT_INJECTION.
//
// Calls are counted in each process for itself, from the moment a plan is set; a fork carries the count on. What was
// hit and which calls were made is kept in memory shared with forked children, so that a test sees the strip's too.
#pragma once

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

// Replaces the plan and begins to count anew; an empty Plan (nth 0) lets all calls through and records them.
void set(const Plan& plan);
// No plan and no recording.
void clear() noexcept;
// How many calls have failed since set(), in this process and its children.
[[nodiscard]] int hits() noexcept;
// The names of the calls made since set(), in order: the planner's own, or those of its forked children.
[[nodiscard]] std::vector<std::string> calls_of(Where where);

}  // namespace forever::fault
