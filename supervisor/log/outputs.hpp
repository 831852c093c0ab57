// The output of one app: its FIFOs, held by the keeper, and the log writers that read them.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "app/spec.hpp"
#include "app/state_directory.hpp"
#include "platform/event_loop.hpp"
#include "platform/guarded_folder.hpp"
#include "platform/keeper.hpp"
#include "supervisor/log/log_writer.hpp"

namespace forever {

class Outputs {
 public:
  // The loop's tokens of the two readers.
  Outputs(EventLoop& loop, std::uint64_t out_token, std::uint64_t err_token)
      : loop_(loop), out_token_(out_token), err_token_(err_token) {}

  // Takes the FIFOs that the keeper holds, or makes them and gives them to the keeper. `alive`: a process that still
  // writes to FIFOs of its own (its state directory's were removed): then those are taken.
  [[nodiscard]] Status open_pipes(const StateDirectory& state, const AppSpec& spec, HeldHandles& held, KeeperLink& link,
                                  std::optional<Pid> alive);
  // Begins to read them into the logs. Separate, because an instance can be forked before.
  void open_logs(const StateDirectory& state, const AppSpec& spec);

  void close_logs();

  [[nodiscard]] NativeHandle out() const noexcept { return out_.get(); }
  [[nodiscard]] NativeHandle err() const noexcept { return err_ ? err_.get() : out_.get(); }
  // Gives the FIFOs away, by the names under which a keeper holds them.
  void release_pipes(HeldHandles& into);
  void take_pipes(HeldHandles& from);

  [[nodiscard]] bool owns(std::uint64_t token) const noexcept { return token == out_token_ || token == err_token_; }
  void readable(std::uint64_t token, Time now);
  void pump(Time now, bool drain = false);
  [[nodiscard]] std::optional<Time> deadline() const;
  void reopen();
  [[nodiscard]] Status flush();

  [[nodiscard]] std::uint64_t pipe_capacity() const;
  [[nodiscard]] std::uint64_t dropped_bytes() const;
  [[nodiscard]] std::string trouble() const;
  // How much was written so far: the place in the logs where an instance's lines begin.
  struct Mark {
    std::uint64_t out = 0, err = 0;
  };
  [[nodiscard]] Mark mark() const;
  // The last lines that were written, those behind `since` if that is given: of out, then of err, which has at
  // least half of the bytes.
  [[nodiscard]] std::string last_lines(std::size_t bytes, const std::optional<Mark>& since) const;

 private:
  [[nodiscard]] Result<Handle> open_pipe(const StateDirectory& state, const AppSpec& spec, const std::string& stream,
                                         HeldHandles& held, KeeperLink& link, std::optional<Pid> alive);
  void open_log(std::optional<LogWriter>& writer, const AppSpec& spec, const std::string& stream,
                const std::string& path, const PathTrust& trust, NativeHandle pipe, std::uint64_t token);

  EventLoop& loop_;
  std::uint64_t out_token_;
  std::uint64_t err_token_;
  Handle out_;
  Handle err_;  // empty when merged
  std::optional<LogWriter> out_log_;
  std::optional<LogWriter> err_log_;
};

}  // namespace forever
