// Descriptors that are kept back for what must not fail for want of one: a process's pipes, the status, a log file, a client.
//
// Two ways, since two things can take them away. What may grow without end (ports, clients) is kept only while enough are left: leaves().
// And a few are held unused, and released when all others are in use, for whatever reason: SpareHandles.
#pragma once

#include <vector>

#include "platform/handle.hpp"

namespace forever {

enum class Reserve : unsigned char {
  half,   // for processes and files alone
  whole,  // and for clients
};
// Whether that many can still be opened in addition to this handle. True where the system sets no such limit.
[[nodiscard]] bool leaves(Reserve reserve, NativeHandle handle) noexcept;

class SpareHandles {
 public:
  // Releases them if no other is left.
  void lend_if_scarce() noexcept;
  // Has as many again as the system gives.
  void take_back() noexcept;

 private:
  std::vector<Handle> held_;
};

}  // namespace forever
