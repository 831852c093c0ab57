// What must outlive a supervisor: Windows has no keeper, so each instance is given the ends of its own output's pipes and its
// job, without knowing of it; the file "handles" of the app's directory records these handles, and the next
// supervisor takes them back. What an instance itself has closed by its number is lost.
#pragma once

#include <string>

#include "platform/process.hpp"
#include "platform/win32/system.hpp"

namespace forever::win32 {

// A copy of a handle of ours under a number in `process`, and of one of its handles for us; none if that is refused.
[[nodiscard]] NativeHandle copy_into(NativeHandle process, NativeHandle ours) noexcept;
[[nodiscard]] Handle copy_from(NativeHandle process, NativeHandle theirs) noexcept;
// Empty if it is no pipe: the program may have closed what it was given, and been given the number for something else.
[[nodiscard]] Handle only_a_pipe(Handle handle) noexcept;

// Where the record is, for a supervisor; without it nothing is kept.
void keep_handles_in(const std::string& directory);

// Of one of the two streams: where we read, and where it writes.
struct StreamEnds {
  NativeHandle read = kNoHandle;
  NativeHandle write = kNoHandle;
};
// Puts copies into the instance and on record, before it runs. What fails is left out: it lives, but cannot be taken over.
void keep_in_instance(const ProcessId& id, NativeHandle process, const StreamEnds& out, const StreamEnds& err,
                      NativeHandle job);

// Copies for us of what was kept in `id`; empty what is not there any more.
struct TakenBack {
  Handle out_read, out_write, err_read, err_write, job;
};
[[nodiscard]] TakenBack take_back(const ProcessId& id);

}  // namespace forever::win32
