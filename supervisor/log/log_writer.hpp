// One log: from an instance's FIFO to a file, whole lines, rotated, with every byte accounted for.
//
// raw moves bytes in the kernel (splice) and touches user memory only near the rotation limit, to find a line's end;
// time and json, and raw beside other writers of one file, copy (tee), write, then consume. So a kill of the supervisor at any point loses nothing; it may repeat
// one chunk. A disk that is full: what comes is dropped and counted, tried again each second, and told in the log.
//
// When the FIFO becomes readable after a quiet time it is read at once. Within 5 ms of the last read it is left alone for
// the rest of these 5 ms, or for as long as it will take to become half full at the rate seen, and its events are paused:
// else a program that writes line by line would wake the reader at each line.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "app/spec.hpp"
#include "platform/clock.hpp"
#include "platform/event_loop.hpp"
#include "platform/output_pipe.hpp"
#include "platform/result.hpp"
#include "supervisor/log/log_file.hpp"
#include "supervisor/log/log_lines.hpp"

namespace forever {

class LogWriter {
 public:
  struct Options {
    std::string path;
    std::string stream;          // "out" or "err", for json
    std::string app;             // for json
    std::uint32_t slot = 0;      // for json
    bool beside_others = false;  // several writers share the file: each puts its lines there whole, raw ones too
    LogFormat format = LogFormat::raw;
    std::uint64_t max_size = 0;  // no file becomes larger, but for a line that is; 0: never rotate
    unsigned keep = 5;           // 0: a log that is too large is emptied
    PathTrust trust{};           // whose hands the path may have been in
    unsigned mode = 0600;        // of a new file
  };
  // Failing to open the file is not an error: it is a full disk, tried again later.
  // `shared`: the file that this one and others write to; none: one of its own.
  LogWriter(Options options, OutputReader reader, std::shared_ptr<LogFile> shared = {});

  [[nodiscard]] NativeHandle native() const noexcept { return reader_.native(); }
  // Watches the FIFO in `loop`, which must outlive the writer or its last event. The caller hands readable events of `token`
  // to readable(), and calls pump() when deadline() has come.
  [[nodiscard]] Status watch(EventLoop& loop, std::uint64_t token);

  void readable(Time now);
  // Carries out what is due. `drain`: everything that waits, a partial last line too (the instance has ended).
  void pump(Time now, bool drain = false);
  [[nodiscard]] std::optional<Time> deadline() const noexcept;

  void reopen();                 // opens the path again: external logrotate
  [[nodiscard]] Status flush();  // empties the file, removes the rotated ones, drops what waits
  void grow_pipe() noexcept;     // to 1 MiB if the system grants it; done by itself in a burst
  [[nodiscard]] std::uint64_t pipe_capacity() const noexcept { return reader_.capacity(); }
  [[nodiscard]] std::uint64_t dropped_bytes() const noexcept { return dropped_; }
  // What keeps it from writing ("No space left on device"), empty if nothing does.
  [[nodiscard]] const std::string& trouble() const noexcept { return trouble_; }
  // The last `bytes` of the log at most, from a line's beginning; reaches back into the rotated file.
  [[nodiscard]] std::string tail(std::size_t bytes) const { return file_->tail(bytes); }
  // Bytes that this writer has put into the log so far.
  [[nodiscard]] std::uint64_t written() const noexcept { return written_; }

 private:
  enum class Step : std::uint8_t { more, rest };

  [[nodiscard]] bool by_lines() const noexcept { return options_.format != LogFormat::raw || options_.beside_others; }
  [[nodiscard]] Milliseconds patience() const noexcept;
  void take_all(Time now, bool drain);
  void drop_all();
  [[nodiscard]] Result<Step> step_raw(Time now);
  [[nodiscard]] Result<std::size_t> bytes_before_rotation(LogFile::Place place);
  [[nodiscard]] Result<Step> step_lines(Time now, bool drain);
  [[nodiscard]] Result<Step> write_lines(std::string_view text, LogFile::Place place, bool drain, Time now);
  [[nodiscard]] Status write_chunk(LogFile::Place& place, std::size_t consumed);
  [[nodiscard]] Step wait_for_rest(std::size_t peeked, Time now);
  [[nodiscard]] bool partial_is_due(std::size_t peeked, Time now);
  void begin_trouble(const Error& error, Time now);
  [[nodiscard]] Status end_trouble();
  void set_paused(bool paused);
  void free_buffers();

  Options options_;
  OutputReader reader_;
  std::shared_ptr<LogFile> file_;
  LineFormatter formatter_;
  EventLoop* loop_ = nullptr;

  bool paused_ = false;
  bool grown_ = false;               // asked for a large pipe
  Time last_read_;                   // the end of the last reading
  std::uint64_t taken_ = 0;          // bytes, from the pipe into the file
  std::uint64_t written_ = 0;        // bytes in the log, including time stamps and the like
  std::optional<Time> batch_due_;    // when a batch is to be read
  std::optional<Time> partial_due_;  // when a partial line is looked at again
  std::optional<Time> free_due_;     // when the buffers go
  std::optional<Time> retry_;        // set: in trouble, and tried again then

  std::string in_, out_;          // time and json, and near the rotation limit
  bool mid_line_ = false;         // the line's beginning is written, its end has not come yet
  std::size_t partial_size_ = 0;  // bytes of a partial line that are left in the FIFO
  Time partial_since_{};
  Milliseconds partial_step_{};

  std::uint64_t dropped_ = 0;
  std::uint64_t dropped_told_ = 0;
  int trouble_code_ = 0;
  std::string trouble_;
};

// Those of the file that such a writer writes to.
[[nodiscard]] LogFile::Options file_options(const LogWriter::Options& options);

}  // namespace forever
