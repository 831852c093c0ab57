#include "supervisor/log/log_file.hpp"

#include <algorithm>
#include <cerrno>
#include <utility>

#include "app/log_paths.hpp"
#include "platform/lock.hpp"

namespace forever {
namespace {

using namespace std::chrono_literals;

constexpr auto kRetry = 1s;  // after a rotation that failed

}  // namespace

Result<GuardedFolder> LogFile::folder() const {
  return GuardedFolder::enter(folder_of_path(options_.path), options_.trust, GuardedFolder::Missing::make);
}

std::string LogFile::rotated(unsigned number) const { return rotated_path(name_of_path(options_.path), number); }

Result<LogFile::Place> LogFile::place() {
  for (int attempt = 0;; ++attempt) {
    const bool opens = !file_;
    if (opens) {
      const auto folder = this->folder();
      if (!folder) return folder.error();
      const auto there = folder->facts(name_of_path(options_.path));
      Result<Handle> opened = folder->open_log(name_of_path(options_.path));
      // One that root has left in its user's directory: it makes way, and the user's own begins.
      const bool refused = !opened && opened.error().code.value() == EACCES && folder->user() && options_.keep > 0;
      if (refused && make_way_and_move()) opened = folder->open_log(name_of_path(options_.path));
      if (!opened) return opened.error();
      file_ = std::move(*opened);
      if (!there || refused) set_rights(!folder->user());
      lock_open_file(file_.get());  // so that a start with the same log can be refused
    }
    const Result<FileFacts> facts = facts_of(file_.get());
    if (!facts) return facts.error();
    if (facts->links == 0 && attempt == 0) {
      file_.reset();  // deleted by another process: created again
      continue;
    }
    Place place{.size = facts->size, .room = options_.max_size > facts->size ? options_.max_size - facts->size : 0};
    // What an earlier writer left behind was cut off in the middle of a write; its bytes come again.
    if (opens && options_.whole_lines && !ends_with_newline(place.size)) {
      if (const Status ended = write(place.size, "\n"); !ended) return ended.error();
      ++place.size;
    }
    return place;
  }
}

// Of a file that was made just now. What is in its user's hands stays that user's.
void LogFile::set_rights(bool ours) {
  const Result<FileFacts> made = facts_of(file_.get());
  if (!made || !made->regular) return;
  const auto former = std::exchange(former_, std::nullopt);
  const std::uint32_t owner = former && ours ? former->owner : made->owner;
  set_ownership(file_.get(), former ? former->mode : options_.mode, owner, former ? former->group : made->group);
}

bool LogFile::ends_with_newline(std::uint64_t size) const {
  char last = '\n';
  if (size > 0) (void)read_at(file_.get(), size - 1, &last, 1).ok();
  return last == '\n';
}

Status LogFile::write(std::uint64_t offset, std::string_view bytes) {
  const Result<std::size_t> written = write_at(file_.get(), offset, bytes);
  if (written) return Done{};
  (void)truncate_file(file_.get(), offset).ok();
  return written.error();
}

// An older log that cannot be moved out of the way is not overwritten.
bool LogFile::make_way_and_move() {
  if (options_.keep == 0) return truncate_file(file_.get(), 0).ok();
  const auto folder = this->folder();
  if (!folder) return false;
  // Removed, not renamed over: that would begin to write the file back at once.
  (void)folder->remove(rotated(options_.keep)).ok();
  for (unsigned i = options_.keep - 1; i > 0; --i) {
    const Status moved = folder->rename(rotated(i), rotated(i + 1));
    if (!moved && moved.error().code.value() != ENOENT) return false;
  }
  return folder->rename(name_of_path(options_.path), rotated(1)).ok();
}

void LogFile::rotate(Time now) {
  const Result<FileFacts> facts = facts_of(file_.get());
  if (facts && facts->regular) former_ = *facts;
  if (!make_way_and_move()) {
    rotate_again_ = now + kRetry;
  } else if (options_.keep != 0) {
    file_.reset();
  }
}

Status LogFile::clear() {
  if (const auto there = place(); !there) return there.error();
  Status emptied = truncate_file(file_.get(), 0);
  const auto folder = this->folder();
  if (!folder) return folder.error();
  for (unsigned i = 1; i <= options_.keep || folder->facts(rotated(i)); ++i)
    if (Status removed = folder->remove(rotated(i)); !removed) return removed;
  return emptied;
}

std::string LogFile::tail(std::size_t bytes) const {
  std::string text;
  const auto prepend = [&](NativeHandle file) {
    const Result<FileFacts> facts = facts_of(file);
    if (!facts || text.size() >= bytes) return;
    // With the byte before: it shows whether the first line is whole.
    const std::uint64_t wanted = std::min<std::uint64_t>(facts->size, bytes - text.size() + 1);
    std::string part(static_cast<std::size_t>(wanted), '\0');
    const Result<std::size_t> got = read_at(file, facts->size - wanted, part.data(), part.size());
    if (!got) return;
    part.resize(*got);
    if (wanted < facts->size) part.erase(0, part.find('\n') + 1);
    text.insert(0, part);
  };
  if (file_) prepend(file_.get());
  const auto folder = text.size() < bytes ? this->folder() : Result<GuardedFolder>{Error{}};
  if (!folder) return text;
  if (const Result<Handle> older = folder->open_for_reading(rotated(1)); older) prepend(older->get());
  return text;
}

}  // namespace forever
