// What a supervisor has to do with its keeper: take what it has reaped, and take its place when it is gone.
#include "platform/files.hpp"
#include "supervisor/supervision.hpp"

namespace forever {
namespace {

constexpr Milliseconds kKeeperRetry{1000};
constexpr std::size_t kMostUnacknowledged = 32;  // of 64 that the keeper has under way

}  // namespace

void Supervision::read_keeper() {
  ExitRecord record;
  for (;;) {
    switch (link_.receive(record)) {
      case KeeperLink::Receipt::nothing: return;
      case KeeperLink::Receipt::record:
        process_ended(record.id, record.status);
        unacknowledged_.push_back(record.id);
        break;
      case KeeperLink::Receipt::keeper_gone: replace_keeper(); return;
    }
  }
}

void Supervision::replace_keeper() {
  app_.log_later(EventLevel::warning, "the keeper has died; replacing it");
  if (!files_.are_there()) files_.refresh(steady_now());  // what this image knows the next one has from them
  settle();  // what is at a gate must be let go: its gate closes with this image
  if (finished_) return;
  if (chores_due_) {  // nor would this image come back to them
    end_rest(steady_now());
    settle();
  }
  KeeperFace face{face_.title, face_.directory, {app_.state.path(), app_.name, "adopt"}, {}};
  outputs_.release_pipes(face.held);
  ports_.release_handles(face.held);
  passed_.release_handles(face.held);
  notices_.release_handles(face.held);
  face.held.insert_or_assign("lock", files_.lock().release());
  // Without a control socket (its directory was deleted) there is none to carry over; a descriptor that is none would end every exec.
  if (Handle listener = control_.release_listener()) face.held.insert_or_assign("control", std::move(listener));
  if (report_) face.held.insert_or_assign("report", std::move(report_));
  if (auto spec = open_for_reading(app_.state.spec_path(app_.name)); spec && !app_.spec_lost)
    face.held.insert_or_assign(AppFiles::kSpecCopy, std::move(*spec));
  const Error error = become_keeper(face);
  // Still here: no memory or no descriptor. Go on as we are, and try again.
  app_.log_later(EventLevel::error, error.message());
  files_.lock().take(std::move(face.held["lock"]));
  if (auto report = face.held.extract("report"); !report.empty()) report_ = std::move(report.mapped());
  if (auto control = face.held.extract("control"); !control.empty())
    (void)control_.serve(std::move(control.mapped())).ok();
  outputs_.take_pipes(face.held);
  ports_.take_back(face.held);
  passed_.take_back(face.held);
  notices_.take_back(face.held);
  loop_.unwatch(link_.native());
  app_.keeper = {};  // its pid may be another's soon, whose children are none of ours
  keeper_retry_ = steady_now() + kKeeperRetry;
}

// What is on record by now the keeper may forget. On a full disk it keeps what it has for a while; of more than a few it would
// send no others.
void Supervision::acknowledge_records() {
  if (app_.dirty || (files_.status_overdue() && unacknowledged_.size() < kMostUnacknowledged)) return;
  for (const ProcessId& id : std::exchange(unacknowledged_, {})) (void)link_.acknowledge(id).ok();
}

}  // namespace forever
