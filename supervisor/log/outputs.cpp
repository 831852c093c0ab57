#include "supervisor/log/outputs.hpp"

#include <algorithm>

#include "app/log_paths.hpp"
#include "platform/files.hpp"
#include "platform/lock.hpp"
#include "platform/users.hpp"
#include "supervisor/log/event_log.hpp"

namespace forever {
Result<Handle> Outputs::open_pipe(const StateDirectory& state, const AppSpec& spec, const std::string& stream,
                                  HeldHandles& held, KeeperLink& link, std::optional<Pid> alive) {
  if (auto kept = held.extract(stream); !kept.empty()) return std::move(kept.mapped());
  const std::string path = state.app_directory(spec.name) + '/' + stream + ".fifo";
  auto pipe = hold_fifo(path);
  if (alive) {
    // What a living instance writes to is the truth; the file may have been replaced.
    auto theirs = hold_fifo_of(*alive, stream == "out" ? 1 : 2);
    if (theirs && (!pipe || facts_of(pipe->get()).value().inode != facts_of(theirs->get()).value().inode))
      pipe = std::move(theirs);
  }
  if (!pipe) return pipe;
  if (!spec.user.empty() || !spec.group.empty()) {
    if (const auto user = find_credentials(spec.user, spec.group); user)
      (void)give_to_user(pipe->get(), user->uid, user->gid).ok();
  }
  if (const auto kept = link.hold(stream, pipe->get()); !kept) log_event(EventLevel::warning, kept.error().message());
  return pipe;
}

Status Outputs::open_pipes(const StateDirectory& state, const AppSpec& spec, HeldHandles& held, KeeperLink& link,
                           std::optional<Pid> alive) {
  auto out = open_pipe(state, spec, "out", held, link, alive);
  if (!out) return out.error();
  out_ = std::move(*out);
  if (spec.logs.merge) return Done{};
  auto err = open_pipe(state, spec, "err", held, link, alive);
  if (!err) return err.error();
  err_ = std::move(*err);
  return Done{};
}

void Outputs::open_log(std::optional<LogWriter>& writer, const AppSpec& spec, const std::string& stream,
                       const std::string& path, const PathTrust& trust, NativeHandle pipe, std::uint64_t token) {
  if (writer) loop_.unwatch(writer->native());
  writer.reset();
  auto reader = OutputReader::open(pipe);
  if (!reader) {
    log_event(EventLevel::error, reader.error().message());
    return;
  }
  writer.emplace(
      LogWriter::Options{path, stream, spec.name, spec.logs.format, spec.logs.max_size, spec.logs.keep, trust},
      std::move(*reader));
  // Root has no budget for pipes; others get the large one when there is something to write (pipe(7)).
  if (effective_uid() == 0) writer->grow_pipe();
  if (const auto watched = writer->watch(loop_, token); !watched) {
    log_event(EventLevel::error, watched.error().message());
  }
  writer->readable(steady_now());  // what came before we looked
}

void Outputs::open_logs(const StateDirectory& state, const AppSpec& spec) {
  const auto [out, err] = log_paths(state, spec);
  open_log(out_log_, spec, "out", out, trust_in_log(spec, spec.logs.out), out_.get(), out_token_);
  if (err_) open_log(err_log_, spec, "err", err, trust_in_log(spec, spec.logs.err), err_.get(), err_token_);
}

void Outputs::close_logs() {
  for (auto* log : {&out_log_, &err_log_}) {
    if (*log) loop_.unwatch((*log)->native());
    log->reset();
  }
}

void Outputs::release_pipes(HeldHandles& into) {
  if (out_) into.insert_or_assign("out", std::move(out_));
  if (err_) into.insert_or_assign("err", std::move(err_));
}

void Outputs::take_pipes(HeldHandles& from) {
  if (auto out = from.extract("out"); !out.empty()) out_ = std::move(out.mapped());
  if (auto err = from.extract("err"); !err.empty()) err_ = std::move(err.mapped());
}

void Outputs::readable(std::uint64_t token, Time now) {
  auto& log = token == out_token_ ? out_log_ : err_log_;
  if (log) log->readable(now);
}

void Outputs::pump(Time now, bool drain) {
  for (auto* log : {&out_log_, &err_log_}) {
    if (*log && (drain || ((*log)->deadline() && *(*log)->deadline() <= now))) (*log)->pump(now, drain);
  }
}

std::optional<Time> Outputs::deadline() const {
  std::optional<Time> soonest;
  for (const auto* log : {&out_log_, &err_log_}) {
    if (!*log) continue;
    const auto due = (*log)->deadline();
    if (due && (!soonest || *due < *soonest)) soonest = due;
  }
  return soonest;
}

void Outputs::reopen() {
  for (auto* log : {&out_log_, &err_log_}) {
    if (*log) (*log)->reopen();
  }
}

Status Outputs::flush() {
  for (auto* log : {&out_log_, &err_log_}) {
    if (!*log) continue;
    if (auto flushed = (*log)->flush(); !flushed) return flushed;
  }
  return Done{};
}

std::uint64_t Outputs::pipe_capacity() const { return out_log_ ? out_log_->pipe_capacity() : 0; }

std::uint64_t Outputs::dropped_bytes() const {
  return (out_log_ ? out_log_->dropped_bytes() : 0) + (err_log_ ? err_log_->dropped_bytes() : 0);
}

std::string Outputs::trouble() const {
  for (const auto* log : {&out_log_, &err_log_}) {
    if (*log && !(*log)->trouble().empty()) return (*log)->trouble();
  }
  return {};
}

Outputs::Mark Outputs::mark() const { return {out_log_ ? out_log_->written() : 0, err_log_ ? err_log_->written() : 0}; }

std::string Outputs::last_lines(std::size_t bytes, const std::optional<Mark>& since) const {
  const auto tail = [&](const std::optional<LogWriter>& log, std::uint64_t Mark::*from,
                        std::size_t most) -> std::string {
    if (!log) return {};
    // A writer that was created again since then has started its count again, too.
    const bool counted = since && log->written() >= *since.*from;
    return log->tail(counted ? static_cast<std::size_t>(std::min<std::uint64_t>(most, log->written() - *since.*from))
                             : most);
  };
  if (tail(err_log_, &Mark::err, bytes).empty()) return tail(out_log_, &Mark::out, bytes);
  std::string lines = tail(out_log_, &Mark::out, bytes / 2);
  if (!lines.empty() && lines.back() != '\n') lines += '\n';
  return lines + tail(err_log_, &Mark::err, bytes - std::min(bytes, lines.size()));
}

}  // namespace forever
