// Watching by looking: a number for each file's path and one for its state, compared with those of the look before.
#include <algorithm>
#include <optional>

#include "platform/file_watch.hpp"
#include "platform/walk_tree.hpp"

namespace forever {
namespace {

constexpr int kShare = 20;  // a scan takes at most one part in so many of the time

struct Seen {
  std::uint64_t path = 0, state = 0;
  friend bool operator==(const Seen&, const Seen&) = default;
};

class PollingWatch final : public FileWatch {
 public:
  PollingWatch(WatchPlan plan, Milliseconds interval) : plan_(std::move(plan)), interval_(interval) { (void)look({}); }

  [[nodiscard]] NativeHandle handle() const noexcept override { return kNoHandle; }
  [[nodiscard]] std::optional<Time> deadline() const noexcept override { return next_; }
  [[nodiscard]] std::size_t size() const noexcept override { return seen_.size(); }

  [[nodiscard]] Status take(Time now, std::vector<FileChange>& into) override {
    if (now < next_) return Done{};
    Tell tell;
    if (looked_) tell = [&](FileChange change) { into.push_back(std::move(change)); };
    (void)look(tell);
    return Done{};
  }

 private:
  using Tell = std::function<void(FileChange)>;

  // Without a receiver: the first scan.
  int look(const Tell& tell) {
    const Time begun = steady_now();
    std::vector<Seen> now;
    now.reserve(seen_.size());
    TreeVisitor visitor;
    visitor.enter = [](const std::string&) { return true; };
    visitor.wants = plan_.wants;
    std::vector<FileChange> changes;
    visitor.file = [&](const FoundFile& file) {
      const auto state = file.look();
      if (!state) return;
      const Seen seen{std::hash<std::string_view>{}(file.path), *state};
      now.push_back(seen);
      if (!tell) return;
      const auto before = std::ranges::lower_bound(seen_, seen.path, {}, &Seen::path);
      if (before == seen_.end() || *before != seen) changes.push_back({file.path, FileChange::Kind::changed});
    };
    int code = 0;
    for (const std::string& root : plan_.roots) {
      if (code == 0) code = walk_tree(root, visitor);
    }
    const Time done = steady_now();
    next_ = done + std::max<Time::duration>(interval_, kShare * (done - begun));
    if (code != 0) return code;  // the scan is incomplete; the next one will find the rest
    std::ranges::sort(now, {}, &Seen::path);
    const auto same = [](const Seen& a, const Seen& b) { return a.path == b.path; };  // where one root lies in another
    now.erase(std::unique(now.begin(), now.end(), same), now.end());
    if (tell) {
      const bool gone = std::ranges::any_of(
          seen_, [&](const Seen& seen) { return !std::ranges::binary_search(now, seen.path, {}, &Seen::path); });
      for (FileChange& change : changes) tell(std::move(change));
      if (gone) tell({{}, FileChange::Kind::removed});
    }
    now.shrink_to_fit();
    seen_ = std::move(now);
    looked_ = true;
    return 0;
  }

  WatchPlan plan_;
  Milliseconds interval_;
  std::vector<Seen> seen_;  // by path
  Time next_{};
  bool looked_ = false;
};

}  // namespace

std::unique_ptr<FileWatch> watch_by_polling(WatchPlan plan, Milliseconds interval) {
  return std::make_unique<PollingWatch>(std::move(plan), interval);
}

void for_each_watched_file(const WatchPlan& plan, const std::function<void(const std::string& path)>& each) {
  TreeVisitor visitor;
  visitor.enter = [](const std::string&) { return true; };
  visitor.wants = plan.wants;
  visitor.file = [&](const FoundFile& file) { each(file.path); };
  for (const std::string& root : plan.roots) (void)walk_tree(root, visitor);
}

}  // namespace forever
