// The side of a named pipe that waits for clients: one instance of the pipe at a time, and the next once a client has it.
#pragma once

#include <string>

#include "platform/win32/system.hpp"

namespace forever::win32 {

class Listener {
 public:
  // `event` is set when a client has come; the first instance of a pipe fails with EACCES if anybody else has one of that name.
  Listener(std::wstring name, NativeHandle event) : name_(std::move(name)), event_(event) {}
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;
  ~Listener();

  [[nodiscard]] Status open_next(bool first);
  // The client that has come; empty if none has.
  [[nodiscard]] Result<Handle> take();

 private:
  std::wstring name_;
  NativeHandle event_;
  Handle pipe_;
  OVERLAPPED connecting_{};
  bool pending_ = false;
};

}  // namespace forever::win32
