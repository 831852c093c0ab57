// The steps of a plan, by time, and the commands that run meanwhile.
#include "test/chaos/act.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <optional>

#include "test/chaos/random.hpp"

namespace forever::chaos {
namespace {

namespace fs = std::filesystem;
using test::Clock;
using test::Milliseconds;

std::string joined(const Words& words) {
  std::string text = "forever";
  for (const std::string& word : words) text += " " + word;
  return text;
}

class Performance {
 public:
  Performance(const Stage& stage, const Plan& plan) : stage_(stage), plan_(plan), begin_(Clock::now()) {}

  Happened perform() {
    std::size_t next = 0;
    while (next < plan_.steps.size() || !running_.empty() || !later_.empty()) {
      while (next < plan_.steps.size() && begin_ + Milliseconds(plan_.steps[next].at_ms) <= Clock::now()) {
        take(plan_.steps[next++]);
      }
      undo_what_is_due();
      collect();
      poll(nullptr, 0, 2);
    }
    remove_strangers();
    note_lost_pipes();
    return std::move(happened_);
  }

 private:
  struct Started {
    Done done;
    std::optional<Clock::time_point> to_kill;
    test::Running running;
  };
  struct Later {
    Clock::time_point at;
    std::function<void()> act;
  };

  [[nodiscard]] const App& app_of(const Step& step) const { return stage_.apps[static_cast<std::size_t>(step.app)]; }

  void take(const Step& step) {
    switch (step.what) {
      case What::command:
      case What::half_command: start(step); break;
      case What::signal: signal(step); break;
      case What::suspend: suspend(step); break;
      case What::damage: damage(step); break;
      case What::touch:
        test::write_file(app_of(step).watched, std::to_string(Clock::now().time_since_epoch().count()));
        break;
      case What::fill_disk: fill_disk(step); break;
      case What::move_clock: move_clock(step); break;
    }
  }

  void start(const Step& step) {
    Done done;
    done.words = step.words;
    done.app = step.app;
    done.begin = Clock::now();
    std::optional<Clock::time_point> to_kill;
    if (step.what == What::half_command) to_kill = done.begin + Milliseconds(step.duration_ms);
    if (step.words[0] == "flush" || (step.words[0] == "delete" && step.words.size() == 2))
      happened_.logs_lost.insert(step.app);
    running_.push_back(Started{std::move(done), to_kill, test::Running(command_for(stage_, step.words, step.app))});
  }

  void collect() {
    for (auto at = running_.begin(); at != running_.end();) {
      const auto now = Clock::now();
      const bool late = now > at->done.begin + stage_.patience;
      if (at->to_kill && now >= *at->to_kill && !at->running.has_ended()) {
        at->running.signal(SIGKILL);
        at->done.killed = true;
        at->to_kill.reset();
      }
      if (!late && !at->running.has_ended()) {
        ++at;
        continue;
      }
      at->done.end = Clock::now();
      if (late && !at->running.has_ended()) note_where_it_hangs(*at);
      at->done.result = at->running.wait(Milliseconds(late ? 0 : 1000));
      if (const std::string fault = fault_of(at->done); !fault.empty()) happened_.violations.push_back(fault);
      check_stop(at->done);
      happened_.commands.push_back(std::move(at->done));
      at = erase(at);
    }
  }

  // Running cannot be assigned, so the list is built again.
  std::vector<Started>::iterator erase(std::vector<Started>::iterator gone) {
    const auto index = gone - running_.begin();
    std::vector<Started> rest;
    rest.reserve(running_.size());
    for (auto at = running_.begin(); at != running_.end(); ++at) {
      if (at != gone) rest.push_back(std::move(*at));
    }
    running_.swap(rest);
    return running_.begin() + index;
  }

  void note_where_it_hangs(Started& started) {
    const std::string proc = "/proc/" + std::to_string(started.running.pid());
    happened_.violations.push_back(joined(started.done.words) + " has not ended after " +
                                   std::to_string(stage_.patience.count()) + " ms; it stands in " +
                                   test::read_file(proc + "/wchan") + ", " + test::read_file(proc + "/syscall"));
  }

