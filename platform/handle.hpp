// The owner of one descriptor (POSIX) or HANDLE (Windows): closed once, moved, never copied.
#pragma once

#include <utility>

#include "native_handle.hpp"  // found in the back end's folder, which the build puts on the include path

namespace forever {

// Closes `handle`; an invalid one is ignored. errno / last error is kept as it was.
void close_native(NativeHandle handle) noexcept;

class Handle {
 public:
  Handle() noexcept = default;
  explicit Handle(NativeHandle native) noexcept : native_(native) {}
  Handle(Handle&& other) noexcept : native_(other.release()) {}
  Handle& operator=(Handle&& other) noexcept {
    if (this != &other) reset(other.release());
    return *this;
  }
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;
  ~Handle() { reset(); }

  [[nodiscard]] NativeHandle get() const noexcept { return native_; }
  explicit operator bool() const noexcept { return native_ != kNoHandle; }
  [[nodiscard]] NativeHandle release() noexcept { return std::exchange(native_, kNoHandle); }
  void reset(NativeHandle native = kNoHandle) noexcept {
    if (native_ != kNoHandle) close_native(native_);
    native_ = native;
  }

 private:
  NativeHandle native_ = kNoHandle;
};

}  // namespace forever
