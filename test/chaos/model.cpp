// What commands promise.
#include "test/chaos/model.hpp"

#include <algorithm>
#include <optional>

namespace forever::chaos {
namespace {

// Whether the command is about this app; the others act on all of them.
bool concerns(const Done& done, std::size_t app, const std::vector<App>& apps) {
  if (done.words == Words{"START"}) return static_cast<std::size_t>(done.app) == app;
  if (done.words.size() == 1) return true;
  return std::find(done.words.begin() + 1, done.words.end(), apps[app].name) != done.words.end();
}

std::optional<Wanted> effect_of(const Done& done) {
  const std::string& verb = done.words[0];
  if (verb == "START" || verb == "start" || verb == "restart" || verb == "restartall" || verb == "resurrect")
    return Wanted::running;
  if (verb == "stop" || verb == "stopall") return Wanted::stopped;
  if (verb == "delete") return Wanted::absent;
  return std::nullopt;
}

// Asked of what is not there, or not running, it changes nothing and may well succeed.
bool may_change_nothing(const Done& done) {
  const std::string& verb = done.words[0];
  return verb == "restartall" || verb == "stopall" || verb == "resurrect";
}

}  // namespace

const char* name_of(Wanted wanted) {
  switch (wanted) {
    case Wanted::running: return "running";
    case Wanted::stopped: return "stopped";
    case Wanted::absent: return "absent";
  }
  return "";
}

void Model::learn(const Happened& happened, const std::vector<App>& apps) {
  for (std::size_t app = 0; app < apps.size(); ++app) learn_of(app, happened, apps);
}

void Model::learn_of(std::size_t app, const Happened& happened, const std::vector<App>& apps) {
  std::vector<const Done*> commands;
  for (const Done& done : happened.commands) {
    if (concerns(done, app, apps) && effect_of(done)) commands.push_back(&done);
  }
  std::sort(commands.begin(), commands.end(), [](const Done* a, const Done* b) { return a->begin < b->begin; });
  std::set<Wanted>& possible = admissible_[app];
  test::Clock::time_point busy_until{};
  for (const Done* done : commands) {
    const bool certain =
        done->begin > busy_until && done->result.exit_code == 0 && !done->killed && !may_change_nothing(*done);
    if (certain) possible.clear();
    possible.insert(*effect_of(*done));
    // It stops first, and then removes.
    if (*effect_of(*done) == Wanted::absent && !certain) possible.insert(Wanted::stopped);
    // A start that is answered "already online" during a stop has no effect, and so on.
    busy_until = std::max(busy_until, done->end);
  }
  const int number = static_cast<int>(app);
  if (happened.asked.contains(number)) possible.insert(Wanted::stopped);
  // The wanted state is unknown if the record was damaged and its supervisor died, or had none.
  if (happened.damaged.contains(number) && (happened.killed.contains(number) || possible != std::set{Wanted::running}))
    possible = {Wanted::running, Wanted::stopped, Wanted::absent};
}

}  // namespace forever::chaos
