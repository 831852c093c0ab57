// Bringing many apps to where they are wanted, wave by wave: a wave is what depends on nothing but earlier waves.
#include "cli/apps_file/bring.hpp"

#include <algorithm>

#include "app/environment.hpp"
#include "app/ids.hpp"
#include "cli/apps/stop_each.hpp"
#include "cli/new_spec.hpp"
#include "client/ask.hpp"
#include "client/caller.hpp"
#include "client/launch.hpp"
#include "client/readiness.hpp"
#include "client/traces.hpp"
#include "client/view.hpp"
#include "platform/files.hpp"
#include "platform/guarded_folder.hpp"
#include "text/printable.hpp"

namespace forever::cli {
namespace {

// The environment that the files named by it give is part of what the file declares.
void declare_environment(const AppRequest& request, const AppSpec& spec, std::vector<std::string>& declared) {
  if (request.environment_files.empty()) return;
  for (const std::string& path : request.environment_files) {
    const auto text = read_given_file(path, other_user_of(spec));
    const auto entries =
        text ? parse_env_file(*text, path) : Result<std::vector<std::string>>{std::vector<std::string>{}};
    if (!entries) continue;
    for (const std::string& entry : *entries) {
      if (std::find(spec.environment.begin(), spec.environment.end(), entry) != spec.environment.end())
        declared.push_back("env " + entry);
    }
  }
  std::sort(declared.begin(), declared.end());
  declared.erase(std::unique(declared.begin(), declared.end()), declared.end());
}

class Bringing {
 public:
  Bringing(const StateDirectory& state, std::vector<Wanted>& apps, const BringHow& how)
      : state_(state), apps_(apps), how_(how), outcomes_(apps.size()), pids_(apps.size()), needed_(apps.size()) {
    for (std::size_t i = 0; i < apps.size(); ++i) place_.emplace(apps[i].spec.name, i);
  }

  std::vector<Outcome> run() {
    if (const Status claimed = claim(); !claimed) {
      for (std::size_t i = 0; i < apps_.size(); ++i) fail(i, claimed.error().message());
      return std::move(outcomes_);
    }
    for (const std::vector<std::size_t>& wave : waves()) {
      start_all(wave);
      change_all(wave);
      for (const std::size_t i : wave) {
        if (apps_[i].step == Step::leave) outcomes_[i] = {apps_[i].spec.name, apps_[i].ok, apps_[i].text};
        if (needed_[i] && apps_[i].step != Step::leave) await(i);
      }
    }
    if (how_.wait) {
      for (std::size_t i = 0; i < apps_.size(); ++i) await(i);
    }
    return std::move(outcomes_);
  }

 private:
  void fail(std::size_t i, const std::string& why) {
    outcomes_[i] = {apps_[i].spec.name, false, printable(apps_[i].spec.name) + ": " + why};
  }

  Status claim() {
    std::vector<std::string> names;
    std::vector<std::size_t> places;
    for (std::size_t i = 0; i < apps_.size(); ++i) {
      if (apps_[i].known || apps_[i].step == Step::leave) continue;
      names.push_back(apps_[i].spec.name);
      places.push_back(i);
    }
    Traces traces{state_};
    const auto ids = claim_ids(state_, names, [&](const std::string& name) { return traces.lives(name); });
    if (!ids) return ids.error();
    for (std::size_t i = 0; i < places.size(); ++i) apps_[places[i]].spec.id = (*ids)[i];
    return Done{};
  }

  std::vector<std::vector<std::size_t>> waves() {
    std::vector<std::size_t> wave_of(apps_.size(), 0);
    std::vector<std::vector<std::size_t>> waves;
    for (std::size_t i = 0; i < apps_.size(); ++i) {
      for (const std::string& name : apps_[i].depends_on) {
        const std::size_t other = place_.at(name);
        needed_[other] = true;
        wave_of[i] = std::max(wave_of[i], wave_of[other] + 1);
      }
    }
    // The app that has run this command goes last, unless others have to wait for it.
    const auto caller = place_.find(calling_app(state_).value_or(std::string{}));
    if (caller != place_.end() && !needed_[caller->second]) wave_of[caller->second] = apps_.size();
    for (std::size_t i = 0; i < apps_.size(); ++i) {
      if (waves.size() <= wave_of[i]) waves.resize(wave_of[i] + 1);
      waves[wave_of[i]].push_back(i);
    }
    return waves;
  }

  // Whether all that it depends on is there; else that is its outcome.
  bool may_start(std::size_t i) {
    for (const std::string& name : apps_[i].depends_on) {
      if (outcomes_[place_.at(name)].ok) continue;
      fail(i, "not started: " + printable(name) + ", on which it depends, is not ready");
      return false;
    }
    return true;
  }

  void start_all(const std::vector<std::size_t>& wave) {
    std::vector<std::size_t> places;
    std::vector<const AppSpec*> specs;
    for (const std::size_t i : wave) {
      if (apps_[i].step != Step::start || !may_start(i)) continue;
      if (const auto failure = make_log_folders(apps_[i].spec)) {
        fail(i, failure->message);
        continue;
      }
      places.push_back(i);
      specs.push_back(&apps_[i].spec);
    }
    const auto launched = launch_apps(state_, specs);
    for (std::size_t at = 0; at < places.size(); ++at) note_start(places[at], launched[at]);
  }

  void note_start(std::size_t i, const Result<LaunchOutcome>& launched) {
    const AppSpec& spec = apps_[i].spec;
    if (!launched) return fail(i, launched.error().message());
    if (!launched->already && !launched->report.started)
      return fail(i, "cannot be started: " + launched->report.reason);
    pids_[i] = launched->report.pids;
    outcomes_[i] = {spec.name, true,
                    head(spec) + (launched->already ? " is already online" : " online") + pid_words(pids_[i])};
  }

