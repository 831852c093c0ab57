// What `--watch` means while an app is supervised: its trees are watched, and a change that counts restarts it, a quiet period
// after the last one. Where the kernel cannot watch (a limit is reached), the files are polled instead, which is reported.
#pragma once

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "app/spec.hpp"
#include "platform/event_loop.hpp"
#include "platform/file_watch.hpp"
#include "supervisor/decide/quiet_period.hpp"
#include "supervisor/watch/watch_filter.hpp"

namespace forever {

// One thing that was asked to be watched: a directory, a file, or a pattern.
struct WatchScope {
  std::string root;  // the directory to watch
  std::string base;  // where the rules stand: the app's cwd, or the root if that lies elsewhere
  std::string only;  // this file and nothing else, whatever the rules say
  std::string
      target;  // `only` is a link on the way to this file, or what it leads to: whether that is another now decides
  bool deep = true;  // directories below, too
  WatchFilter filter;
};

// What the settings come to; reads the ignore files. `directory` is the app's cwd.
[[nodiscard]] std::vector<WatchScope> watch_scopes(const WatchSettings& settings, const std::string& directory);
// Whether any scope wants it; for WatchPlan.
[[nodiscard]] bool wanted_by(const std::vector<WatchScope>& scopes, std::string_view path, bool directory);

class Watching {
 public:
  Watching(EventLoop& loop, std::uint64_t token) : loop_(loop), token_(token) {}
  Watching(const Watching&) = delete;
  Watching& operator=(const Watching&) = delete;
  ~Watching() { end(); }

  // Begins, changes to other settings, or ends, depending on them. `own` are files of the app's supervision, which never count. Returns when all
  // is watched: a later change is not missed.
  void use(const AppSpec& spec, OwnFiles own);
  [[nodiscard]] bool on() const noexcept { return watch_ != nullptr; }

  [[nodiscard]] std::optional<Time> deadline() const;
  [[nodiscard]] bool owns(std::uint64_t token) const noexcept { return token == token_; }
  void readable(Time now);
  // Whether the app is to be restarted now, and why: "src/main.js and 2 more files have changed".
  [[nodiscard]] std::optional<std::string> due(Time now);

  // The files of which due() told last, for the program: one on each line, relative to where it runs; 4 KiB at most, then "and N more".
  [[nodiscard]] const std::string& changed_files() const noexcept { return told_; }

  // What is wrong, for people: the limit that was reached. Empty: nothing.
  [[nodiscard]] const std::string& trouble() const noexcept { return trouble_; }
  // "12 directories", "340 files, polled every 1s".
  [[nodiscard]] std::string extent() const;

 private:
  void end();
  void arm();
  void arm_as_user();
  void poll(Milliseconds interval);
  [[nodiscard]] WatchPlan plan() const;
  void take(Time now);
  [[nodiscard]] std::string words() const;
  [[nodiscard]] std::string names() const;
  [[nodiscard]] std::string advice(Time now);
  [[nodiscard]] bool contents_differ();
  void forget_passing();
  void follow_links();

  EventLoop& loop_;
  std::uint64_t token_;
  WatchSettings settings_;
  std::string directory_;
  OwnFiles own_;
  std::optional<Credentials> user_;  // with whose rights files are looked at; nothing: ours
  // Shared with the plan of the watch, which may outlive a change of settings by a moment.
  std::shared_ptr<const std::vector<WatchScope>> scopes_;
  std::unique_ptr<FileWatch> watch_;
  bool polls_ = false;
  QuietPeriod quiet_;
  std::set<std::string> changed_;
  std::string told_;
  std::set<std::string> fresh_;  // of these, the files that were not there before
  std::string last_changed_;     // the file that the last restart was for,
  Time last_due_{};              // when that was,
  int repeats_ = 0;              // and how often in a row it had been the same, and soon
  bool rules_changed_ = false;
  Time noise_since_{};          // the first of a row of news of no interest
  int noise_ = 0;               // how many there were since
  std::optional<Time> resume_;  // there were too many: the kernel is not asked again before
  // By the path as it was given: what a file that is reached by links was when we last looked.
  std::unordered_map<std::string, std::uint64_t> targets_;
  std::unordered_map<std::size_t, std::uint64_t> contents_;  // with --watch-hash: by the hash of the path
  std::string trouble_;
};

}  // namespace forever
