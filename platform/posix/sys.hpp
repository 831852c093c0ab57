// The system calls of the POSIX back ends, by one door, so that the fault ring can make the n-th one fail.
//
// In a normal build each wrapper is the call itself. With FOREVER_FAULT_INJECTION every wrapper first asks
// `fault::next(name)`, which counts calls and returns the errno to fail with (test/fault sets the plan; for a whole
// binary the variable FOREVER_FAULT="call:n:errno[,…]" does).
#pragma once

#include <cerrno>

namespace forever::fault {

#ifdef FOREVER_FAULT_INJECTION
// 0: let the call through; else the errno to fail with. Async-signal-safe: the strip asks too.
int next(const char* call) noexcept;
#else
constexpr int next(const char*) noexcept { return 0; }
#endif

// Makes the call, unless the plan says that this one fails: then errno is set and `failed` returned.
template <class F, class R>
inline R guarded(const char* call, R failed, F&& make) noexcept {
  if (const int code = next(call); code != 0) {
    errno = code;
    return failed;
  }
  return static_cast<R>(make());
}

}  // namespace forever::fault

// forever::sys::open(...) and its sisters: same parameters, same results, same errno as section 2 of the manual.
#define FOREVER_SYS(name, failed, ...) ::forever::fault::guarded(#name, failed, [&]() noexcept { return ::name(__VA_ARGS__); })
