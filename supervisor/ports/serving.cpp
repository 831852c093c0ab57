#include "supervisor/ports/serving.hpp"

namespace forever {

bool Serving::is_ready(const Instance& instance) const {
  return app_.spec.ready_when() == ReadyWhen::notify ? notices_.of(instance.key()).ready : ports_.ready(instance.key());
}

bool Serving::may_serve(const Instance& instance) const {
  if (instance.role() != Role::serving || instance.life().state() != InstanceState::online) return false;
  const Notice& notice = notices_.of(instance.key());
  return !notice.stopping && (notice.ready || app_.spec.ready_when() != ReadyWhen::notify);
}

bool Serving::may_replace(const Instance& fresh, const Instance* old, Time now) const {
  if (fresh.life().state() != InstanceState::online) return false;
  const ReadyWhen when = app_.spec.ready_when();
  if (when == ReadyWhen::notify && !notices_.of(fresh.key()).ready) return false;
  const bool grown = now - fresh.life().started() >= app_.spec.restart.min_uptime;
  if (app_.spec.ready == ReadyWhen::uptime && !grown) return false;
  if (old != nullptr && !ports_.addresses(old->key()).empty())
    return ports_.ready(fresh.key()) && ports_.covers(fresh.key(), old->key());
  return when == ReadyWhen::notify || ports_.ready(fresh.key()) || (grown && app_.spec.ready != ReadyWhen::listen);
}

void Serving::tick(Time now) {
  for (const Instance& instance : roster_) {
    if (ports_.wants_look(instance.key(), now)) look_at_ports_of(instance, now);
  }
}

void Serving::look_at_ports_of(const Instance& instance, Time now) {
  if (instance.life().state() != InstanceState::online || notices_.of(instance.key()).stopping) {
    ports_.put_off_look(instance.key(), now);
  } else if (ports_.look_for_closed(link_, instance.key(), trees_.pids(instance), now)) {
    app_.dirty = true;
  }
}

std::optional<Time> Serving::due(Time) const { return ports_.deadline(); }

}  // namespace forever
