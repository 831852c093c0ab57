#include "supervisor/present_status.hpp"

#include <tuple>

#include "app/log_paths.hpp"
#include "platform/users.hpp"

namespace forever {
namespace {

constexpr Milliseconds kLostLinesTold{1000};  // as often at most as the writers try again

}  // namespace

AppStatus PresentStatus::status() const {
  AppStatus status;
  status.name = app_.spec.name;
  status.id = app_.spec.id;
  status.app_namespace = app_.spec.app_namespace;
  static const std::string kOwnUser = user_name(effective_uid());  // reads /etc/passwd once, not at each restart
  status.spec_lost = app_.spec_lost;
  status.user = app_.spec.user.empty() ? kOwnUser : app_.spec.user;
  status.command = app_.command;
  status.directory = app_.spec.directory;
  std::tie(status.out_log, status.err_log) = log_paths(app_.state, app_.spec);
  status.desired = app_.desired;
  status.plan = app_.plan;
  status.keeper = app_.keeper;
  status.supervisor = app_.self;
  status.program_version = FOREVER_VERSION;
  status.host = app_.host;
  for (const Instance& instance : roster_) {
    status.instances.push_back(instance.status());
    const Notice& notice = holdings_.notices.of(instance.key());
    status.instances.back().ready = serving_.is_ready(instance);
    status.instances.back().says = notice.says;
    if (app_.spec.ready_when() == ReadyWhen::uptime && instance.life().state() == InstanceState::online)
      status.instances.back().ready_ms = to_ms(instance.life().started() + app_.spec.restart.min_uptime);
  }
  status.ports = holdings_.ports.records();
  status.last_exits = app_.last_exits;
  status.watching = app_.spec.watch.on;
  status.note = trouble();
  status.watched = watching_.extent();
  status.pipe_capacity = holdings_.outputs.pipe_capacity();
  status.dropped_bytes = holdings_.outputs.dropped_bytes();
  return status;
}

std::string PresentStatus::trouble() const {
  if (!holdings_.outputs.trouble().empty()) return holdings_.outputs.trouble();
  if (!holdings_.ports.trouble().empty()) return holdings_.ports.trouble();
  if (!watching_.trouble().empty() || !watching_.on() || app_.desired == Desired::stopped) return watching_.trouble();
  return roster_.all_at_rest() ? "waits for its files to change" : "";
}

std::string PresentStatus::word(Time now) const {
  const std::string waits = trouble();
  const std::string word = shown_state(status(), now);
  return word == to_string(InstanceState::stopped) && !waits.empty() ? waits : word;
}

bool PresentStatus::take_news(Time now) {
  bool news = false;
  if (holdings_.outputs.dropped_bytes() != told_dropped_ && now >= dropped_due_) {
    told_dropped_ = holdings_.outputs.dropped_bytes();
    dropped_due_ = now + kLostLinesTold;
    news = true;
  }
  if (std::string now_told = trouble(); now_told != told_trouble_) {
    if (!now_told.empty() && now_told == watching_.trouble()) app_.log_later(EventLevel::warning, now_told);
    told_trouble_ = std::move(now_told);
    news = true;
  }
  return news;
}

}  // namespace forever
