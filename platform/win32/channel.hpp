// The watched end of a pipe: Windows reports when an operation is done, not when one is possible, so a read of no bytes
// is pending in every pipe, and completes as soon as there is data or the other end is gone. Nothing is read ahead: the data
// stays in the pipe, which outlives this process.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "platform/win32/system.hpp"

namespace forever::win32 {

class Channel {
 public:
  // `pipe`: opened with FILE_FLAG_OVERLAPPED, and in byte mode.
  explicit Channel(NativeHandle pipe);
  Channel(const Channel&) = delete;
  Channel& operator=(const Channel&) = delete;
  ~Channel();

  // Set when there is something to read, or the end has been reached. Asks for the news if it has not been asked for.
  [[nodiscard]] HANDLE readable() noexcept;
  // Whether it is so now.
  [[nodiscard]] bool is_readable() noexcept;
  // Bytes that wait. The Error is EPIPE at the end.
  [[nodiscard]] Result<std::size_t> available() const;
  // What waits, `size` bytes at most, without taking it away; and taking it away. 0: nothing waits.
  [[nodiscard]] Result<std::size_t> peek(char* buffer, std::size_t size) const;
  [[nodiscard]] Result<std::size_t> read(char* buffer, std::size_t size);
  // How many bytes were taken away since the beginning.
  [[nodiscard]] std::uint64_t taken() const noexcept { return taken_; }

  // Set while nothing that was to be written is on its way.
  [[nodiscard]] HANDLE writable() const noexcept { return as_handle(written_.get()); }
  // Takes what fits into one piece, unless the last one is still on its way: then 0.
  [[nodiscard]] Result<std::size_t> write(std::string_view bytes);

 private:
  NativeHandle pipe_;
  Handle news_;     // of the reading of no bytes
  Handle done_;     // of readings
  Handle written_;  // of writings
  OVERLAPPED asking_{};
  OVERLAPPED writing_{};
  bool asked_ = false;
  std::uint64_t taken_ = 0;
  std::string piece_;  // on its way
};

// A listener is an event that is set while a client waits; which pipe it belongs to is kept here, as are the pipes' channels.
class Listener;

// By the handle that stands for it everywhere else. Nothing if it is no such thing.
[[nodiscard]] Channel* channel_of(NativeHandle handle) noexcept;
[[nodiscard]] Listener* listener_of(NativeHandle handle) noexcept;
void keep_channel(NativeHandle handle);
void keep_listener(NativeHandle handle, std::unique_ptr<Listener> listener);
// To be called before a handle is closed.
void forget_channel(NativeHandle handle) noexcept;

}  // namespace forever::win32
