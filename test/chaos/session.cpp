// Rounds, and what is kept of one that went wrong.
#include "test/chaos/session.hpp"

#include <sys/mount.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iostream>
#include <sstream>
#include <thread>

#include "test/support/sweep.hpp"

namespace forever::chaos {
namespace {

namespace fs = std::filesystem;
using test::Milliseconds;

constexpr Milliseconds kPatienceForCommands{40000};
constexpr Milliseconds kPatienceForCalm{15000};
constexpr Milliseconds kPatienceForLines{15000};
// A log writer that could not write tries again after a second: what begins meanwhile may lose its first lines.
constexpr Milliseconds kLogRetry{2000};

std::string copied(const fs::path& file, const fs::path& to) {
  fs::copy_file(file, to);
  return to.string();
}

std::vector<App> chosen(std::vector<App> apps, const std::vector<std::string>& names) {
  if (names.empty()) return apps;
  std::erase_if(apps, [&](const App& app) { return std::find(names.begin(), names.end(), app.name) == names.end(); });
  return apps;
}

fs::path program() { return fs::read_symlink("/proc/self/exe").parent_path() / "chaos-program"; }

// A small file system of its own at that place, which goes with the last process of the run; else why not.
std::string own_disk(const fs::path& place) {
  if (geteuid() != 0) return "no disk is filled: that needs root";
  fs::create_directory(place);
  fs::permissions(place, fs::perms::owner_all);
  if (mount("tmpfs", place.c_str(), "tmpfs", MS_NOSUID | MS_NODEV, "size=192m,mode=0700") != 0)
    return std::string("no disk is filled: mount: ") + std::strerror(errno);
  return "";
}

void copy_what_can_be_read(const fs::path& from, const fs::path& to) {
  std::error_code error;
  fs::create_directories(to, error);
  for (const auto& entry : fs::directory_iterator(from, error)) {
    const fs::path target = to / entry.path().filename();
    if (entry.is_symlink(error)) {
      fs::copy_symlink(entry.path(), target, error);
    } else if (entry.is_directory(error)) {
      copy_what_can_be_read(entry.path(), target);
    } else if (entry.is_regular_file(error) && entry.path().filename() != "filler") {
      fs::copy_file(entry.path(), target, error);
    }
  }
}

std::string text_of(const Done& done, test::Clock::time_point begin) {
  std::ostringstream text;
  const auto ms = [&](auto at) { return std::chrono::duration_cast<Milliseconds>(at - begin).count(); };
  text << ms(done.begin) << " to " << ms(done.end) << " ms, exit " << done.result.exit_code
       << (done.killed ? " (killed)" : "") << ":";
  for (const std::string& word : done.words) text << ' ' << word;
  text << "\n" << done.result.out << done.result.err << "\n";
  return text.str();
}

}  // namespace

Session::Session(const Settings& settings)
    : settings_(settings),
      world_(home_.scratch()),
      apps_(chosen(all_kinds(home_.scratch(), copied(program(), home_.scratch() / "chaos-program")), settings.apps)),
      stage_{home_,
             world_,
             apps_,
             copied(settings.binary, home_.scratch() / "forever"),
             kPatienceForCommands,
             home_.scratch() / "date"},
      model_(apps_.size()),
      lines_(home_.state() / "logs") {
  lacking_ = own_disk(home_.state());
  stage_.own_disk = lacking_.empty();
  test::write_file(stage_.date, "0");
  calm_.observed.assign(apps_.size(), Wanted::absent);
}

Session::~Session() {
  test::sweep(home_.scratch().parent_path());
  if (stage_.own_disk) umount2(home_.state().c_str(), MNT_DETACH);
}

Plan Session::plan_of(int round) const {
  Plan plan = plan_round(settings_.seed, round, apps_);
  std::erase_if(plan.steps, [&](const Step& step) {
    const std::string text = chaos::text_of(step, apps_);
    return std::any_of(settings_.left_out.begin(), settings_.left_out.end(),
                       [&](const std::string& word) { return text.find(word) != std::string::npos; });
  });
  return plan;
}

bool Session::play(int round) {
  std::vector<std::string> faults;
  const Plan plan = plan_of(round);
  revive(plan.revive, faults);
  Happened happened;
  if (faults.empty()) {
    happened = carry_out(stage_, plan);
    faults = happened.violations;
    model_.learn(happened, apps_);
    if (!happened.logs_lost.empty()) std::this_thread::sleep_for(kLogRetry);
    for (const int app : happened.logs_lost) lines_.forgive(apps_[static_cast<std::size_t>(app)]);
    for (const int app : happened.killed) lines_.may_repeat(apps_[static_cast<std::size_t>(app)]);
    become_calm(faults);
    look_at_programs(faults);
    if (round % 4 == 0) look_at_lines(faults);
  }
  ++counts_.rounds;
  counts_.steps += static_cast<long>(plan.steps.size());
  counts_.commands += static_cast<long>(happened.commands.size());
  if (!faults.empty()) tell(round, plan, happened, faults);
  return faults.empty();
}

// Whatever happened to it: the command that began it makes it run.
void Session::revive(bool stopped_too, std::vector<std::string>& faults) {
  for (std::size_t i = 0; i < apps_.size(); ++i) {
    if (calm_.observed[i] == Wanted::running || (calm_.observed[i] == Wanted::stopped && !stopped_too)) continue;
    Done start;
    start.words = {"START"};
    start.app = static_cast<int>(i);
    start.result = test::run(command_for(stage_, start.words, start.app));
    // A record that was damaged while there was no supervisor is refused, and the message names the remedy.
    if (start.result.err.find("forever delete") != std::string::npos) {
      (void)test::run(command_for(stage_, {"delete", apps_[i].name, "--keep-logs"}));
      start.result = test::run(command_for(stage_, start.words, start.app));
    }
    if (start.result.exit_code != 0)
      faults.push_back(apps_[i].name + " cannot be started again: exit code " + std::to_string(start.result.exit_code) +
                       ", " + start.result.out + start.result.err);
    model_.see(i, Wanted::running);
  }
  if (faults.empty()) become_calm(faults);
}

// At any one look something may be under way, as an app that crashes over and over is; a fault is what stays.
void Session::become_calm(std::vector<std::string>& faults) {
  std::vector<std::vector<std::string>> looks;
  const auto look = [&] {
    calm_ = look_at_calm(stage_, model_);
    looks.push_back(calm_.faults);
    return calm_.faults.empty();
  };
  if (!test::wait_until(look, kPatienceForCalm)) {
    std::vector<std::string> lasting = looks.back();
    for (std::size_t i = looks.size() - std::min<std::size_t>(looks.size(), 20); i < looks.size(); ++i) {
      std::erase_if(lasting, [&](const std::string& fault) {
        return std::find(looks[i].begin(), looks[i].end(), fault) == looks[i].end();
      });
    }
    faults.insert(faults.end(), lasting.begin(), lasting.end());
  }
  for (std::size_t i = 0; i < apps_.size(); ++i) model_.see(i, calm_.observed[i]);
}

// What the programs themselves have seen.
void Session::look_at_programs(std::vector<std::string>& faults) {
  for (const App& app : apps_) {
    const fs::path two = app.directory / "two";
    for (const std::string& line : test::lines_of(test::read_file(two)))
      faults.push_back(app.name + ": two trees at once: " + line);
    fs::remove(two);
  }
}

void Session::look_at_lines(std::vector<std::string>& faults) {
  for (const App& app : apps_) {
    std::vector<std::string> missing;
    (void)test::wait_until(
        [&] {
          missing = lines_.faults(app);
          return missing.empty();
        },
        kPatienceForLines);
    faults.insert(faults.end(), missing.begin(), missing.end());
    if (!missing.empty()) lines_.forgive(app);
  }
}

void Session::tell(int round, const Plan& plan, const Happened& happened, const std::vector<std::string>& faults) {
  std::ostringstream text;
  text << "seed " << settings_.seed << ", round " << round << ":\n";
  for (const std::string& fault : faults) text << "  violated: " << fault << '\n';
  text << "  actions:\n";
  for (const Step& step : plan.steps) text << "    " << chaos::text_of(step, apps_) << '\n';
  const fs::path place =
      settings_.evidence / ("seed-" + std::to_string(settings_.seed) + "-round-" + std::to_string(round));
  std::error_code error;
  fs::remove_all(place, error);
  copy_what_can_be_read(home_.state(), place / "home");
  std::ostringstream commands;
  const auto begin =
      happened.commands.empty()
          ? test::Clock::now()
          : std::min_element(happened.commands.begin(), happened.commands.end(), [](const Done& a, const Done& b) {
              return a.begin < b.begin;
            })->begin;
  for (const Done& done : happened.commands) commands << text_of(done, begin);
  test::write_file(place / "report", text.str());
  test::write_file(place / "commands", commands.str());
  test::write_file(place / "processes", chaos::text_of(calm_.processes));
  test::write_file(place / "list", calm_.list);
  std::cout << text.str() << "  evidence: " << place.string() << std::endl;
}

}  // namespace forever::chaos