  // `stopped` is reported only after all processes have ended, unless another request for the app came meanwhile.
  void check_stop(const Done& stop) {
    if (stop.words[0] != "stop" || stop.killed || stop.result.exit_code != 0) return;
    const auto overlaps = [&](const Done& other) { return &other != &stop && other.end >= stop.begin; };
    if (std::any_of(happened_.commands.begin(), happened_.commands.end(), overlaps)) return;
    if (running_.size() > 1) return;
    for (const Process& process : stage_.world.look()) {
      if (process.kind != Kind::instance || process.app != stage_.apps[static_cast<std::size_t>(stop.app)].name)
        continue;
      happened_.violations.push_back(joined(stop.words) + " has returned with 0, but " + std::to_string(process.pid) +
                                     " lives: " + process.title + " [" + process.marker + "]");
    }
  }

  void undo_what_is_due() {
    for (std::size_t i = 0; i < later_.size();) {
      if (later_[i].at > Clock::now()) {
        ++i;
        continue;
      }
      const auto act = later_[i].act;
      later_.erase(later_.begin() + static_cast<std::ptrdiff_t>(i));
      act();
    }
  }

  void later(int milliseconds, std::function<void()> act) {
    later_.push_back({Clock::now() + Milliseconds(milliseconds), std::move(act)});
  }

  // Those of that role now, in the order in which they are to be met: the keeper first, so that it makes no new supervisor.
  [[nodiscard]] std::vector<int> pids_of(const Step& step) const {
    const bool both = step.role == Role::both || step.role == Role::all;
    std::vector<int> keepers;
    std::vector<int> rest;
    for (const Process& process : stage_.world.look()) {
      if (process.app != app_of(step).name) continue;
      if (process.kind == Kind::keeper && (step.role == Role::keeper || both)) keepers.push_back(process.pid);
      if (process.kind == Kind::supervisor && (step.role == Role::supervisor || both)) rest.push_back(process.pid);
      if (process.kind != Kind::instance) continue;
      const bool wanted = (step.role == Role::instance && process.leader && process.slot == step.slot) ||
                          (step.role == Role::all && process.leader) ||
                          (step.role == Role::descendants && !process.leader);
      if (wanted) rest.push_back(process.pid);
    }
    keepers.insert(keepers.end(), rest.begin(), rest.end());
    return keepers;
  }

  // A FIFO is empty once the last process that had it open is gone.
  void note_lost_pipes() {
    for (const int app : keeper_killed_) {
      const bool crashes = stage_.apps[static_cast<std::size_t>(app)].crashes;
      if (supervisor_killed_.contains(app) && (crashes || instance_killed_.contains(app)))
        happened_.logs_lost.insert(app);
    }
  }

  void signal(const Step& step) {
    const bool both = step.role == Role::both || step.role == Role::all;
    if (step.role == Role::keeper || both) keeper_killed_.insert(step.app);
    if (step.role == Role::supervisor || both) supervisor_killed_.insert(step.app);
    if (step.role == Role::instance || step.role == Role::all) instance_killed_.insert(step.app);
    if (step.role != Role::instance && step.role != Role::descendants) {
      happened_.killed.insert(step.app);
      if (step.signal == SIGTERM) happened_.asked.insert(step.app);
    }
    for (const int pid : pids_of(step)) stage_.world.signal(pid, step.signal);
  }

  void suspend(const Step& step) {
    const std::vector<int> pids = pids_of(step);
    for (const int pid : pids) stage_.world.signal(pid, SIGSTOP);
    later(step.duration_ms, [this, pids] {
      for (const int pid : pids) stage_.world.signal(pid, SIGCONT);
    });
  }

  void damage(const Step& step) {
    const fs::path state = stage_.home.state();
    std::error_code error;
    if (step.files.empty()) {
      for (int app = 0; app < static_cast<int>(stage_.apps.size()); ++app) lose(app, true);
      for (const auto& entry : fs::directory_iterator(state, error)) fs::remove_all(entry.path(), error);
      return;
    }
    const App& next = stage_.apps[(static_cast<std::size_t>(step.app) + 1) % stage_.apps.size()];
    for (const std::string& file : step.files) {
      const bool everybody = file.find("NAME") == std::string::npos;
      const bool lines = file.starts_with("logs") || file.ends_with(".fifo") || file == "apps/NAME";
      for (int app = 0; app < static_cast<int>(stage_.apps.size()); ++app) {
        if (everybody || app == step.app) lose(app, lines);
      }
      harm(state / filled_in(file, app_of(step).name), state / filled_in(file, next.name), step);
    }
  }

  void lose(int app, bool lines) {
    happened_.damaged.insert(app);
    if (lines) happened_.logs_lost.insert(app);
  }

