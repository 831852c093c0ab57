// Readiness of pipes by readings of no bytes.
#include "platform/win32/channel.hpp"

#include <algorithm>
#include <map>
#include <mutex>

#include "platform/win32/listener.hpp"

namespace forever::win32 {
namespace {

constexpr std::size_t kPiece = 64U << 10U;  // bytes that are on their way at once

Handle make_event(bool set) { return Handle(as_native(::CreateEventW(nullptr, TRUE, set ? TRUE : FALSE, nullptr))); }

struct Registry {
  std::mutex mutex;
  std::map<NativeHandle, std::unique_ptr<Channel>> channels;
  std::map<NativeHandle, std::unique_ptr<Listener>> listeners;
};
// Never destroyed: handles are closed until the very end.
Registry& registry() {
  static Registry* const only = new Registry;
  return *only;
}

}  // namespace

Channel::Channel(NativeHandle pipe)
    : pipe_(pipe), news_(make_event(false)), done_(make_event(false)), written_(make_event(true)) {}

Channel::~Channel() {
  // The system writes to what we own until a cancelled operation has said so.
  DWORD ignored = 0;
  if (asked_ && ::CancelIoEx(as_handle(pipe_), &asking_) != 0) {
    ::GetOverlappedResult(as_handle(pipe_), &asking_, &ignored, TRUE);
  }
  if (!piece_.empty() && ::CancelIoEx(as_handle(pipe_), &writing_) != 0) {
    ::GetOverlappedResult(as_handle(pipe_), &writing_, &ignored, TRUE);
  }
}

HANDLE Channel::readable() noexcept {
  if (asked_ && ::WaitForSingleObject(as_handle(news_.get()), 0) == WAIT_OBJECT_0) {
    // It was so once; whether it still is, is the pipe's to say.
    const auto waiting = available();
    if (!waiting || *waiting > 0) return as_handle(news_.get());
    asked_ = false;
  }
  if (asked_) return as_handle(news_.get());
  asking_ = {};
  asking_.hEvent = as_handle(news_.get());
  ::ResetEvent(asking_.hEvent);
  const BOOL done = ::ReadFile(as_handle(pipe_), nullptr, 0, nullptr, &asking_);
  asked_ = true;
  if (done == 0 && ::GetLastError() != ERROR_IO_PENDING) ::SetEvent(asking_.hEvent);
  return as_handle(news_.get());
}

bool Channel::is_readable() noexcept { return ::WaitForSingleObject(readable(), 0) == WAIT_OBJECT_0; }

Result<std::size_t> Channel::available() const {
  DWORD waiting = 0;
  if (::PeekNamedPipe(as_handle(pipe_), nullptr, 0, nullptr, &waiting, nullptr) == 0)
    return last_error("examine a pipe");
  return std::size_t{waiting};
}

Result<std::size_t> Channel::peek(char* buffer, std::size_t size) const {
  DWORD got = 0;
  const auto asked = static_cast<DWORD>(std::min<std::size_t>(size, 1U << 30U));
  if (::PeekNamedPipe(as_handle(pipe_), buffer, asked, &got, nullptr, nullptr) == 0)
    return last_error("examine a pipe");
  return std::size_t{got};
}

Result<std::size_t> Channel::read(char* buffer, std::size_t size) {
  const auto waiting = available();
  if (!waiting) return waiting.error();
  const auto asked = static_cast<DWORD>(std::min<std::size_t>({size, *waiting, 1U << 30U}));
  if (asked == 0) return std::size_t{0};
  OVERLAPPED reading{};
  reading.hEvent = as_handle(done_.get());
  DWORD got = 0;
  if (::ReadFile(as_handle(pipe_), buffer, asked, nullptr, &reading) == 0 && ::GetLastError() != ERROR_IO_PENDING) {
    return last_error("read a pipe");
  }
  if (::GetOverlappedResult(as_handle(pipe_), &reading, &got, TRUE) == 0) return last_error("read a pipe");
  taken_ += got;
  return std::size_t{got};
}

Result<std::size_t> Channel::write(std::string_view bytes) {
  if (!piece_.empty()) {
    DWORD put = 0;
    if (::GetOverlappedResult(as_handle(pipe_), &writing_, &put, FALSE) == 0) {
      if (::GetLastError() == ERROR_IO_INCOMPLETE) return std::size_t{0};
      piece_.clear();
      return last_error("write to a pipe");
    }
    piece_.clear();
  }
  if (bytes.empty()) return std::size_t{0};
  piece_ = bytes.substr(0, kPiece);
  writing_ = {};
  writing_.hEvent = as_handle(written_.get());
  const BOOL done = ::WriteFile(as_handle(pipe_), piece_.data(), static_cast<DWORD>(piece_.size()), nullptr, &writing_);
  if (done == 0 && ::GetLastError() != ERROR_IO_PENDING) {
    Error error = last_error("write to a pipe");
    piece_.clear();
    ::SetEvent(writing_.hEvent);
    return error;
  }
  return piece_.size();
}

Channel* channel_of(NativeHandle handle) noexcept {
  const std::lock_guard hold(registry().mutex);
  const auto found = registry().channels.find(handle);
  return found == registry().channels.end() ? nullptr : found->second.get();
}

Listener* listener_of(NativeHandle handle) noexcept {
  const std::lock_guard hold(registry().mutex);
  const auto found = registry().listeners.find(handle);
  return found == registry().listeners.end() ? nullptr : found->second.get();
}

void keep_channel(NativeHandle handle) {
  const std::lock_guard hold(registry().mutex);
  registry().channels[handle] = std::make_unique<Channel>(handle);
}

void keep_listener(NativeHandle handle, std::unique_ptr<Listener> listener) {
  const std::lock_guard hold(registry().mutex);
  registry().listeners[handle] = std::move(listener);
}

void forget_channel(NativeHandle handle) noexcept {
  // Taken out first: what it owns is closed by way of this very function.
  std::unique_ptr<Channel> channel;
  std::unique_ptr<Listener> listener;
  {
    const std::lock_guard hold(registry().mutex);
    if (const auto found = registry().channels.find(handle); found != registry().channels.end()) {
      channel = std::move(found->second);
      registry().channels.erase(found);
    }
    if (const auto found = registry().listeners.find(handle); found != registry().listeners.end()) {
      listener = std::move(found->second);
      registry().listeners.erase(found);
    }
  }
}

}  // namespace forever::win32
