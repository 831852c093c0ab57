#include "cli/logs/log_source.hpp"

#include <algorithm>

#include "app/log_paths.hpp"

namespace forever::cli {
namespace {

constexpr std::size_t kBlock = 64U << 10U;  // bytes read at once on the way back
constexpr unsigned kMostNumbers = 10'000;
constexpr std::size_t kLongestLine = 1U << 20U;  // bytes of one that has no end; what comes before is left out

// Puts the end of `file` before `text`, back to where `lines` line ends (of those that end a line before the last) are in it.
// True if it was enough.
bool prepend_lines(NativeHandle file, std::uint64_t size, std::size_t& lines, std::string& text) {
  std::string block;
  std::size_t line = 0;
  for (std::uint64_t end = size; end > 0;) {
    const std::size_t wanted = static_cast<std::size_t>(std::min<std::uint64_t>(end, kBlock));
    block.resize(wanted);
    const Result<std::size_t> got = read_at(file, end - wanted, block.data(), wanted);
    if (!got || *got != wanted) return true;  // it is being emptied
    for (std::size_t i = wanted; i-- > 0;) {
      const bool ends_all = text.empty() && i + 1 == wanted;  // the last line's own end
      line = block[i] == '\n' ? 0 : line + 1;
      const bool cut = line == kLongestLine;
      if (!cut && (block[i] != '\n' || ends_all || --lines != 0)) continue;
      text.insert(0, block, i + 1);
      return true;
    }
    text.insert(0, block);
    end -= wanted;
  }
  return false;
}

}  // namespace

std::optional<LogSource::Found> LogSource::open(unsigned number) const {
  const auto folder = GuardedFolder::enter(folder_of_path(path_), trust_);
  if (!folder) return std::nullopt;
  Result<Handle> opened = folder->open_for_reading(name(number));
  if (!opened) return std::nullopt;
  const Result<FileFacts> facts = facts_of(opened->get());
  if (!facts || !facts->regular) return std::nullopt;
  return Found{std::move(*opened), *facts, number};
}

std::string LogSource::name(unsigned number) const {
  const std::string name = name_of_path(path_);
  return number == 0 ? name : rotated_path(name, number);
}

bool LogSource::is(const FileFacts& file) const { return inode_ != 0 && is_here(file); }

bool LogSource::is_here(const FileFacts& facts) const { return facts.inode == inode_ && facts.device == device_; }

void LogSource::go_on_with(const FileFacts& facts, std::uint64_t offset) {
  inode_ = facts.inode;
  device_ = facts.device;
  offset_ = offset;
}

// In the middle of a rotation one number is missing.
std::optional<LogSource::Found> LogSource::find() const {
  if (inode_ == 0) return std::nullopt;
  const auto folder = GuardedFolder::enter(folder_of_path(path_), trust_);
  if (!folder) return std::nullopt;
  int missing = 0;
  for (unsigned number = 0; number < kMostNumbers && missing < 2; ++number) {
    const Result<FileFacts> facts = folder->facts(name(number));
    missing = facts ? 0 : missing + 1;
    if (!facts || !is_here(*facts)) continue;
    if (std::optional<Found> found = open(number); found && is_here(found->facts)) return found;
  }
  return std::nullopt;
}

std::string LogSource::last_lines(std::size_t lines) {
  std::string text;
  const std::optional<Found> newest = open(0);
  if (!newest) return text;
  go_on_with(newest->facts, newest->facts.size);
  if (lines == 0 || prepend_lines(newest->file.get(), newest->facts.size, lines, text)) return text;
  for (unsigned number = 1; number < kMostNumbers; ++number) {
    const std::optional<Found> older = open(number);
    if (!older) break;
    if (is_here(older->facts)) continue;  // rotated while we looked
    if (prepend_lines(older->file.get(), older->facts.size, lines, text)) break;
  }
  return text;
}

std::string LogSource::more(std::size_t most) {
  std::string text;
  while (text.size() < most) {
    std::optional<Found> found = find();
    if (!found) {
      // Nowhere yet, or it was removed: the log that is there now is all new.
      found = open(0);
      if (!found) {
        inode_ = 0;  // the next file may get the number of the one that was removed
        break;
      }
      go_on_with(found->facts, 0);
    }
    // A rotated log may still be written to, until its writer has opened the new one (logrotate): the next has something then.
    const std::optional<Found> next = found->number == 0 ? std::nullopt : open(found->number - 1);
    const bool left_behind = next && !is_here(next->facts) && (next->facts.size > 0 || next->number > 0);

    const Result<FileFacts> facts = facts_of(found->file.get());
    if (!facts) break;
    if (facts->size < offset_) offset_ = 0;  // emptied
    const std::size_t begin = text.size();
    const std::size_t wanted = static_cast<std::size_t>(std::min<std::uint64_t>(facts->size - offset_, most - begin));
    text.resize(begin + wanted);
    const Result<std::size_t> got = read_at(found->file.get(), offset_, text.data() + begin, wanted);
    text.resize(begin + (got ? *got : 0));
    offset_ += got ? *got : 0;
    if (text.size() > begin) continue;
    if (!left_behind) break;
    go_on_with(next->facts, 0);
  }
  return text;
}

}  // namespace forever::cli
