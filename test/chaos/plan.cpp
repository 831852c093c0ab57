// Chooses the steps of a round. Most of them meet the same app, since trouble comes from what happens together.
#include "test/chaos/plan.hpp"

#include <signal.h>

#include <algorithm>

#include "test/chaos/random.hpp"

namespace forever::chaos {
namespace {

const char* name_of(Role role) {
  switch (role) {
    case Role::instance: return "an instance";
    case Role::descendants: return "what the instance has forked";
    case Role::supervisor: return "the supervisor";
    case Role::keeper: return "the keeper";
    case Role::both: return "keeper and supervisor";
    case Role::all: return "keeper, supervisor and instances";
  }
  return "";
}

const char* name_of(Harm harm) {
  switch (harm) {
    case Harm::remove: return "is removed";
    case Harm::truncate: return "is emptied";
    case Harm::garbage: return "is filled with noise";
    case Harm::folder: return "becomes a folder";
    case Harm::fifo: return "becomes a FIFO";
    case Harm::dangling_link: return "becomes a link to nothing";
    case Harm::endless_link: return "becomes a link to /dev/zero";
    case Harm::another_apps: return "becomes a copy of another app's";
  }
  return "";
}

std::string name_of_signal(int number) {
  switch (number) {
    case SIGKILL: return "KILL";
    case SIGTERM: return "TERM";
    case SIGSEGV: return "SEGV";
    default: return std::to_string(number);
  }
}

class Chooser {
 public:
  Chooser(std::uint64_t seed, int round, const std::vector<App>& apps)
      : random_(seed, static_cast<std::uint64_t>(round)), apps_(apps), focus_(below_apps()) {}

  Plan choose() {
    Plan plan;
    plan.revive = random_.percent(70);
    int at = 0;
    for (int count = random_.between(2, 8); count > 0; --count) {
      at += random_.one_of({0, 0, 0, 1, 3, 10, 30, 100, 300}) * random_.between(1, 3);
      for (Step& step : one_or_more()) {
        step.at_ms = at;
        plan.steps.push_back(std::move(step));
      }
    }
    return plan;
  }

 private:
  int below_apps() { return random_.below(static_cast<int>(apps_.size())); }
  int some_app() { return random_.percent(70) ? focus_ : below_apps(); }

  std::vector<Step> one_or_more() {
    const int kind = random_.below(100);
    if (kind < 30) return {command(some_app())};
    if (kind < 36) return {half_command()};
    if (kind < 42) return storm();
    if (kind < 67) return {kill()};
    if (kind < 72) return {suspend()};
    if (kind < 93) return {damage()};
    if (kind < 96) return {touch()};
    if (kind < 98) return {of(What::fill_disk, random_.between(50, 1500))};
    Step clock = of(What::move_clock, random_.between(100, 2000));
    clock.seconds = random_.one_of({-86400, -3600, -10, -1, 1, 10, 3600, 86400, 400 * 86400});
    return {clock};
  }

  Step of(What what, int duration) {
    Step step;
    step.what = what;
    step.app = some_app();
    step.duration_ms = duration;
    return step;
  }

  Step command(int app) {
    Step step;
    step.app = app;
    const std::string& name = apps_[static_cast<std::size_t>(app)].name;
    const int verb = random_.below(100);
    if (verb < 20) {
      step.words = {"START"};
    } else if (verb < 26) {
      step.words = {"start", name};
    } else if (verb < 42) {
      step.words = {"stop", name};
    } else if (verb < 54) {
      step.words = {"restart", name};
    } else if (verb < 66) {
      step.words = {"reload", name};
    } else if (verb < 74) {
      const std::string count = std::to_string(random_.between(1, 4));
      step.words =
          apps_[static_cast<std::size_t>(app)].overlaps() ? Words{"scale", name, count} : Words{"restart", name};
    } else if (verb < 80) {
      step.words = {"delete", name, "--keep-logs"};
    } else if (verb < 86) {
      step.words = {"list"};
    } else {
      step.words = rare(name);
    }
    return step;
  }

  Words rare(const std::string& name) {
    switch (random_.below(14)) {
      case 0: return {"describe", name};
      case 1: return {"stop", "--force", name};
      case 2: return {"reset", name};
      case 3: return {"save"};
      case 4: return {"resurrect"};
      case 5: return {"upgrade", name};
      case 6: return {"logs", "-n", "3", name};
      case 7: return {"reopen", name};
      case 8: return {"restartall"};
      case 9: return {"stopall"};
      case 10: return {"list", "--json"};
      case 11: return {"flush", name};
      case 12: return {"delete", name};
      default: return {"pid", name};
    }
  }

  Step half_command() {
    Step step = command(some_app());
    step.what = What::half_command;
    step.duration_ms = random_.one_of({0, 1, 2, 4, 8, 16, 64, 250});
    return step;
  }

  // Ten commands at the same moment: all of one app, or of all.
  std::vector<Step> storm() {
    const int app = some_app();
    const bool one_app = random_.percent(70);
    std::vector<Step> steps;
    for (int i = 0; i < 10; ++i) steps.push_back(command(one_app ? app : below_apps()));
    return steps;
  }

