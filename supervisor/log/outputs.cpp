#include "supervisor/log/outputs.hpp"

#include <algorithm>

#include "app/log_paths.hpp"
#include "platform/files.hpp"
#include "platform/lock.hpp"
#include "platform/users.hpp"
#include "supervisor/log/event_log.hpp"

namespace forever {
namespace {

// Logs of ours are private; a file that the user names is as a program of that user would make it.
unsigned mode_of_log(const AppSpec& spec, const std::string& given) {
  constexpr unsigned kOwnerOnly = 0600, kAll = 0666;
  if (spec.logs.mode != 0) return spec.logs.mode;
  return given.empty() ? kOwnerOnly : (kAll & ~spec.umask) | kOwnerOnly;
}

}  // namespace

// "out", "err", "out-1": under these names the keeper holds them.
std::string Outputs::name_of(const Place& place) {
  const std::string stream = place.kind == Kind::out ? "out" : "err";
  return place.slot == 0 ? stream : stream + '-' + std::to_string(place.slot);
}

std::uint64_t Outputs::token_of(const Place& place) const noexcept {
  return first_token_ + 2 * std::uint64_t{place.slot} + (place.kind == Kind::err ? 1 : 0);
}

Status Outputs::open_pipe(const StateDirectory& state, const AppSpec& spec, const Place& place, HeldHandles& held,
                          KeeperLink& link, const Alive& alive) {
  Output& output = outputs_[place];
  const bool fresh = !output.pipe;
  if (auto kept = held.extract(name_of(place)); fresh && !kept.empty()) {
    output.pipe = std::move(kept.mapped());
    return Done{};
  }
  if (fresh) {
    auto pipe = hold_fifo(state.app_directory(spec.name) + '/' + name_of(place) + ".fifo");
    if (const auto writer = alive.find(place.slot); writer != alive.end()) {
      // What a living instance writes to is the truth; the file may have been replaced.
      auto theirs = hold_fifo_of(writer->second, place.kind == Kind::out ? 1 : 2);
      if (theirs && (!pipe || facts_of(pipe->get()).value().inode != facts_of(theirs->get()).value().inode))
        pipe = std::move(theirs);
    }
    if (!pipe) {
      outputs_.erase(place);
      return pipe.error();
    }
    output.pipe = std::move(*pipe);
  }
  if (!spec.user.empty() || !spec.group.empty()) {
    if (const auto user = find_credentials(spec.user, spec.group); user)
      (void)give_to_user(output.pipe.get(), user->uid, user->gid).ok();
  }
  if (!fresh) return Done{};
  if (const auto kept = link.hold(name_of(place), output.pipe.get()); !kept)
    log_event(EventLevel::warning, kept.error().message());
  return Done{};
}

Status Outputs::open_pipes(const StateDirectory& state, const AppSpec& spec, HeldHandles& held, KeeperLink& link,
                           const Alive& alive) {
  merged_ = spec.logs.merge;
  std::set<std::uint32_t> slots;
  for (std::uint32_t slot = 0; slot < spec.instances; ++slot) slots.insert(slot);
  for (const auto& [slot, pid] : alive) slots.insert(slot);
  for (const std::uint32_t slot : slots) {
    for (const Kind kind : {Kind::out, Kind::err}) {
      if (kind == Kind::err && merged_) continue;
      const Status opened = open_pipe(state, spec, {slot, kind}, held, link, alive);
      if (opened) continue;
      if (slot == 0) return opened;
      log_event(EventLevel::warning,
                opened.error().message() + "; slot " + std::to_string(slot) + " writes to that of slot 0");
    }
  }
  return Done{};
}

void Outputs::open_log(const AppSpec& spec, const Place& place, Output& output, const LogWriter::Options& options,
                       std::shared_ptr<LogFile> file) {
  if (output.log) loop_.unwatch(output.log->native());
  output.log.reset();
  auto reader = OutputReader::open(output.pipe.get());
  if (!reader) {
    log_event(EventLevel::error, reader.error().message());
    return;
  }
  LogWriter& writer = output.log.emplace(options, std::move(*reader), std::move(file));
  // Root has no budget for pipes; others get the large one when there is something to write (pipe(7)).
  if (effective_uid() == 0 && spec.instances == 1) writer.grow_pipe();
  if (const auto watched = writer.watch(loop_, token_of(place)); !watched)
    log_event(EventLevel::error, watched.error().message());
  writer.readable(steady_now());  // what came before we looked
}

void Outputs::open_logs(const StateDirectory& state, const AppSpec& spec) {
  const auto [out, err] = log_paths(state, spec);
  const bool several = std::ranges::any_of(outputs_, [](const auto& entry) { return entry.first.slot != 0; });
  std::shared_ptr<LogFile> files[2];
  for (auto& [place, output] : outputs_) {
    // Of an app whose logs were merged since, a process may still write to both FIFOs.
    const bool to_out = place.kind == Kind::out || err.empty();
    LogWriter::Options options{.path = to_out ? out : err,
                               .stream = place.kind == Kind::out ? "out" : "err",
                               .app = spec.name,
                               .slot = place.slot,
                               .beside_others = several || (to_out && place.kind == Kind::err),
                               .format = spec.logs.format,
                               .max_size = spec.logs.max_size,
                               .keep = spec.logs.keep,
                               .trust = trust_in_log(spec, to_out ? spec.logs.out : spec.logs.err),
                               .mode = mode_of_log(spec, to_out ? spec.logs.out : spec.logs.err)};
    std::shared_ptr<LogFile>& file = files[to_out ? 0 : 1];
    if (!file) file = std::make_shared<LogFile>(file_options(options));
    open_log(spec, place, output, options, file);
  }
}

void Outputs::use_slots(const StateDirectory& state, const AppSpec& spec, HeldHandles& held, KeeperLink& link) {
  const std::size_t before = outputs_.size();
  (void)open_pipes(state, spec, held, link).ok();  // slot 0's are there
  if (outputs_.size() == before) return;
  pump(steady_now(), true);
  open_logs(state, spec);
}

void Outputs::close_slot(const StateDirectory& state, const AppSpec& spec, KeeperLink& link, std::uint32_t slot) {
  if (slot == 0) return;
  bool closed = false;
  for (const Kind kind : {Kind::out, Kind::err}) {
    const auto found = outputs_.find({slot, kind});
    if (found == outputs_.end()) continue;
    if (found->second.log) {
      found->second.log->pump(steady_now(), true);
      loop_.unwatch(found->second.log->native());
    }
    (void)link.drop(name_of(found->first)).ok();
    (void)remove_tree(state.app_directory(spec.name) + '/' + name_of(found->first) + ".fifo").ok();
    outputs_.erase(found);
    closed = true;
  }
  const bool alone = std::ranges::none_of(outputs_, [](const auto& entry) { return entry.first.slot != 0; });
  if (closed && alone) open_logs(state, spec);
}

void Outputs::close_logs() {
  for (auto& [place, output] : outputs_) {
    if (output.log) loop_.unwatch(output.log->native());
    output.log.reset();
  }
}

NativeHandle Outputs::out(std::uint32_t slot) const noexcept {
  auto found = outputs_.find({slot, Kind::out});
  if (found == outputs_.end()) found = outputs_.find({0, Kind::out});
  return found == outputs_.end() ? kNoHandle : found->second.pipe.get();
}

NativeHandle Outputs::err(std::uint32_t slot) const noexcept {
  if (merged_) return out(slot);
  auto found = outputs_.find({slot, Kind::err});
  if (found == outputs_.end()) found = outputs_.find({0, Kind::err});
  return found == outputs_.end() ? out(slot) : found->second.pipe.get();
}

void Outputs::release_pipes(HeldHandles& into) {
  for (auto& [place, output] : outputs_) {
    if (output.pipe) into.insert_or_assign(name_of(place), std::move(output.pipe));
  }
}

void Outputs::take_pipes(HeldHandles& from) {
  for (auto& [place, output] : outputs_) {
    if (auto node = from.extract(name_of(place)); !node.empty()) output.pipe = std::move(node.mapped());
  }
}

void Outputs::readable(std::uint64_t token, Time now) {
  const std::uint64_t number = token - first_token_;
  const auto found = outputs_.find({static_cast<std::uint32_t>(number / 2), number % 2 == 0 ? Kind::out : Kind::err});
  if (found != outputs_.end() && found->second.log) found->second.log->readable(now);
}

void Outputs::pump(Time now, bool drain) {
  for (auto& [place, output] : outputs_) {
    auto& log = output.log;
    if (log && (drain || (log->deadline() && *log->deadline() <= now))) log->pump(now, drain);
  }
}

std::optional<Time> Outputs::due(Time) const {
  std::optional<Time> soonest;
  for (const auto& [place, output] : outputs_) {
    const auto due = output.log ? output.log->deadline() : std::nullopt;
    if (due && (!soonest || *due < *soonest)) soonest = due;
  }
  return soonest;
}

void Outputs::reopen() {
  for (auto& [place, output] : outputs_) {
    if (output.log) output.log->reopen();
  }
}

Status Outputs::flush() {
  for (auto& [place, output] : outputs_) {
    if (!output.log) continue;
    if (auto flushed = output.log->flush(); !flushed) return flushed;
  }
  return Done{};
}

std::uint64_t Outputs::pipe_capacity() const {
  const LogWriter* const log = first_log(Kind::out);
  return log != nullptr ? log->pipe_capacity() : 0;
}

std::uint64_t Outputs::dropped_bytes() const {
  std::uint64_t sum = 0;
  for (const auto& [place, output] : outputs_) sum += output.log ? output.log->dropped_bytes() : 0;
  return sum;
}

std::string Outputs::trouble() const {
  for (const auto& [place, output] : outputs_) {
    if (output.log && !output.log->trouble().empty()) return output.log->trouble();
  }
  return {};
}

// All writers of a stream write to one file.
const LogWriter* Outputs::first_log(Kind kind) const noexcept {
  const auto found = std::ranges::find_if(
      outputs_, [&](const auto& entry) { return entry.first.kind == kind && entry.second.log.has_value(); });
  return found == outputs_.end() ? nullptr : &*found->second.log;
}

std::uint64_t Outputs::written(Kind kind) const noexcept {
  std::uint64_t sum = 0;
  for (const auto& [place, output] : outputs_) sum += place.kind == kind && output.log ? output.log->written() : 0;
  return sum;
}

Outputs::Mark Outputs::mark() const { return {written(Kind::out), written(Kind::err)}; }

std::string Outputs::last_lines(std::size_t bytes, const std::optional<Mark>& since) const {
  const auto tail = [&](Kind kind, std::uint64_t Mark::*from, std::size_t most) -> std::string {
    const LogWriter* const log = first_log(kind);
    if (log == nullptr) return {};
    // A writer that was created again since then has started its count again, too.
    const std::uint64_t all = written(kind);
    const bool counted = since && all >= *since.*from;
    return log->tail(counted ? static_cast<std::size_t>(std::min<std::uint64_t>(most, all - *since.*from)) : most);
  };
  if (tail(Kind::err, &Mark::err, bytes).empty()) return tail(Kind::out, &Mark::out, bytes);
  std::string lines = tail(Kind::out, &Mark::out, bytes / 2);
  if (!lines.empty() && lines.back() != '\n') lines += '\n';
  return lines + tail(Kind::err, &Mark::err, bytes - std::min(bytes, lines.size()));
}

}  // namespace forever
