// The way of an instance's output: a FIFO on disk (POSIX) that loses no byte when its reader dies.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "platform/handle.hpp"
#include "platform/result.hpp"

namespace forever {

// Creates the FIFO (0600) if it is not there and opens it for reading and writing, so that it never has
// zero readers (no SIGPIPE) nor zero writers (no end of file). Non-blocking, close-on-exec. fifo(7).
// Any other file at `path` is removed.
// ENOTSUP/EPERM where the file system has no FIFOs: the caller then uses the runtime directory.
[[nodiscard]] Result<Handle> hold_fifo(const std::string& path);
// A second description of the FIFO that `pid` has as descriptor `fd` (when the file on disk was removed).
// ENOTSUP where there is no /proc/PID/fd.
[[nodiscard]] Result<Handle> hold_fifo_of(int pid, int fd);

// The reading end with a description of its own (non-blocking; the instance's flags are not touched).
class OutputReader {
 public:
  [[nodiscard]] static Result<OutputReader> open(NativeHandle held_fifo);

  [[nodiscard]] NativeHandle native() const noexcept { return fifo_.get(); }
  [[nodiscard]] std::size_t available() const noexcept;  // bytes waiting (FIONREAD)
  [[nodiscard]] std::size_t capacity() const noexcept;   // bytes (F_GETPIPE_SZ)
  // Whether a writer would have to wait now. Not the same as available() == capacity(): a pipe's slots may be full with
  // less, and a writer that fills a pipe which was not empty wakes no edge-triggered watcher.
  [[nodiscard]] bool full() const noexcept;
  // Asks for `bytes` (F_SETPIPE_SZ; an unprivileged user has a budget, pipe(7)) and returns what is there now.
  std::size_t grow(std::size_t bytes) noexcept;

  // Moves up to `limit` waiting bytes into `file` at `offset` without passing through user memory
  // (splice(2); read + write elsewhere). 0: nothing waits. The Error is the file's (ENOSPC, EDQUOT, EFBIG, EIO).
  // If the process is killed in between, no byte is lost. A file that cannot be spliced to is written to from a copy;
  // one that has no offsets (a terminal) is appended to.
  [[nodiscard]] Result<std::size_t> move_to(NativeHandle file, std::uint64_t offset, std::size_t limit);
  // Copies the first waiting bytes without consuming them (tee(2)). 0: nothing waits. What comes may be less than both
  // `buffer` and what waits: 64 KiB at least, unless the pipe's pages are filled sparsely.
  [[nodiscard]] Result<std::size_t> peek(std::span<char> buffer);
  // Throws away `count` waiting bytes that were peeked or are to be dropped; returns how many there were.
  std::size_t consume(std::size_t count) noexcept;
  // Gives back what peek and consume opened; they open it again.
  void rest() noexcept;

 private:
  explicit OutputReader(Handle fifo) noexcept : fifo_(std::move(fifo)) {}

  Handle fifo_;
  Handle scratch_read_;  // where tee copies to; made at the first peek
  Handle scratch_write_;
  Handle null_;        // where consume splices to
  std::string taken_;  // where there is no tee: what has been read and not been consumed yet
};

}  // namespace forever