  // A replacement of a file that no process has removed: it stayed for the rest of the round.
  void remove_strangers() const {
    for (const auto& [file, type] : strangers_) {
      std::error_code error;
      if (fs::symlink_status(file, error).type() == type) fs::remove_all(file, error);
    }
  }

  void harm(const fs::path& file, const fs::path& copied, const Step& step) {
    std::error_code error;
    const fs::file_type before = fs::symlink_status(file, error).type();
    if (step.harm == Harm::truncate || step.harm == Harm::garbage || step.harm == Harm::another_apps) {
      if (!fs::is_regular_file(file, error)) return;
    }
    switch (step.harm) {
      case Harm::remove: fs::remove_all(file, error); break;
      case Harm::truncate: test::write_file(file, ""); break;
      case Harm::garbage: test::write_file(file, noise(step.noise)); break;
      case Harm::another_apps: test::write_file(file, test::read_file(copied)); break;
      case Harm::folder:
        fs::remove_all(file, error);
        fs::create_directory(file, error);
        break;
      case Harm::fifo:
        fs::remove_all(file, error);
        mkfifo(file.c_str(), 0600);
        break;
      case Harm::dangling_link:
      case Harm::endless_link:
        fs::remove_all(file, error);
        fs::create_symlink(step.harm == Harm::endless_link ? "/dev/zero" : "/nowhere/at/all", file, error);
        break;
    }
    const fs::file_type after = fs::symlink_status(file, error).type();
    if (after != before && after != fs::file_type::not_found) strangers_.emplace_back(file, after);
  }

  static std::string noise(std::uint64_t seed) {
    Random random(seed, 0);
    std::string bytes(static_cast<std::size_t>(random.between(1, 4000)), '\0');
    for (char& byte : bytes) byte = static_cast<char>(random.below(256));
    return bytes;
  }

  void fill_disk(const Step& step) {
    if (!stage_.own_disk) return;
    const fs::path filler = stage_.home.state() / "filler";
    const int file = open(filler.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    if (file < 0) return;
    const std::vector<char> block(1 << 16, 'f');
    while (write(file, block.data(), block.size()) > 0) {
    }
    while (write(file, block.data(), 512) > 0) {
    }
    close(file);
    for (int app = 0; app < static_cast<int>(stage_.apps.size()); ++app) lose(app, true);
    later(step.duration_ms, [filler] {
      std::error_code error;
      fs::remove(filler, error);
    });
  }

  void move_clock(const Step& step) {
    test::write_file(stage_.date, std::to_string(step.seconds));
    later(step.duration_ms, [this] { test::write_file(stage_.date, "0"); });
  }

  const Stage& stage_;
  const Plan& plan_;
  Clock::time_point begin_;
  std::vector<Started> running_;
  std::vector<Later> later_;
  std::vector<std::pair<fs::path, fs::file_type>> strangers_;
  std::set<int> keeper_killed_;
  std::set<int> supervisor_killed_;
  std::set<int> instance_killed_;
  Happened happened_;
};

}  // namespace

test::Command command_for(const Stage& stage, const Words& words, int app) {
  const bool start = words == Words{"START"};
  test::Command command = stage.home.command(start ? stage.apps[static_cast<std::size_t>(app)].start_words() : words);
  command.argv[0] = stage.binary;
  command.environment["FOREVER_FAULT_DATE"] = stage.date.string();
  command.deadline = stage.patience;
  return command;
}

Happened carry_out(const Stage& stage, const Plan& plan) { return Performance(stage, plan).perform(); }

std::string fault_of(const Done& done) {
  if (done.killed) return "";
  const test::Result& result = done.result;
  const std::string what = joined(done.words) + " ";
  if (result.timed_out) return what + "did not end in time; it has printed: " + result.out + result.err;
  if (result.signal != 0) return what + "died of signal " + std::to_string(result.signal);
  // `start NAME` of what is not on record looks for a program of that name.
  const bool no_program = result.exit_code == 127 && done.words[0] == "start";
  if (result.exit_code != 0 && result.exit_code != 1 && result.exit_code != 3 && !no_program)
    return what + "exits with " + std::to_string(result.exit_code) + ": " + result.out + result.err;
  if (result.exit_code != 0 && !result.err.starts_with("forever: ") &&
      result.err.find("\nforever: ") == std::string::npos)
    return what + "exits with " + std::to_string(result.exit_code) + " and does not say why: " + result.out +
           result.err;
  return "";
}

}  // namespace forever::chaos
