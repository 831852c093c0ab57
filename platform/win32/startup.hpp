// What a new process gets of ours: three standard streams, and the handles that are named, and nothing else, however many
// inheritable ones there are.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "platform/win32/system.hpp"

namespace forever::win32 {

// A copy that a new process inherits under the same number; empty if there is no such handle.
[[nodiscard]] Handle inheritable(NativeHandle handle);
[[nodiscard]] Handle inheritable_null();  // the null device

class Startup {
 public:
  Startup(Handle in, Handle out, Handle err, std::vector<Handle> others = {});
  Startup(const Startup&) = delete;
  Startup& operator=(const Startup&) = delete;
  ~Startup();

  // If not: GetLastError says why.
  [[nodiscard]] bool ready() const noexcept { return ready_; }
  // CreateProcess with that. `line` is written to; null for `program`, `environment` or `directory`: as CreateProcess has it.
  // If it fails: GetLastError says why.
  [[nodiscard]] bool create(const wchar_t* program, std::wstring& line, DWORD flags, const std::wstring* environment,
                            const wchar_t* directory, PROCESS_INFORMATION& created) const noexcept;

 private:
  std::vector<Handle> handles_;  // the three streams first
  std::vector<HANDLE> named_;
  std::vector<std::max_align_t> memory_;
  LPPROC_THREAD_ATTRIBUTE_LIST list_ = nullptr;
  bool ready_ = false;
};

}  // namespace forever::win32
