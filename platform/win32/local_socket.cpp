// The control socket as a named pipe: its name is made of the user and the directory, so that neither users nor state
// directories meet in one; only the user can open it, and no other user can have taken the name before unnoticed.
#include "platform/local_socket.hpp"

#include <aclapi.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <memory>
#include <vector>

#include "platform/clock.hpp"
#include "platform/files.hpp"
#include "platform/win32/channel.hpp"
#include "platform/win32/listener.hpp"
#include "platform/win32/security.hpp"

namespace forever {
namespace win32 {
namespace {

constexpr DWORD kBuffer = 64U << 10U;  // bytes each way

// FNV-1a, 64 bits. Two directories of one user whose names meet: the second start is refused, nothing worse.
std::uint64_t hash_of(std::string_view text) noexcept {
  std::uint64_t hash = 0xCBF29CE484222325U;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3U;
  return hash;
}

std::wstring pipe_name(const std::string& directory, const std::string& name) {
  std::wstring place = to_wide(canonical_path(absolute_path(directory)));
  ::CharLowerBuffW(place.data(), static_cast<DWORD>(place.size()));  // as the file system compares
  std::array<char, 24> hash{};
  std::snprintf(hash.data(), hash.size(), "%016llx", static_cast<unsigned long long>(hash_of(to_utf8(place))));
  return L"\\\\.\\pipe\\forever-" + user_sid() + L"-" + to_wide(hash.data()) + L"-" + to_wide(name);
}

// A server of another user could have taken the name while ours was away (WIN5).
bool is_ours(NativeHandle pipe) {
  PSID owner = nullptr;
  PSECURITY_DESCRIPTOR descriptor = nullptr;
  if (::GetSecurityInfo(as_handle(pipe), SE_KERNEL_OBJECT, OWNER_SECURITY_INFORMATION, &owner, nullptr, nullptr,
                        nullptr, &descriptor) != ERROR_SUCCESS) {
    return false;
  }
  const bool ours = owns(owner);
  ::LocalFree(descriptor);
  return ours;
}

}  // namespace

Status Listener::open_next(bool first) {
  const DWORD mode = PIPE_ACCESS_DUPLEX | FILE_FLAG_OVERLAPPED | (first ? FILE_FLAG_FIRST_PIPE_INSTANCE : 0U);
  pipe_.reset(as_native(::CreateNamedPipeW(name_.c_str(), mode, PIPE_TYPE_BYTE | PIPE_REJECT_REMOTE_CLIENTS,
                                           PIPE_UNLIMITED_INSTANCES, kBuffer, kBuffer, 0, owner_only())));
  if (!pipe_) return last_error("create the pipe " + to_utf8(name_));
  connecting_ = {};
  connecting_.hEvent = as_handle(event_);
  ::ResetEvent(connecting_.hEvent);
  if (::ConnectNamedPipe(as_handle(pipe_.get()), &connecting_) != 0) return Done{};
  const DWORD code = ::GetLastError();
  pending_ = code == ERROR_IO_PENDING;
  if (pending_) return Done{};
  // Another process was faster: with or without it there is something to take.
  ::SetEvent(connecting_.hEvent);
  return Done{};
}

Listener::~Listener() {
  DWORD ignored = 0;
  if (pending_ && ::CancelIoEx(as_handle(pipe_.get()), &connecting_) != 0) {
    ::GetOverlappedResult(as_handle(pipe_.get()), &connecting_, &ignored, TRUE);
  }
}

Result<Handle> Listener::take() {
  if (pipe_ && ::WaitForSingleObject(as_handle(event_), 0) != WAIT_OBJECT_0) return Handle();
  Handle client = std::move(pipe_);
  pending_ = false;
  // Without a next instance no client is reported; the event stays set, so that the caller tries again.
  if (Status opened = open_next(false); !opened) {
    ::SetEvent(as_handle(event_));
    if (!client) return opened.error();
  }
  if (client) keep_channel(client.get());
  return client;
}

}  // namespace win32

namespace {

constexpr DWORD kSocketTurn = 2;  // ms

}  // namespace

Result<Handle> listen_local(const std::string& directory, const std::string& name) {
  const auto place = facts_of(directory);
  if (!place) return place.error();
  Handle event(win32::as_native(::CreateEventW(nullptr, TRUE, FALSE, nullptr)));
  if (!event) return last_error("create an event");
  auto listener = std::make_unique<win32::Listener>(win32::pipe_name(directory, name), event.get());
  if (Status opened = listener->open_next(true); !opened) return opened.error();
  win32::keep_listener(event.get(), std::move(listener));
  return event;
}

bool answers_locally(const std::string& directory, const std::string& name) { return listens_locally(directory, name); }

Result<Handle> connect_local(const std::string& directory, const std::string& name) {
  const std::wstring pipe = win32::pipe_name(directory, name);
  // The server may learn who we are, but not act in our name.
  Handle client(
      win32::as_native(::CreateFileW(pipe.c_str(), GENERIC_READ | GENERIC_WRITE, 0, nullptr, OPEN_EXISTING,
                                     FILE_FLAG_OVERLAPPED | SECURITY_SQOS_PRESENT | SECURITY_IDENTIFICATION, nullptr)));
  const std::string path = directory + "/" + name;
  if (!client) return last_error("connect to " + path);
  if (!win32::is_ours(client.get())) return error_from(EACCES, "connect to " + path + ", which is another user's");
  win32::keep_channel(client.get());
  return client;
}

Result<Handle> accept_local(NativeHandle listener) {
  win32::Listener* const waiting = win32::listener_of(listener);
  if (waiting == nullptr) return error_from(EBADF, "accept a client");
  return waiting->take();
}

Pid peer_of(NativeHandle) noexcept { return 0; }

Result<std::size_t> send_some(NativeHandle socket, std::string_view bytes) {
  win32::Channel* const channel = win32::channel_of(socket);
  if (channel == nullptr) return error_from(EBADF, "send");
  std::size_t sent = 0;
  while (sent < bytes.size()) {
    const auto put = channel->write(bytes.substr(sent));
    if (!put) return put.error();
    if (*put == 0) break;
    sent += *put;
  }
  return sent;
}

Result<bool> receive_some(NativeHandle socket, std::string& into) {
  constexpr std::size_t kMost = 256U << 10U;
  win32::Channel* const channel = win32::channel_of(socket);
  if (channel == nullptr) return error_from(EBADF, "receive");
  for (std::size_t taken = 0; taken < kMost;) {
    std::array<char, 16U << 10U> buffer;
    const auto got = channel->read(buffer.data(), buffer.size());
    if (!got) {
      if (got.error().code.value() == EPIPE) return false;
      return got.error();
    }
    if (*got == 0) break;
    into.append(buffer.data(), *got);
    taken += *got;
  }
  return true;
}

bool listens_locally(const std::string& directory, const std::string& name) {
  // Whether a client could connect at this moment does not matter.
  return ::WaitNamedPipeW(win32::pipe_name(directory, name).c_str(), 1) != 0 ||
         win32::errno_of(::GetLastError()) != ENOENT;
}

int wait_readable(std::span<const NativeHandle> handles, std::chrono::milliseconds patience) {
  std::vector<HANDLE> events;
  for (const NativeHandle handle : handles) {
    win32::Channel* const channel = win32::channel_of(handle);
    events.push_back(channel != nullptr ? channel->readable() : win32::as_handle(handle));
  }
  // The system rounds down to its ticks; we promise no less than was asked for.
  const Time deadline = steady_now() + patience;
  for (bool first = true;; first = false) {
    DWORD left = INFINITE;
    if (patience.count() >= 0) {
      const auto rest = std::chrono::ceil<Milliseconds>(deadline - steady_now());
      if (rest.count() <= 0 && !first) return -1;
      left = static_cast<DWORD>(std::clamp<std::int64_t>(rest.count(), 0, INFINITE - 1));
    }
    if (events.empty()) {
      ::Sleep(left);
      continue;
    }
    // One call waits for 64 handles: of more, each part has its turn.
    if (events.size() > MAXIMUM_WAIT_OBJECTS) left = std::min(left, kSocketTurn);
    for (std::size_t at = 0; at < events.size(); at += MAXIMUM_WAIT_OBJECTS) {
      const auto count = static_cast<DWORD>(std::min<std::size_t>(events.size() - at, MAXIMUM_WAIT_OBJECTS));
      const DWORD which = ::WaitForMultipleObjects(count, events.data() + at, FALSE, left);
      if (which < WAIT_OBJECT_0 + count) return static_cast<int>(at + which - WAIT_OBJECT_0);
      if (which != WAIT_TIMEOUT) return -1;
    }
  }
}

}  // namespace forever
