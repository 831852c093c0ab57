#include "supervisor/log_writer.hpp"

#include <algorithm>
#include <cerrno>
#include <utility>

#include "platform/files.hpp"
#include "platform/memory.hpp"

namespace forever {
namespace {

using namespace std::chrono_literals;

constexpr auto kBatch = 5ms;
constexpr auto kShortestBatch = 50us;     // less than what a wake-up costs
constexpr auto kRetry = 1s;               // after a failure to write or to rotate
constexpr auto kFreeAfter = 1s;           // of idleness
constexpr Milliseconds kPartialStep{20};  // to the first look whether a partial line fills the pipe; then doubled
constexpr Milliseconds kLongestStep{250};
constexpr Milliseconds kTimePatience{1000};    // with a partial line: it is shown without its end
constexpr Milliseconds kJsonPatience{10'000};  // longer, because it becomes two objects
constexpr std::size_t kLargePipe = 1U << 20U;  // bytes
constexpr std::size_t kChunk = 64U << 10U;     // bytes copied at once
constexpr std::size_t kMargin = 4U << 10U;     // bytes before the rotation limit from where on line ends are looked for
constexpr std::size_t kKeptBuffer = 8U << 10U;     // bytes that are not worth a wake-up to be given back
constexpr std::uint64_t kLongestLine = 1U << 20U;  // bytes by which a raw line may exceed the rotation limit
constexpr int kMostSteps = 64;                     // until others have their turn

bool is_disk_full(int code) { return code == ENOSPC || code == EDQUOT || code == EFBIG; }

std::string parent_of(const std::string& path) { return path.substr(0, path.rfind('/')); }

}  // namespace

std::string rotated_path(const std::string& path, unsigned number) { return path + '.' + std::to_string(number); }

LogWriter::LogWriter(Options options, OutputReader reader)
    : options_(std::move(options)),
      reader_(std::move(reader)),
      formatter_(options_.format, options_.app, options_.stream) {
  if (const auto place = find_place(); !place) begin_trouble(place.error(), steady_now());
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
  if (retry_ && now >= *retry_)
    if (const Status ended = end_trouble(); !ended) begin_trouble(ended.error(), now);
  if (options_.format != LogFormat::raw) formatter_.set_time(wall_now());

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
    const Result<Step> step = options_.format == LogFormat::raw ? step_raw(now) : step_lines(now, drain);
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

Result<LogWriter::Place> LogWriter::find_place() {
  for (int attempt = 0;; ++attempt) {
    const bool opens = !file_;
    if (opens) {
      Result<Handle> opened = open_log_file(options_.path);
      if (!opened && opened.error().code.value() == ENOENT && make_private_directory(parent_of(options_.path)))
        opened = open_log_file(options_.path);
      if (!opened) return opened.error();
      file_ = std::move(*opened);
    }
    const Result<FileFacts> facts = facts_of(file_.get());
    if (!facts) return facts.error();
    if (facts->links == 0 && attempt == 0) {
      file_.reset();  // deleted by somebody: made anew
      continue;
    }
    Place place{.size = facts->size, .room = options_.max_size > facts->size ? options_.max_size - facts->size : 0};
    // What an earlier writer left behind was cut off in the middle of a write; its bytes come again.
    if (opens && options_.format != LogFormat::raw && !ends_with_newline(place.size)) {
      if (const Status ended = write_whole(place.size, "\n"); !ended) return ended.error();
      ++place.size;
    }
    return place;
  }
}

bool LogWriter::ends_with_newline(std::uint64_t size) const {
  char last = '\n';
  if (size > 0) (void)read_at(file_.get(), size - 1, &last, 1).ok();
  return last == '\n';
}

Result<LogWriter::Step> LogWriter::step_raw(Time now) {
  const Result<Place> place = find_place();
  if (!place) return place.error();
  const bool limited = options_.max_size != 0 && now >= rotate_again_;
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
      (void)rotate(now);
      return Step::more;
    }
  }
  const Result<std::size_t> moved = reader_.move_to(file_.get(), place->size, most);
  if (!moved) return moved.error();
  taken_ += *moved;
  if (*moved == 0) partial_due_ = now + kPartialStep;  // a terminal that takes nothing at the moment
  return *moved == 0 ? Step::rest : Step::more;
}

// How much of what waits goes into this file, so that it ends with a line and within the limit; 0: rotate first. Only a
// line that has no end within the limit, or whose beginning is in the file already, exceeds it.
Result<std::size_t> LogWriter::bytes_before_rotation(Place place) {
  if (place.size >= options_.max_size + kLongestLine) return std::size_t{0};
  if (in_.size() < kChunk) in_.resize(kChunk);
  const Result<std::size_t> peeked = reader_.peek(in_);
  if (!peeked) return peeked.error();
  const std::string_view text = std::string_view(in_).substr(0, *peeked);
  const std::size_t room = static_cast<std::size_t>(std::min<std::uint64_t>(place.room, text.size()));
  if (const std::size_t end = text.substr(0, room).rfind('\n') + 1; end != 0) return end;
  if (place.size > 0 && ends_with_newline(place.size)) return std::size_t{0};
  const std::size_t newline = text.find('\n');
  return newline == std::string_view::npos ? text.size() : newline + 1;
}

Result<LogWriter::Step> LogWriter::step_lines(Time now, bool drain) {
  const Result<Place> place = find_place();
  if (!place) return place.error();
  // A line without end would never let it be rotated.
  if (options_.max_size != 0 && place->size >= options_.max_size + kLongestLine && now >= rotate_again_) {
    (void)rotate(now);
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
  if (!all || partial_is_due(text.size(), now)) return write_lines(text, *place, false, now);
  if (reader_.available() != text.size()) return Step::more;
  return wait_for_rest(text.size(), now);
}

bool LogWriter::partial_is_due(std::size_t peeked, Time now) {
  if (mid_line_ && options_.format == LogFormat::time) return true;
  const bool known = partial_size_ != 0;
  const Milliseconds patience = options_.format == LogFormat::time ? kTimePatience : kJsonPatience;
  if (known && now - partial_since_ >= patience) return true;
  // Full first, then of how much: the writer may fill it in between.
  if (!reader_.full() || reader_.available() != peeked) return false;
  if (grown_) return true;
  grow_pipe();
  return reader_.full() && reader_.available() == peeked;
}

// A partial line stays where it is safe. It is looked at again, because a writer that fills a pipe which is not empty
// and then waits wakes nobody.
LogWriter::Step LogWriter::wait_for_rest(std::size_t peeked, Time now) {
  if (partial_size_ == 0) {
    partial_since_ = now;
    partial_step_ = kPartialStep;
  }
  partial_size_ = peeked;
  const Milliseconds patience = options_.format == LogFormat::time ? kTimePatience : kJsonPatience;
  partial_due_ = std::min(now + partial_step_, std::max(partial_since_ + patience, now + Milliseconds{1}));
  partial_step_ = std::min(partial_step_ * 2, kLongestStep);
  return Step::rest;
}

// `text` is whole lines, but for the last one if it ends without '\n': `finish` makes that a line. A line that would
// exceed the rotation limit stays in the pipe, and goes to the next file.
Result<LogWriter::Step> LogWriter::write_lines(std::string_view text, Place place, bool finish, Time now) {
  const bool limited = options_.max_size != 0 && now >= rotate_again_;
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
      (void)rotate(now);
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
Status LogWriter::write_chunk(Place& place, std::size_t consumed) {
  if (consumed == 0) return Done{};
  if (Status safe = write_whole(place.size, out_); !safe) return safe;
  taken_ += reader_.consume(consumed);
  partial_size_ = 0;
  place.size += out_.size();
  place.room -= std::min<std::uint64_t>(place.room, out_.size());
  out_.clear();
  return Done{};
}

// All of it or nothing: half a chunk on a full disk is taken back.
Status LogWriter::write_whole(std::uint64_t offset, std::string_view bytes) {
  const Result<std::size_t> written = write_at(file_.get(), offset, bytes);
  if (written) return Done{};
  (void)truncate_file(file_.get(), offset).ok();
  return written.error();
}

// An older log that cannot be moved out of the way is not overwritten.
bool LogWriter::make_way_and_move() {
  if (options_.keep == 0) return truncate_file(file_.get(), 0).ok();
  // Removed, not renamed over: that would begin to write the file back at once.
  (void)remove_tree(rotated_path(options_.path, options_.keep)).ok();
  for (unsigned i = options_.keep - 1; i > 0; --i) {
    const Status moved = rename_file(rotated_path(options_.path, i), rotated_path(options_.path, i + 1));
    if (!moved && moved.error().code.value() != ENOENT) return false;
  }
  return rename_file(options_.path, rotated_path(options_.path, 1)).ok();
}

bool LogWriter::rotate(Time now) {
  if (make_way_and_move()) {
    if (options_.keep != 0) file_.reset();
    return true;
  }
  rotate_again_ = now + kRetry;
  return false;
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
  const Result<Place> place = find_place();
  if (!place) return place.error();
  if (dropped_ > dropped_told_) {
    const std::string text = "forever: " + std::to_string(dropped_ - dropped_told_) + " bytes were lost " +
                             (is_disk_full(trouble_code_) ? "while the disk was full" : "(" + trouble_ + ")");
    std::string line;
    if (!ends_with_newline(place->size)) line = '\n';
    if (options_.format == LogFormat::raw) {
      line += text + '\n';
    } else {
      LineFormatter formatter(options_.format, options_.app, options_.stream);
      formatter.set_time(wall_now());
      formatter.append(line, text, true, true);
    }
    if (Status told = write_whole(place->size, line); !told) return told;
  }
  dropped_told_ = dropped_;
  retry_.reset();
  trouble_.clear();
  return Done{};
}

void LogWriter::reopen() {
  file_.reset();
  mid_line_ = false;
  if (const auto place = find_place(); !place) begin_trouble(place.error(), steady_now());
}

Status LogWriter::flush() {
  while (reader_.consume(reader_.available()) > 0) continue;
  partial_size_ = 0;
  partial_due_.reset();
  mid_line_ = false;
  if (const auto place = find_place(); !place) return place.error();
  Status emptied = truncate_file(file_.get(), 0);
  for (unsigned i = 1; i <= options_.keep || exists(rotated_path(options_.path, i)); ++i)
    if (Status removed = remove_tree(rotated_path(options_.path, i)); !removed) emptied = removed;
  return emptied;
}

std::string LogWriter::tail(std::size_t bytes) const {
  std::string text;
  const auto prepend = [&](NativeHandle file) {
    const Result<FileFacts> facts = facts_of(file);
    if (!facts || text.size() >= bytes) return;
    const std::uint64_t wanted = std::min<std::uint64_t>(facts->size, bytes - text.size());
    std::string part(static_cast<std::size_t>(wanted), '\0');
    const Result<std::size_t> got = read_at(file, facts->size - wanted, part.data(), part.size());
    if (!got) return;
    part.resize(*got);
    if (wanted < facts->size) part.erase(0, part.find('\n') + 1);
    text.insert(0, part);
  };
  if (file_) prepend(file_.get());
  if (text.size() < bytes)
    if (const Result<Handle> rotated = open_for_reading(rotated_path(options_.path, 1)); rotated)
      prepend(rotated->get());
  return text;
}

}  // namespace forever
