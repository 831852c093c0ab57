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
  if (app_.host.boot.empty()) app_.host = host_id();
  // Where the lock's file is gone the directory may be another user's by now.
  const bool there = lock_ && lock_is_at(lock_.get(), app_.state.lock_path(app_.name));
  const Status usable = there ? Status{Done{}} : app_.state.check();
  const Status written = usable ? app_.state.write_status(present_.status()) : usable;
  app_.dirty = false;
  if (written) {
    status_retry_.reset();
    return;
  }
  if (!status_retry_) app_.log_later(EventLevel::error, written.error().message());
  status_retry_ = steady_now() + kStatusRetry;
}

Status Supervision::record_spec(const AppSpec& spec) {
  Status written = app_.state.write_spec(spec);
  if (written) hold_spec();
  return written;
}

// The keeper has the file open: whatever becomes of its name, the next supervisor knows how the app was asked for.
void Supervision::hold_spec() {
  const auto file = open_for_reading(app_.state.spec_path(app_.name));
  if (file) (void)link_.hold(kSpecCopy, file->get()).ok();
}

Result<AppSpec> Supervision::held_spec() {
  const Handle file = holdings_.take(kSpecCopy);
  const std::string what = "the keeper's copy of spec.json";
  const auto facts = file ? facts_of(file.get()) : Result<FileFacts>{Error{what + " is not there", {}}};
  if (!facts) return facts.error();
  if (!facts->regular || facts->size > kLargestRead) return Error{what + " is none", {}};
  std::string text(static_cast<std::size_t>(facts->size), '\0');
  const auto got = read_at(file.get(), 0, text.data(), text.size());
  if (!got) return got.error();
  text.resize(*got);
  auto spec = spec_from_json(text, what);
  if (spec && spec->name != app_.name) return Error{what + " is another app's", {}};
  return spec;
}

void Supervision::write_pid_files() {
  app_.pids_dirty = false;
  for (const Instance& instance : roster_) {
    if (instance.role() != Role::serving) continue;
    const std::string path = app_.state.pid_path(app_.name, instance.slot());
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
  auto entry = watch_deletions(app_.state.app_directory(app_.name));
  files_watch_ = entry ? std::move(*entry) : Handle{};
  auto locks = watch_deletions(app_.state.path() + "/locks");
  locks_watch_ = locks ? std::move(*locks) : Handle{};
}

bool Supervision::files_are_there() const {
  return lock_is_at(lock_.get(), app_.state.lock_path(app_.name)) &&
         (app_.spec_lost || exists(app_.state.spec_path(app_.name))) && exists(app_.state.status_path(app_.name)) &&
         listens_locally(app_.state.app_directory(app_.name), "control");
}

// Somebody deleted files of ours: all of them anew.
void Supervision::refresh() {
  app_.dirty = true;
  app_.pids_dirty = true;
  if (holds_lock()) {
    write_files_again();
  } else {
    files_due_ = lock_retry_;
  }
}

// Those that are missing, as soon as it is known what belongs in them.
void Supervision::write_files_again() {
  if (app_.spec.name.empty()) return;
  app_.dirty = true;
  app_.pids_dirty = true;
  (void)app_.state.make_app_directory(app_.name).ok();
  if (!app_.spec_lost && !exists(app_.state.spec_path(app_.name))) (void)record_spec(app_.spec).ok();
  if (const auto secret = make_secret(app_.state, app_.ours->secret())) app_.ours.emplace(app_.state, *secret);
  if (!answers_locally(app_.state.app_directory(app_.name), "control")) open_control();
  watch_files();
}

}  // namespace forever