  Step kill() {
    Step step = of(What::signal, 0);
    step.role = random_.one_of({Role::instance, Role::instance, Role::supervisor, Role::supervisor, Role::supervisor,
                                Role::keeper, Role::keeper, Role::both, Role::both, Role::all, Role::descendants});
    const bool watchers = step.role == Role::supervisor || step.role == Role::keeper;
    step.signal = random_.percent(80) ? SIGKILL : watchers ? SIGTERM : random_.one_of({SIGTERM, SIGSEGV});
    if (step.role == Role::both || step.role == Role::all) step.signal = SIGKILL;
    step.slot = random_.below(apps_[static_cast<std::size_t>(step.app)].instances);
    return step;
  }

  Step suspend() {
    Step step = of(What::suspend, random_.one_of({20, 200, 1000, 3000}));
    step.role = random_.one_of({Role::instance, Role::supervisor, Role::supervisor, Role::keeper, Role::both});
    return step;
  }

  Step damage() {
    Step step = of(What::damage, 0);
    if (random_.percent(30)) {
      step.files = several_files();
      return step;
    }
    const std::string file = random_.one_of<const char*>({"apps/NAME/spec.json",
                                                          "apps/NAME/spec.json",
                                                          "apps/NAME/status.json",
                                                          "apps/NAME/status.json",
                                                          "apps/NAME/status.json~",
                                                          "apps/NAME/control",
                                                          "apps/NAME/out.fifo",
                                                          "apps/NAME/err.fifo",
                                                          "apps/NAME",
                                                          "locks/NAME",
                                                          "locks/NAME",
                                                          "locks/NAME",
                                                          "locks",
                                                          "pids/NAME-0.pid",
                                                          "pids",
                                                          "ids",
                                                          "logs/NAME.out.log",
                                                          "logs/NAME.forever.log",
                                                          "logs",
                                                          "saved.json",
                                                          ""});
    if (!file.empty()) step.files = {file};
    step.harm = random_.one_of({Harm::remove, Harm::remove, Harm::remove, Harm::remove, Harm::truncate, Harm::garbage,
                                Harm::folder, Harm::fifo, Harm::dangling_link, Harm::endless_link, Harm::another_apps});
    step.noise = static_cast<std::uint64_t>(random_.below(1 << 30));
    return step;
  }

  // Removed together: what tells of an app is lost by halves.
  Words several_files() {
    Words files;
    for (const char* file : {"apps/NAME/spec.json", "apps/NAME/status.json", "apps/NAME/status.json~",
                             "apps/NAME/control", "locks/NAME", "pids/NAME-0.pid"}) {
      if (random_.percent(60)) files.emplace_back(file);
    }
    if (files.empty()) files.emplace_back("apps/NAME/spec.json");
    return files;
  }

  Step touch() {
    Step step = of(What::touch, 0);
    const auto watched = std::find_if(apps_.begin(), apps_.end(), [](const App& app) { return !app.watched.empty(); });
    step.app = static_cast<int>(watched - apps_.begin());
    return step;
  }

  Random random_;
  const std::vector<App>& apps_;
  int focus_;
};

std::string after_blanks(const Words& words) {
  std::string text;
  for (const std::string& word : words) text += " " + word;
  return text;
}

}  // namespace

std::string filled_in(std::string file, const std::string& name) {
  if (const auto at = file.find("NAME"); at != std::string::npos) file.replace(at, 4, name);
  return file;
}

Plan plan_round(std::uint64_t seed, int round, const std::vector<App>& apps) {
  return Chooser(seed, round, apps).choose();
}

std::string text_of(const Step& step, const std::vector<App>& apps) {
  const std::string& app = apps[static_cast<std::size_t>(step.app)].name;
  const std::string command =
      "forever" + (step.words == Words{"START"} ? " start ... --name " + app + " ..." : after_blanks(step.words));
  const std::string duration = std::to_string(step.duration_ms) + " ms";
  std::string text = "at " + std::to_string(step.at_ms) + " ms: ";
  switch (step.what) {
    case What::command: return text + command;
    case What::half_command: return text + command + ", killed after " + duration;
    case What::signal:
      return text + name_of_signal(step.signal) + " to " + name_of(step.role) + " of " + app +
             (step.role == Role::instance ? ", slot " + std::to_string(step.slot) : "");
    case What::suspend: return text + name_of(step.role) + " of " + app + " stands still for " + duration;
    case What::damage: {
      if (step.files.empty()) return text + "the whole state directory is removed";
      for (const std::string& file : step.files) text += filled_in(file, app) + " ";
      return text + name_of(step.harm);
    }
    case What::touch: return text + "what " + app + " watches is written";
    case What::fill_disk: return text + "the disk is full for " + duration;
    case What::move_clock: return text + "the date is off by " + std::to_string(step.seconds) + " s for " + duration;
  }
  return text;
}

}  // namespace forever::chaos
