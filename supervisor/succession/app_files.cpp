#include "supervisor/succession/app_files.hpp"

#include "app/secret.hpp"
#include "platform/deletion_watch.hpp"
#include "platform/files.hpp"
#include "platform/local_socket.hpp"

namespace forever {
namespace {

constexpr Milliseconds kControlRetry{1000};
constexpr Milliseconds kDeletionRest{100};  // the process that deletes files may be deleting more
constexpr Milliseconds kDeletionEnd{2000};  // and be slow at it
constexpr Milliseconds kStatusRetry{1000};

}  // namespace

void AppFiles::write_status() {
  // A status without a boot id is not trusted; the boot id could not be read (no descriptor, for example) when this process began.
  if (app_.host.boot.empty()) app_.host = host_id();
  // Where the lock's file is gone the directory may be another user's by now.
  const bool there = lock_.is_in_place();
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

Status AppFiles::record_spec(const AppSpec& spec) {
  Status written = app_.state.write_spec(spec);
  if (written) hold_spec();
  return written;
}

void AppFiles::hold_spec() {
  const auto file = open_for_reading(app_.state.spec_path(app_.name));
  if (file) (void)link_.hold(kSpecCopy, file->get()).ok();
}

Result<AppSpec> AppFiles::held_spec() {
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

void AppFiles::write_pid_files() {
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
void AppFiles::watch() {
  auto entry = watch_deletions(app_.state.app_directory(app_.name));
  files_watch_ = entry ? std::move(*entry) : Handle{};
  auto locks = watch_deletions(app_.state.path() + "/locks");
  locks_watch_ = locks ? std::move(*locks) : Handle{};
}

bool AppFiles::are_there() const {
  return lock_.is_in_place() && (app_.spec_lost || exists(app_.state.spec_path(app_.name))) &&
         exists(app_.state.status_path(app_.name)) && listens_locally(app_.state.app_directory(app_.name), "control");
}

// Files of the app were deleted: writes all of them again.
void AppFiles::refresh(Time now) {
  app_.dirty = true;
  app_.pids_dirty = true;
  if (may_act(now)) {
    write_again();
  } else {
    files_due_ = lock_.retry();
  }
}

// Those that are missing, as soon as it is known what belongs in them.
void AppFiles::write_again() {
  if (app_.spec.name.empty()) return;
  app_.dirty = true;
  app_.pids_dirty = true;
  (void)app_.state.make_app_directory(app_.name).ok();
  if (!app_.spec_lost && !exists(app_.state.spec_path(app_.name))) (void)record_spec(app_.spec).ok();
  if (const auto secret = make_secret(app_.state, app_.ours->secret())) app_.ours.emplace(app_.state, *secret);
  if (!answers_locally(app_.state.app_directory(app_.name), "control")) open_control();
  watch();
}

void AppFiles::look_for_deleted(Time now) {
  if (!files_due_ && !are_there()) files_due_ = now + kDeletionRest;
}

void AppFiles::open_control() {
  const bool again = std::exchange(control_retry_, std::nullopt).has_value();
  const std::string directory = app_.state.app_directory(app_.name);
  Handle listener = holdings_.take("control");
  Status done = Done{};
  if (!listener || !answers_locally(directory, "control")) {
    if (auto made = listen_local(directory, "control")) {
      listener = std::move(*made);
      if (auto kept = link_.hold("control", listener.get()); !kept)
        app_.log_later(EventLevel::warning, kept.error().message());
    } else {
      done = made.error();
    }
  }
  if (done) done = control_.serve(std::move(listener));
  if (done) return;
  if (!again) app_.log_later(EventLevel::error, done.error().message());
  control_retry_ = steady_now() + kControlRetry;
}

bool AppFiles::await_lock() {
  while (!may_act(steady_now())) {
    if (lock_.stepped_down()) return false;
    (void)wait_readable({}, kLockRetry);
  }
  return true;
}

bool AppFiles::may_act(Time now) {
  const bool ours = lock_.holds(now);
  if (lock_.take_made_again()) write_again();
  return ours;
}

std::optional<Time> AppFiles::due(Time) const {
  std::optional<Time> soonest = control_retry_;
  sooner(soonest, status_retry_);
  sooner(soonest, files_due_);
  sooner(soonest, lock_.retry());
  return soonest;
}

void AppFiles::tick(Time now) {
  if (is_due(control_retry_, now)) open_control();
  if (is_due(status_retry_, now)) app_.dirty = true;
  if (!is_due(files_due_, now)) return;
  files_due_.reset();
  if (are_there()) return;
  refresh(now);
  files_due_ = now + kDeletionEnd;
}

}  // namespace forever
