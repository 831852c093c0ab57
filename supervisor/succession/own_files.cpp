// The app's own files: written, and written anew when somebody has deleted them under us.
#include "app/secret.hpp"
#include "platform/deletion_watch.hpp"
#include "platform/files.hpp"
#include "platform/local_socket.hpp"
#include "platform/lock.hpp"
#include "supervisor/supervision.hpp"

namespace forever {
namespace {

constexpr Milliseconds kStatusRetry{1000};

}  // namespace

void Supervision::write_status() {
  // Of a status that names no boot nobody believes anything; it could not be read (no descriptor, say) when this began.
  if (host_.boot.empty()) host_ = host_id();
  // Where the lock's file is gone the directory may be another user's by now.
  const bool there = lock_ && lock_is_at(lock_.get(), state_.lock_path(name_));
  const Status usable = there ? Status{Done{}} : state_.check();
  const Status written = usable ? state_.write_status(make_status()) : usable;
  dirty_ = false;
  if (written) {
    status_retry_.reset();
    return;
  }
  if (!status_retry_) log_later(EventLevel::error, written.error().message());
  status_retry_ = steady_now() + kStatusRetry;
}

void Supervision::write_pid_files() {
  pids_dirty_ = false;
  for (const Instance& instance : instances_) {
    if (instance.role() != Role::serving) continue;
    const std::string path = state_.pid_path(name_, instance.slot());
    if (instance.process().pid != 0) {
      (void)write_atomically(path, std::to_string(instance.process().pid) + '\n', Durability::rename_only).ok();
    } else {
      (void)remove_tree(path).ok();  // the number may be another's soon
    }
  }
}

// The news of a deletion comes as a signal. Without it (not on this system) files come back at the next write of the status, or
// when a command asks for them.
void Supervision::watch_files() {
  auto entry = watch_deletions(state_.app_directory(name_));
  files_watch_ = entry ? std::move(*entry) : Handle{};
  auto locks = watch_deletions(state_.path() + "/locks");
  locks_watch_ = locks ? std::move(*locks) : Handle{};
}

bool Supervision::files_are_there() const {
  return lock_is_at(lock_.get(), state_.lock_path(name_)) && (spec_lost_ || exists(state_.spec_path(name_))) &&
         exists(state_.status_path(name_)) && listens_locally(state_.app_directory(name_), "control");
}

// Somebody deleted files of ours: all of them anew.
void Supervision::refresh() {
  dirty_ = true;
  pids_dirty_ = true;
  if (holds_lock()) {
    write_files_again();
  } else {
    files_due_ = lock_retry_;
  }
}

// Those that are missing, as soon as it is known what belongs in them.
void Supervision::write_files_again() {
  if (spec_.name.empty()) return;
  dirty_ = true;
  pids_dirty_ = true;
  (void)state_.make_app_directory(name_).ok();
  if (!spec_lost_ && !exists(state_.spec_path(name_))) (void)state_.write_spec(spec_).ok();
  if (const auto secret = make_secret(state_, ours_->secret())) ours_.emplace(state_, *secret);
  if (!answers_locally(state_.app_directory(name_), "control")) open_control();
  watch_files();
}

}  // namespace forever
