// A system call without the C library: the kernel's own result, a negative error number included; errno is not touched.
#pragma once

#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>

namespace forever {

#if defined(__x86_64__)

inline constexpr bool kDirectCalls = true;
// syscall(2), "Architecture calling conventions".
inline long direct_call(long number, long a = 0, long b = 0, long c = 0, long d = 0) noexcept {
  long result = 0;
  register long fourth asm("r10") = d;
  asm volatile("syscall" : "=a"(result) : "a"(number), "D"(a), "S"(b), "d"(c), "r"(fourth) : "rcx", "r11", "memory");
  return result;
}

#elif defined(__aarch64__)

inline constexpr bool kDirectCalls = true;
inline long direct_call(long number, long a = 0, long b = 0, long c = 0, long d = 0) noexcept {
  register long which asm("x8") = number;
  register long first asm("x0") = a;
  register long second asm("x1") = b;
  register long third asm("x2") = c;
  register long fourth asm("x3") = d;
  asm volatile("svc 0" : "+r"(first) : "r"(which), "r"(second), "r"(third), "r"(fourth) : "memory");
  return first;
}

#else

// By way of errno, which then must be the caller's own: no memory is shared with it.
inline constexpr bool kDirectCalls = false;
inline long direct_call(long number, long a = 0, long b = 0, long c = 0, long d = 0) noexcept {
  const long result = ::syscall(number, a, b, c, d);
  return result == -1 ? -errno : result;
}

#endif

}  // namespace forever
