// The output of one app: the FIFOs of its slots, held by the keeper, and the log writers that read them.
//
// Each slot has FIFOs of its own, so that what several instances write is put together by lines. Their writers share one file for each
// stream. Where a FIFO more cannot be had (no descriptors are left), a slot writes to those of slot 0.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>

#include "app/spec.hpp"
#include "app/state_directory.hpp"
#include "platform/event_loop.hpp"
#include "platform/guarded_folder.hpp"
#include "platform/keeper.hpp"
#include "supervisor/decide/due.hpp"
#include "supervisor/log/log_writer.hpp"

namespace forever {

class Outputs : public Timed {
 public:
  // The loop's tokens of the readers: two for each slot, from `first_token` on.
  Outputs(EventLoop& loop, std::uint64_t first_token) : loop_(loop), first_token_(first_token) {}

  // Living processes by their slots: what such a one writes to is taken, though it be no more in the state directory.
  using Alive = std::map<std::uint32_t, Pid>;
  // Takes the FIFOs that the keeper holds, or makes them and gives them to the keeper: for the slots of the spec and of `alive`, as far
  // as they are not open. The Error is that of slot 0's.
  [[nodiscard]] Status open_pipes(const StateDirectory& state, const AppSpec& spec, HeldHandles& held, KeeperLink& link,
                                  const Alive& alive = {});
  // Begins to read them into the logs. Separate, because an instance can be forked before.
  void open_logs(const StateDirectory& state, const AppSpec& spec);
  // For a number of slots that has changed.
  void use_slots(const StateDirectory& state, const AppSpec& spec, HeldHandles& held, KeeperLink& link);
  // No process of the slot is left, nor will there be one.
  void close_slot(const StateDirectory& state, const AppSpec& spec, KeeperLink& link, std::uint32_t slot);

  void close_logs();

  [[nodiscard]] NativeHandle out(std::uint32_t slot) const noexcept;
  [[nodiscard]] NativeHandle err(std::uint32_t slot) const noexcept;
  // Gives the FIFOs away, by the names under which a keeper holds them.
  void release_pipes(HeldHandles& into);
  void take_pipes(HeldHandles& from);

  [[nodiscard]] bool owns(std::uint64_t token) const noexcept {
    return token >= first_token_ && token < first_token_ + 2 * kMostSlots;
  }
  void readable(std::uint64_t token, Time now);
  void pump(Time now, bool drain = false);
  [[nodiscard]] std::optional<Time> due(Time now) const override;
  void tick(Time now) override { pump(now); }
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
  static constexpr std::uint64_t kMostSlots = 0x10000;
  enum class Kind : std::uint8_t { out, err };
  struct Place {
    std::uint32_t slot = 0;
    Kind kind = Kind::out;
    friend auto operator<=>(const Place&, const Place&) = default;
  };
  struct Output {
    Handle pipe;
    std::optional<LogWriter> log;
  };
  [[nodiscard]] static std::string name_of(const Place& place);
  [[nodiscard]] std::uint64_t token_of(const Place& place) const noexcept;
  [[nodiscard]] Status open_pipe(const StateDirectory& state, const AppSpec& spec, const Place& place,
                                 HeldHandles& held, KeeperLink& link, const Alive& alive);
  void open_log(const AppSpec& spec, const Place& place, Output& output, const LogWriter::Options& options,
                std::shared_ptr<LogFile> file);
  [[nodiscard]] const LogWriter* first_log(Kind kind) const noexcept;
  [[nodiscard]] std::uint64_t written(Kind kind) const noexcept;

  EventLoop& loop_;
  std::uint64_t first_token_;
  bool merged_ = false;  // what is started from now on has one FIFO for both
  std::map<Place, Output> outputs_;
};

}  // namespace forever
