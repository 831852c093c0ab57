#include "supervisor/succession/keeper_side.hpp"

#include "platform/files.hpp"

namespace forever {
namespace {

constexpr Milliseconds kKeeperRetry{1000};
constexpr std::size_t kMostUnacknowledged = 32;  // of 64 that the keeper has under way

}  // namespace

KeeperSide::News KeeperSide::read() {
  News news;
  for (;;) {
    ExitRecord record;
    switch (link_.receive(record)) {
      case KeeperLink::Receipt::nothing: return news;
      case KeeperLink::Receipt::record: news.ended.push_back(record); break;
      case KeeperLink::Receipt::keeper_gone: news.gone = true; return news;
    }
  }
}

void KeeperSide::replace() {
  KeeperFace face{face_.title, face_.directory, {app_.state.path(), app_.name, "adopt"}, {}};
  holdings_.release_handles(face.held);
  face.held.insert_or_assign("lock", files_.lock().release());
  // Without a control socket (its directory was deleted) there is none to carry over; a descriptor that is none would end every exec.
  if (Handle listener = control_.release_listener()) face.held.insert_or_assign("control", std::move(listener));
  if (Handle report = report_.release()) face.held.insert_or_assign("report", std::move(report));
  if (auto spec = open_for_reading(app_.state.spec_path(app_.name)); spec && !app_.spec_lost)
    face.held.insert_or_assign(AppFiles::kSpecCopy, std::move(*spec));
  const Error error = become_keeper(face);
  // Still here: no memory or no descriptor. Go on as we are, and try again.
  app_.log_later(EventLevel::error, error.message());
  files_.lock().take(std::move(face.held["lock"]));
  if (auto report = face.held.extract("report"); !report.empty()) report_.take(std::move(report.mapped()));
  if (auto control = face.held.extract("control"); !control.empty())
    (void)control_.serve(std::move(control.mapped())).ok();
  holdings_.take_back(face.held);
  loop_.unwatch(link_.native());
  app_.keeper = {};  // its pid may be another's soon, whose children are none of ours
  retry_ = steady_now() + kKeeperRetry;
}

// What is on record by now the keeper may forget. On a full disk it keeps what it has for a while; of more than a few it would
// send no others.
void KeeperSide::acknowledge() {
  if (app_.dirty || (files_.status_overdue() && unacknowledged_.size() < kMostUnacknowledged)) return;
  for (const ProcessId& id : std::exchange(unacknowledged_, {})) (void)link_.acknowledge(id).ok();
}

bool KeeperSide::replacement_due(Time now) {
  if (!is_due(retry_, now)) return false;
  retry_.reset();
  return true;
}

std::optional<Time> KeeperSide::due(Time) const {
  std::optional<Time> soonest = link_.deadline();
  sooner(soonest, retry_);
  return soonest;
}

}  // namespace forever
