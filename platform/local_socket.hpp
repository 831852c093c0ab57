// The control socket: a local stream between processes of one user (unix(7); a named pipe on Windows).
#pragma once

#include <chrono>
#include <span>
#include <string>
#include <string_view>

#include "platform/handle.hpp"
#include "platform/process.hpp"
#include "platform/result.hpp"

namespace forever {

// Binds `directory`/`name` (0600; a stale socket is replaced, so the caller must hold the app's lock) and listens.
// A path that sun_path (108 bytes) cannot hold is bound and reached through /proc/self/fd/N; ENAMETOOLONG where there
// is no such thing. Non-blocking, close-on-exec.
[[nodiscard]] Result<Handle> listen_local(const std::string& directory, const std::string& name);
// Whether a listener is there under that name. On POSIX the file can be deleted while the process listens.
[[nodiscard]] bool listens_locally(const std::string& directory, const std::string& name);
// Whether a process accepts a client there: the socket of a dead process may be left under that name. The process sees one short client.
[[nodiscard]] bool answers_locally(const std::string& directory, const std::string& name);
// ENOENT: no socket there. ECONNREFUSED: no process listens any more. EAGAIN: too many wait to be accepted; ask again.
[[nodiscard]] Result<Handle> connect_local(const std::string& directory, const std::string& name);
// The next waiting client, non-blocking; an empty Handle if no client waits. An Error (EMFILE, ENOMEM) leaves the client
// waiting, and the listener readable: do not watch it again at once. Clients of other users (SO_PEERCRED,
// root excepted) are closed unanswered.
[[nodiscard]] Result<Handle> accept_local(NativeHandle listener);

// The process at the other end, which connected; 0 if unknown. It may be gone.
[[nodiscard]] Pid peer_of(NativeHandle socket) noexcept;

// Sends all of `bytes` to a non-blocking peer as far as its buffer takes them; returns how many went. EPIPE raises no signal.
[[nodiscard]] Result<std::size_t> send_some(NativeHandle socket, std::string_view bytes);
// Appends what waits to `into`, some 256 KiB at most; false at end of file, when all that came before has been appended.
// Does not block.
[[nodiscard]] Result<bool> receive_some(NativeHandle socket, std::string& into);

// Waits until one of `handles` can be read (or has ended) or the time is over; returns its index, or -1. A negative
// `patience` waits for ever. EINTR is retried.
[[nodiscard]] int wait_readable(std::span<const NativeHandle> handles, std::chrono::milliseconds patience);

}  // namespace forever