  // What runs already goes on with its new settings, and then in the number that it is to have.
  void change_all(const std::vector<std::size_t>& wave) {
    std::vector<std::size_t> places;
    for (const std::size_t i : wave) {
      const Step step = apps_[i].step;
      if (step != Step::leave && step != Step::start && may_start(i)) places.push_back(i);
    }
    const auto asked = [&](std::size_t i) {
      const Step step = apps_[i].step;
      ControlRequest request;
      request.operation = step == Step::restart  ? Operation::restart
                          : step == Step::reload ? Operation::reload
                                                 : Operation::configure;
      request.new_spec = spec_to_json(apps_[i].spec);
      return request;
    };
    ask_all(places, asked);
    std::erase_if(places,
                  [&](std::size_t i) { return !outcomes_[i].ok || pids_[i].size() == apps_[i].spec.instances; });
    ask_all(places, [&](std::size_t i) {
      ControlRequest request;
      request.operation = Operation::scale;
      request.force = true;  // the file demands it
      request.count = static_cast<int>(apps_[i].spec.instances);
      return request;
    });
  }

  template <class Asked>
  void ask_all(const std::vector<std::size_t>& places, Asked asked) {
    if (places.empty()) return;
    std::vector<ControlTarget> targets;
    for (const std::size_t i : places) targets.push_back({apps_[i].spec.name, asked(i)});
    const auto progress = [&](const std::string&, const std::string& text) {
      if (!how_.quiet) tell(text);
    };
    const auto replies = ask_supervisors(state_, targets, progress);
    for (std::size_t at = 0; at < replies.size(); ++at) {
      const std::size_t i = places[at];
      const auto& reply = replies[at];
      if (!reply || !reply->ok) {
        fail(i, reply ? reply->text : reply.error().message());
        continue;
      }
      pids_[i] = reply->pids;
      const Step step = apps_[i].step;
      const char* const done = step == Step::restart ? " restarted" : step == Step::reload ? " reloaded" : " scaled";
      const std::string note = reply->text.empty() ? "" : "; " + reply->text;
      outcomes_[i] = {apps_[i].spec.name, true, head(apps_[i].spec) + done + pid_words(pids_[i]) + note};
    }
  }

  void await(std::size_t i) {
    if (!outcomes_[i].ok || pids_[i].empty()) return;
    const AppSpec& spec = apps_[i].spec;
    const Readiness readiness = await_ready(state_, spec.name, pids_[i], spec.restart.min_uptime,
                                            how_.patience.value_or(spec.ready_timeout), spec.ready_when());
    if (readiness.kind != Readiness::Kind::ready && !(readiness.kind == Readiness::Kind::ended && readiness.well))
      fail(i, readiness.reason);
    pids_[i].clear();
  }

  const StateDirectory& state_;
  std::vector<Wanted>& apps_;
  const BringHow& how_;
  std::vector<Outcome> outcomes_;
  std::vector<std::vector<Pid>> pids_;  // of what was started and has not been waited for
  std::vector<bool> needed_;            // by another app
  std::map<std::string, std::size_t> place_;
};

}  // namespace

Views views_by_name(const StateDirectory& state) {
  Views views;
  std::vector<AppView> all = view_apps(state, true);
  tell_adoptions(all);
  for (AppView& view : all) {
    std::string name = view.name;
    views.emplace(std::move(name), std::move(view));
  }
  return views;
}

std::variant<std::vector<Wanted>, Failure> wanted_apps(const StateDirectory& state, const AppsSource& source) {
  std::vector<Wanted> wanted;
  wanted.reserve(source.file.apps.size());
  for (const AppEntry& entry : source.file.apps) {
    const std::string& name = *entry.request.name;
    const auto wrong = [&](Failure failure) {
      failure.message = printable(name) + ": " + failure.message;
      return failure;
    };
    auto fresh = fresh_spec(entry.request);
    if (auto* failure = std::get_if<Failure>(&fresh)) return wrong(*failure);
    AppSpec& spec = std::get<AppSpec>(fresh);
    spec.name = name;
    if (auto failure = lay_over(entry.request, spec)) return wrong(*failure);
    if (auto failure = check_spec(spec)) return wrong(*failure);
    spec.apps_file = source.path;
    spec.depends_on = entry.depends_on;
    spec.declared = entry.declared;
    declare_environment(entry.request, spec, spec.declared);
    Wanted one{std::move(spec), entry.depends_on, Step::leave, {}, true, false};
    if (const auto recorded = state.read_spec(name)) {
      one.known = true;
      one.spec.id = recorded->id;
      one.spec.created_ms = recorded->created_ms;
    } else if (exists(state.spec_path(name))) {
      one.ok = false;
      one.text = printable(name) + ": " + recorded.error().message();
    }
    wanted.push_back(std::move(one));
  }
  return wanted;
}

std::variant<std::vector<Wanted>, Failure> wanted_apps(const StateDirectory& state, const std::string& word,
                                                       const SelectorOptions& which) {
  auto source = read_apps(word, which.environment_name, which.only);
  if (auto* failure = std::get_if<Failure>(&source)) return std::move(*failure);
  return wanted_apps(state, std::get<AppsSource>(source));
}

std::vector<Outcome> bring(const StateDirectory& state, std::vector<Wanted>& apps, const BringHow& how) {
  return Bringing(state, apps, how).run();
}

}  // namespace forever::cli
