// One log: from an instance's FIFO to a file, whole lines, rotated, with every byte accounted for.
//
// raw moves bytes in the kernel (splice) and touches user memory only near the rotation limit, to find a line's end;
// time and json copy (tee), write, then consume. So a kill of the supervisor at any point loses nothing; it may repeat
// one chunk. A disk that is full: what comes is dropped and counted, tried again each second, and told in the log.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "platform/clock.hpp"
#include "platform/output_pipe.hpp"
#include "platform/result.hpp"
#include "supervisor/spec.hpp"

namespace forever {

class LogWriter {
 public:
  struct Options {
    std::string path;
    std::string stream;                  // "out" or "err", for json
    std::string app;                     // for json
    LogFormat format = LogFormat::raw;
    std::uint64_t max_size = 0;          // 0: never rotate
    unsigned keep = 5;
  };
  // Failing to open the file is not an error: it is a full disk, tried again later.
  LogWriter(Options options, OutputReader reader);

  [[nodiscard]] NativeHandle native() const noexcept { return reader_.native(); }

  // The FIFO became readable at `now`: reads at once when it is half full, else leaves the bytes for at most
  // 5 ms so that they come in one piece. Watched edge-triggered; call `due` until nothing is due.
  void readable(Time now);
  // Carries out what is due. `drain`: everything that waits, a partial last line too (the instance has ended).
  void pump(Time now, bool drain = false);
  [[nodiscard]] std::optional<Time> deadline() const noexcept { return due_; }

  void reopen();                                       // the path anew: external logrotate
  [[nodiscard]] Status flush();                        // empties the file, removes the rotated ones, drops what waits
  void grow_pipe() noexcept;                           // to 1 MiB if the system grants it
  [[nodiscard]] std::uint64_t pipe_capacity() const noexcept { return reader_.capacity(); }
  [[nodiscard]] std::uint64_t dropped_bytes() const noexcept { return dropped_; }
  // What keeps it from writing ("No space left on device"), empty if nothing does.
  [[nodiscard]] const std::string& trouble() const noexcept { return trouble_; }
  // The last `bytes` of the log at most, from a line's beginning.
  [[nodiscard]] std::string tail(std::size_t bytes) const;

 private:
  Options options_;
  OutputReader reader_;
  Handle file_;
  std::optional<Time> due_;
  std::optional<Time> retry_;
  std::uint64_t dropped_ = 0;
  std::uint64_t dropped_told_ = 0;
  bool batching_ = false;      // the pipe is large enough to wait for more
  std::string trouble_;
};

// "web.out.log" -> "web.out.log.1" …; for readers that follow and for flush.
[[nodiscard]] std::string rotated_path(const std::string& path, unsigned number);

}  // namespace forever
