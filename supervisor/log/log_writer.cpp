#include "supervisor/log/log_writer.hpp"

#include <algorithm>
#include <utility>

#include "platform/files.hpp"
#include "platform/memory.hpp"

namespace forever {
namespace {

using namespace std::chrono_literals;

constexpr auto kBatch = 5ms;
constexpr auto kShortestBatch = 50us;     // less than what a wake-up costs
constexpr auto kRetry = 1s;               // after a failure to write
constexpr auto kFreeAfter = 1s;           // of idleness
constexpr Milliseconds kPartialStep{20};  // to the first check whether a partial line fills the pipe; then doubled
constexpr Milliseconds kLongestStep{250};
constexpr Milliseconds kTimePatience{1000};    // with a partial line: it is shown without its end
constexpr Milliseconds kJsonPatience{10'000};  // longer, because it becomes two objects
constexpr std::size_t kLargePipe = 1U << 20U;  // bytes
constexpr std::size_t kChunk = 64U << 10U;     // bytes copied at once
constexpr std::size_t kMargin = 4U << 10U;     // bytes before the rotation limit from where on line ends are looked for
constexpr std::size_t kKeptBuffer = 8U << 10U;     // bytes that are not worth a wake-up to be given back
constexpr std::uint64_t kLongestLine = 1U << 20U;  // bytes by which a raw line may exceed the rotation limit
constexpr int kMostSteps = 64;                     // until others have their turn

}  // namespace

LogFile::Options file_options(const LogWriter::Options& options) {
  return {options.path,  options.max_size, options.keep, options.format != LogFormat::raw || options.beside_others,
          options.trust, options.mode};
}

LogWriter::LogWriter(Options options, OutputReader reader, std::shared_ptr<LogFile> shared)
    : options_(std::move(options)),
      reader_(std::move(reader)),
      file_(shared ? std::move(shared) : std::make_shared<LogFile>(file_options(options_))),
      formatter_(options_.format, options_.app, options_.stream, options_.slot) {
  if (const auto place = file_->place(); !place) begin_trouble(place.error(), steady_now());
}

Status LogWriter::watch(EventLoop& loop, std::uint64_t token) {
  loop_ = &loop;
  paused_ = false;
  return loop.watch_readable(native(), token, EventLoop::Trigger::edge);
}

void LogWriter::set_paused(bool paused) {
  if (loop_ == nullptr || paused_ == paused) return;
  paused_ = paused;
  if (paused)
    loop_->pause(native());
  else
    loop_->resume(native());
}

void LogWriter::grow_pipe() noexcept {
  grown_ = true;
  (void)reader_.grow(kLargePipe);
}

void LogWriter::readable(Time now) {
  if (batch_due_) return;
  const std::size_t waiting = reader_.available();
  if (waiting == 0 || (partial_due_ && waiting == partial_size_)) return;
  const auto since = now - last_read_;
  if (since >= kBatch) return take_all(now, false);

  if (!grown_) grow_pipe();
  const std::size_t half = reader_.capacity() / 2;
  if (waiting >= half) return take_all(now, false);
  const auto rate_says = std::chrono::duration<double, std::nano>(since) * (double(half - waiting) / double(waiting));
  const auto longest = std::chrono::duration_cast<std::chrono::nanoseconds>(kBatch - since);
  const auto until_half = std::chrono::nanoseconds(static_cast<std::int64_t>(std::min(rate_says.count(), 1e9)));
  batch_due_ = now + std::clamp<std::chrono::nanoseconds>(until_half, kShortestBatch,
                                                          std::max<std::chrono::nanoseconds>(longest, kShortestBatch));
  set_paused(true);
}

void LogWriter::pump(Time now, bool drain) {
  const auto due = [now](const std::optional<Time>& at) { return at && now >= *at; };
  if (drain || due(batch_due_) || due(partial_due_) || due(retry_)) take_all(now, drain);
  if (due(free_due_)) free_buffers();
}

std::optional<Time> LogWriter::deadline() const noexcept {
  std::optional<Time> soonest = dropped_ > dropped_told_ ? retry_ : std::nullopt;
  for (const auto& due : {batch_due_, partial_due_, free_due_})
    if (due && (!soonest || *due < *soonest)) soonest = due;
  return soonest;
}

void LogWriter::take_all(Time now, bool drain) {
  batch_due_.reset();
  partial_due_.reset();
  // At the end of a process there is no later attempt.
  if (retry_ && (drain || now >= *retry_))
    if (const Status ended = end_trouble(); !ended) begin_trouble(ended.error(), now);
  if (by_lines()) formatter_.set_time(wall_now());

  const std::uint64_t batch_end = taken_ + reader_.available();
  int steps = 0;
  for (; steps < kMostSteps; ++steps) {
    if (retry_) drop_all();
    const std::size_t waiting = reader_.available();
    // What came while we read is the next batch's beginning. Fetched at once, a program that writes line by line would be
    // followed by a splice of a few lines each.
    if (waiting == 0) break;
    if (steps > 0 && taken_ >= batch_end && !drain && waiting < reader_.capacity() / 2) {
      batch_due_ = now + kBatch;  // no event need come for these bytes: theirs may be used up
      set_paused(true);
      break;
    }
    const Result<Step> step = by_lines() ? step_lines(now, drain) : step_raw(now);
    if (!step)
      begin_trouble(step.error(), now);
    else if (*step == Step::rest)
      break;
  }
  // What the reading itself took counts when there was much to read: the writer went on meanwhile.
  last_read_ = steps > 1 ? std::max(now, steady_now()) : now;
  if (in_.capacity() + out_.capacity() > kKeptBuffer) free_due_ = now + kFreeAfter;
  // Others have their turn; no event would come for what is left, if the pipe is full.
  if (steps == kMostSteps)
    batch_due_ = now;
  else if (!batch_due_)
    set_paused(false);
}

void LogWriter::free_buffers() {
  free_due_.reset();
  in_ = std::string();
  out_ = std::string();
  reader_.rest();
  release_free_memory();
}

Result<LogWriter::Step> LogWriter::step_raw(Time now) {
  const Result<LogFile::Place> place = file_->place();
  if (!place) return place.error();
  const bool limited = file_->may_rotate(now);
  const std::size_t waiting = reader_.available();
  std::size_t most = kLargePipe;
  if (limited && waiting + kMargin <= place->room) {
    most = waiting;
  } else if (limited && place->room > kChunk) {
    most = static_cast<std::size_t>(place->room) - kChunk;
  } else if (limited) {
    const Result<std::size_t> fits = bytes_before_rotation(*place);
    if (!fits) return fits.error();
    most = *fits;
    if (most == 0) {
      file_->rotate(now);
      return Step::more;
    }
  }
  const Result<std::size_t> moved = reader_.move_to(file_->native(), place->size, most);
  if (!moved) return moved.error();
  taken_ += *moved;
  written_ += *moved;
  if (*moved == 0) partial_due_ = now + kPartialStep;  // a terminal that takes nothing at the moment
  return *moved == 0 ? Step::rest : Step::more;
}

// How much of what waits goes into this file, so that it ends with a line and within the limit; 0: rotate first. Only a
// line that has no end within the limit, or whose beginning is in the file already, exceeds it.
Result<std::size_t> LogWriter::bytes_before_rotation(LogFile::Place place) {
  if (place.size >= options_.max_size + kLongestLine) return std::size_t{0};
  if (in_.size() < kChunk) in_.resize(kChunk);
  const Result<std::size_t> peeked = reader_.peek(in_);
  if (!peeked) return peeked.error();
  const std::string_view text = std::string_view(in_).substr(0, *peeked);
  const std::size_t room = static_cast<std::size_t>(std::min<std::uint64_t>(place.room, text.size()));
  if (const std::size_t end = text.substr(0, room).rfind('\n') + 1; end != 0) return end;
  if (place.size > 0 && file_->ends_with_newline(place.size)) return std::size_t{0};
  const std::size_t newline = text.find('\n');
  return newline == std::string_view::npos ? text.size() : newline + 1;
}

Result<LogWriter::Step> LogWriter::step_lines(Time now, bool drain) {
  const Result<LogFile::Place> place = file_->place();
  if (!place) return place.error();
  // A line without end would never let it be rotated.
  if (file_->may_rotate(now) && place->size >= options_.max_size + kLongestLine) {
    file_->rotate(now);
    return Step::more;
  }
  const std::size_t waiting = reader_.available();
  std::string_view text;
  std::size_t end = 0;
  for (std::size_t wanted = std::min(waiting, kChunk);; wanted = waiting) {
    if (in_.size() < wanted) in_.resize(wanted);
    const Result<std::size_t> peeked = reader_.peek(std::span(in_).first(wanted));
    if (!peeked) return peeked.error();
    text = std::string_view(in_).substr(0, *peeked);
    end = text.rfind('\n') + 1;
    if (end != 0 || text.empty() || wanted == waiting || drain) break;
  }
  if (text.empty()) return Step::rest;
  const bool all = text.size() >= waiting;  // that can be had; else its pages are too many to be looked at
  if (drain && all) return write_lines(text, *place, true, now);
  if (end != 0) return write_lines(text.substr(0, end), *place, false, now);
  // Beside others the piece becomes a line of its own: theirs come next. A JSON object is one anyway.
  const bool cut = options_.beside_others && options_.format != LogFormat::json;
  if (!all || partial_is_due(text.size(), now)) return write_lines(text, *place, cut, now);
  if (reader_.available() != text.size()) return Step::more;
  return wait_for_rest(text.size(), now);
}

Milliseconds LogWriter::patience() const noexcept {
  return options_.format == LogFormat::json ? kJsonPatience : kTimePatience;
}

bool LogWriter::partial_is_due(std::size_t peeked, Time now) {
  if (mid_line_ && options_.format == LogFormat::time) return true;
  const bool known = partial_size_ != 0;
  if (known && now - partial_since_ >= patience()) return true;
  // Full first, then of how much: the writer may fill it in between.
  if (!reader_.full() || reader_.available() != peeked) return false;
  if (grown_) return true;
  grow_pipe();
  return reader_.full() && reader_.available() == peeked;
}

// A partial line stays where it is safe. It is checked again, because a writer that fills a pipe which is not empty
// and then waits causes no wake-up.
LogWriter::Step LogWriter::wait_for_rest(std::size_t peeked, Time now) {
  if (partial_size_ == 0) {
    partial_since_ = now;
    partial_step_ = kPartialStep;
  }
  partial_size_ = peeked;
  partial_due_ = std::min(now + partial_step_, std::max(partial_since_ + patience(), now + Milliseconds{1}));
  partial_step_ = std::min(partial_step_ * 2, kLongestStep);
  return Step::rest;
}

// `text` is whole lines, but for the last one if it ends without '\n': `finish` makes that a line. A line that would
// exceed the rotation limit stays in the pipe, and goes to the next file.
Result<LogWriter::Step> LogWriter::write_lines(std::string_view text, LogFile::Place place, bool finish, Time now) {
  const bool limited = file_->may_rotate(now);
  out_.clear();
  std::size_t written = 0;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t newline = text.find('\n', at);
    const bool ends = newline != std::string_view::npos;
    const std::size_t next = ends ? newline + 1 : text.size();
    const std::size_t before = out_.size();
    formatter_.append(out_, text.substr(at, (ends ? newline : next) - at), !mid_line_, ends || finish);
    const bool exceeds = limited && !mid_line_ && out_.size() > place.room && place.size + before > 0;
    if (exceeds) {
      out_.resize(before);
      if (const Status safe = write_chunk(place, at - written); !safe) return safe.error();
      file_->rotate(now);
      return Step::more;
    }
    mid_line_ = !ends && !finish;
    at = next;
    if (out_.size() < kChunk && at < text.size()) continue;
    if (const Status safe = write_chunk(place, at - written); !safe) return safe.error();
    written = at;
  }
  return Step::more;
}

// Writes what is formatted, and only then forgets the bytes that it was made of.
Status LogWriter::write_chunk(LogFile::Place& place, std::size_t consumed) {
  if (consumed == 0) return Done{};
  if (Status safe = file_->write(place.size, out_); !safe) return safe;
  taken_ += reader_.consume(consumed);
  partial_size_ = 0;
  written_ += out_.size();
  place.size += out_.size();
  place.room -= std::min<std::uint64_t>(place.room, out_.size());
  out_.clear();
  return Done{};
}

void LogWriter::begin_trouble(const Error& error, Time now) {
  trouble_code_ = error.code.value();
  trouble_ = error.code ? error.code.message() : error.message();
  retry_ = now + kRetry;
  mid_line_ = false;
}

void LogWriter::drop_all() {
  while (const std::size_t gone = reader_.consume(reader_.available())) dropped_ += gone;
  partial_size_ = 0;
}

Status LogWriter::end_trouble() {
  const Result<LogFile::Place> place = file_->place();
  if (!place) return place.error();
  if (dropped_ > dropped_told_) {
    const std::string text = "forever: " + std::to_string(dropped_ - dropped_told_) + " bytes were lost " +
                             (is_disk_full(trouble_code_) ? "while the disk was full" : "(" + trouble_ + ")");
    std::string line;
    if (!file_->ends_with_newline(place->size)) line = '\n';
    if (options_.format == LogFormat::raw) {
      line += text + '\n';
    } else {
      LineFormatter formatter(options_.format, options_.app, options_.stream, options_.slot);
      formatter.set_time(wall_now());
      formatter.append(line, text, true, true);
    }
    if (Status told = file_->write(place->size, line); !told) return told;
  }
  dropped_told_ = dropped_;
  retry_.reset();
  trouble_.clear();
  return Done{};
}

void LogWriter::reopen() {
  file_->close();
  mid_line_ = false;
  if (const auto place = file_->place(); !place) begin_trouble(place.error(), steady_now());
}

Status LogWriter::flush() {
  while (reader_.consume(reader_.available()) > 0) continue;
  partial_size_ = 0;
  partial_due_.reset();
  mid_line_ = false;
  return file_->clear();
}

}  // namespace forever
