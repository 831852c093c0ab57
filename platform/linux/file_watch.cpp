// inotify(7). The tree of watched directories is kept as the kernel's numbers for them, each with its parent's and its name, so
// that a directory that is moved takes its subtree along.
//
// Paths of events are as of now, not as of the event; so a directory that is made and moved before it could be watched is found
// under its new name by the event of the move. What the kernel threw away (IN_Q_OVERFLOW) is made up for by walking the tree again.
// One piece: one kernel interface, and the tree that its numbers mean.
#include "platform/file_watch.hpp"

#include <sys/inotify.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <cstring>
#include <unordered_map>

#include "platform/files.hpp"
#include "platform/linux/proc.hpp"
#include "platform/mount_table.hpp"
#include "platform/posix/sys.hpp"
#include "platform/walk_tree.hpp"

namespace forever {
namespace {

constexpr std::uint32_t kEvents = IN_ATTRIB | IN_CLOSE_WRITE | IN_CREATE | IN_DELETE | IN_DELETE_SELF | IN_MODIFY |
                                  IN_MOVE_SELF | IN_MOVED_FROM | IN_MOVED_TO | IN_EXCL_UNLINK | IN_ONLYDIR;
constexpr Milliseconds kMissing{500};     // how often a root that is gone is looked for
constexpr int kMostReads = 16;            // of 64 KiB in one go, so that the caller stays responsive
constexpr std::size_t kMostTimes = 1024;  // files whose time is remembered
constexpr Milliseconds kSameMoment{
    1000};  // a time that a program sets to "now" may be in whole seconds, or late by its own delay

using Kind = FileChange::Kind;

std::string limit_text(const char* name) {
  const auto value = read_file(std::string{"/proc/sys/fs/inotify/"} + name);
  std::string text = std::string{"fs.inotify."} + name;
  if (value) text += " (" + value->substr(0, value->find('\n')) + ")";
  return text;
}

Error limit_error(const std::string& what, const char* name, const char* better) {
  return {"cannot watch " + what + ": the system's limit " + limit_text(name) + " is reached; `sysctl fs.inotify." +
              name + "=" + better + "` raises it",
          {}};
}

// Where a path may come to lead elsewhere: each link in it, by directory and name.
std::vector<std::pair<std::string, std::string>> links_in(const std::string& path) {
  std::vector<std::pair<std::string, std::string>> links;
  for (std::size_t slash = path.find('/', 1); !path.empty(); slash = path.find('/', slash + 1)) {
    const std::string prefix = path.substr(0, slash);
    struct stat found {};
    if (sys::fstatat(AT_FDCWD, prefix.c_str(), &found, AT_SYMLINK_NOFOLLOW) == 0 && S_ISLNK(found.st_mode)) {
      const std::size_t last = prefix.rfind('/');
      links.emplace_back(prefix.substr(0, std::max<std::size_t>(last, 1)), prefix.substr(last + 1));
    }
    if (slash == std::string::npos) break;
  }
  return links;
}

std::int64_t nanoseconds(const timespec& time) noexcept {
  return std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

class KernelWatch final : public FileWatch {
 public:
  KernelWatch(WatchPlan plan, Handle inotify) : plan_(std::move(plan)), inotify_(std::move(inotify)) {
    roots_.resize(plan_.roots.size());
  }

  Status begin() {
    for (std::size_t root = 0; root < roots_.size(); ++root) {
      if (Status armed = arm_root(root, nullptr); !armed) return armed;
    }
    return Done{};
  }

  [[nodiscard]] NativeHandle handle() const noexcept override { return inotify_.get(); }
  [[nodiscard]] std::optional<Time> deadline() const noexcept override { return retry_; }
  [[nodiscard]] std::size_t size() const noexcept override { return folders_.size(); }
  [[nodiscard]] Status take(Time now, std::vector<FileChange>& into) override;

 private:
  struct Folder {
    int parent = -1;   // the kernel's number; -1: this is a root
    std::string name;  // of a root: the whole path
    unsigned visit = 0;
  };
  struct Root {
    int number = -1;  // -1: it is not there
    bool stale = false;
  };
  struct Link {
    std::string name;
    std::size_t root = 0;
  };

  Status arm_root(std::size_t root, std::vector<FileChange>* found);
  Status arm(const std::string& path, int parent, std::string name, std::vector<FileChange>* found);
  Status watch_links(std::size_t root);
  Status rescan(std::vector<FileChange>& into);
  Status revive(Time now, std::vector<FileChange>& into);
  Status handle_event(const inotify_event& event, std::vector<FileChange>& into);
  Status folder_event(const inotify_event& event, const std::string& path, std::vector<FileChange>& into);
  void file_event(const inotify_event& event, std::string path, std::vector<FileChange>& into);
  void drop(int number);
  void lose_root(int number);
  [[nodiscard]] std::string path_of(int number) const;
  [[nodiscard]] bool touched(const std::string& path);
  void remember(const std::string& path);

  WatchPlan plan_;
  Handle inotify_;
  std::vector<Root> roots_;
  std::unordered_map<int, Folder> folders_;
  std::unordered_map<int, std::vector<Link>> links_;     // directories in which a link of a root's path stands
  std::unordered_map<std::size_t, std::int64_t> times_;  // of reported files: hash of the path, time of change
  std::optional<Time> retry_;
  unsigned visit_ = 0;
  bool overflown_ = false;
};

// The Error is that of a limit; a directory that cannot be watched for another reason is left out.
Status KernelWatch::arm(const std::string& path, int parent, std::string name, std::vector<FileChange>* found) {
  std::unordered_map<std::string, int> numbers;  // of the directories entered, for their children
  std::optional<Error> failed;
  TreeVisitor visitor;
  visitor.enter = [&](const std::string& folder) {
    const bool first = folder == path;
    const std::uint32_t link = first && parent < 0 ? 0U : std::uint32_t{IN_DONT_FOLLOW};
    const int number = FOREVER_SYS(inotify_add_watch, -1, inotify_.get(), folder.c_str(), kEvents | link);
    if (number < 0) {
      if (errno == ENOSPC)
        failed =
            limit_error("more than " + std::to_string(folders_.size()) + " directories", "max_user_watches", "1048576");
      if (errno == ENOMEM) failed = last_error("watch " + folder);
      return false;
    }
    const std::size_t slash = folder.rfind('/');
    Folder entry{parent, first ? name : folder.substr(slash + 1), visit_};
    if (!first) {
      const auto above = numbers.find(folder.substr(0, std::max<std::size_t>(slash, 1)));
      if (above != numbers.end()) entry.parent = above->second;
    }
    const auto [known, fresh] = folders_.try_emplace(number, entry);
    if (!fresh) {
      // The same directory, reached twice: through two roots that overlap, in a second walk, or by the news of its making when it
      // was found in its new parent already.
      const bool same = known->second.parent == entry.parent && known->second.name == entry.name;
      if (known->second.visit == visit_ || (known->second.parent == -1 && !first) || (same && found != nullptr))
        return false;
      known->second = std::move(entry);
      if (first && parent < 0 && found != nullptr) return false;  // another root has brought it, and told what is in it
    }
    numbers.emplace(folder, number);
    return true;
  };
  visitor.wants = [&](std::string_view below, bool directory) { return !failed && plan_.wants(below, directory); };
  if (found != nullptr)
    visitor.file = [&](const FoundFile& file) { found->push_back({file.path, Kind::writing, true}); };
  const int code = walk_tree(path, visitor);
  if (failed) return *failed;
  if (code != 0) return error_from(code, "read the directories below " + path);
  return Done{};
}

Status KernelWatch::arm_root(std::size_t root, std::vector<FileChange>* found) {
  const std::string& path = plan_.roots[root];
  roots_[root] = {};
  ++visit_;
  if (Status watched = watch_links(root); !watched) return watched;
  if (Status armed = arm(path, -1, path, found); !armed) return armed;
  // Its number: what the kernel gives for a directory that is watched already.
  const int number = FOREVER_SYS(inotify_add_watch, -1, inotify_.get(), path.c_str(), kEvents);
  if (number >= 0 && folders_.contains(number)) {
    roots_[root].number = number;
  } else {
    retry_ = steady_now() + kMissing;
  }
  return Done{};
}

Status KernelWatch::watch_links(std::size_t root) {
  for (auto& found : links_in(plan_.roots[root])) {
    const std::string& folder = found.first;
    std::string& name = found.second;
    const int number = FOREVER_SYS(inotify_add_watch, -1, inotify_.get(), folder.c_str(), kEvents);
    if (number < 0 && errno == ENOSPC) return limit_error(folder, "max_user_watches", "1048576");
    if (number < 0) continue;
    auto& links = links_[number];
    const bool known =
        std::ranges::any_of(links, [&](const Link& link) { return link.root == root && link.name == name; });
    if (!known) links.push_back({std::move(name), root});
  }
  return Done{};
}

std::string KernelWatch::path_of(int number) const {
  const auto found = folders_.find(number);
  if (found == folders_.end()) return {};
  if (found->second.parent == -1) return found->second.name;
  std::string path = path_of(found->second.parent);
  if (path != "/") path += '/';
  return path += found->second.name;
}

// Forgets a directory and all below it.
void KernelWatch::drop(int number) {
  const auto below = [&](int one) {
    while (one != number && one != -1) one = folders_.at(one).parent;
    return one == number;
  };
  std::vector<int> gone;
  for (const auto& [one, folder] : folders_) {
    if (below(one)) gone.push_back(one);
  }
  for (const int one : gone) {
    folders_.erase(one);
    if (!links_.contains(one)) (void)FOREVER_SYS(inotify_rm_watch, -1, inotify_.get(), one);
  }
}

void KernelWatch::lose_root(int number) {
  for (Root& root : roots_) {
    if (root.number != number) continue;
    root.number = -1;
    retry_ = Time{};  // at once: it may have been replaced already
  }
}

// Everything once more: directories that are known keep their watch, what is gone is forgotten.
Status KernelWatch::rescan(std::vector<FileChange>& into) {
  ++visit_;
  const unsigned before = visit_;
  for (std::size_t root = 0; root < roots_.size(); ++root) {
    const int number = roots_[root].number;
    if (Status armed = arm_root(root, nullptr); !armed) return armed;
    if (roots_[root].number != -1 || number != -1) into.push_back({plan_.roots[root], Kind::changed});
  }
  std::vector<int> stale;
  for (const auto& [number, folder] : folders_) {
    if (folder.visit < before) stale.push_back(number);
  }
  for (const int number : stale) {
    if (folders_.contains(number)) drop(number);
  }
  return Done{};
}

Status KernelWatch::revive(Time now, std::vector<FileChange>& into) {
  retry_.reset();
  for (std::size_t root = 0; root < roots_.size(); ++root) {
    if (roots_[root].stale) {
      const int number = roots_[root].number;
      if (number != -1) drop(number);
      if (Status armed = arm_root(root, nullptr); !armed) return armed;
      if (roots_[root].number != -1) into.push_back({plan_.roots[root], Kind::changed});
    } else if (roots_[root].number == -1) {
      if (Status armed = arm_root(root, &into); !armed) return armed;
    }
  }
  const bool missing = std::ranges::any_of(roots_, [](const Root& root) { return root.number == -1; });
  if (missing) retry_ = now + kMissing;
  return Done{};
}

Status KernelWatch::take(Time now, std::vector<FileChange>& into) {
  alignas(inotify_event) std::array<char, 65536> buffer;
  for (int reads = 0; reads < kMostReads; ++reads) {
    const ssize_t got = sys::uninterrupted([&] { return sys::read(inotify_.get(), buffer.data(), buffer.size()); });
    if (got <= 0) break;
    for (std::size_t at = 0; at + sizeof(inotify_event) <= static_cast<std::size_t>(got);) {
      const auto* const event = reinterpret_cast<const inotify_event*>(buffer.data() + at);
      at += sizeof(inotify_event) + event->len;
      if (Status handled = handle_event(*event, into); !handled) return handled;
    }
  }
  if (overflown_) {
    overflown_ = false;
    if (Status scanned = rescan(into); !scanned) return scanned;
  }
  return retry_ && *retry_ <= now ? revive(now, into) : Status{Done{}};
}

Status KernelWatch::handle_event(const inotify_event& event, std::vector<FileChange>& into) {
  if ((event.mask & IN_Q_OVERFLOW) != 0) {
    overflown_ = true;
    return Done{};
  }
  const std::string_view name{event.len > 0 ? event.name : ""};
  if (const auto links = links_.find(event.wd); links != links_.end()) {
    if ((event.mask & IN_IGNORED) != 0) {
      links_.erase(links);
    } else if ((event.mask & (IN_CREATE | IN_MOVED_TO)) != 0) {
      for (const Link& link : links->second) {
        if (link.name != name) continue;
        roots_[link.root].stale = true;
        retry_ = Time{};
      }
    }
  }
  const auto folder = folders_.find(event.wd);
  if (folder == folders_.end()) return Done{};
  if ((event.mask & (IN_IGNORED | IN_MOVE_SELF)) != 0) {
    // A root that was moved is missing from its place; the move of any other directory is reported by its parent.
    if ((event.mask & IN_MOVE_SELF) != 0 && folder->second.parent != -1) return Done{};
    lose_root(event.wd);
    if ((event.mask & IN_MOVE_SELF) != 0)
      drop(event.wd);
    else
      folders_.erase(folder);
    return Done{};
  }
  if (name.empty()) return Done{};
  std::string path = path_of(event.wd);
  if (path != "/") path += '/';
  path += name;
  if ((event.mask & IN_ISDIR) != 0) return folder_event(event, path, into);
  file_event(event, std::move(path), into);
  return Done{};
}

Status KernelWatch::folder_event(const inotify_event& event, const std::string& path, std::vector<FileChange>& into) {
  if (!plan_.wants(path, true)) return Done{};
  if ((event.mask & IN_MOVED_FROM) != 0) {
    const auto child = std::ranges::find_if(folders_, [&](const auto& entry) {
      return entry.second.parent == event.wd && entry.second.name == event.name;
    });
    if (child != folders_.end()) drop(child->first);
    into.push_back({path, Kind::removed});
  }
  if ((event.mask & (IN_CREATE | IN_MOVED_TO)) == 0) return Done{};
  ++visit_;
  return arm(path, event.wd, event.name, &into);
}

void KernelWatch::file_event(const inotify_event& event, std::string path, std::vector<FileChange>& into) {
  if (!plan_.wants(path, false)) return;
  if ((event.mask & (IN_MOVED_FROM | IN_DELETE)) != 0) {
    into.push_back({std::move(path), Kind::removed});
  } else if ((event.mask & (IN_CREATE | IN_MODIFY)) != 0) {
    into.push_back({std::move(path), Kind::writing, (event.mask & IN_CREATE) != 0});
  } else if ((event.mask & (IN_CLOSE_WRITE | IN_MOVED_TO)) != 0) {
    remember(path);
    into.push_back({std::move(path), (event.mask & IN_MOVED_TO) != 0 ? Kind::changed : Kind::closed});
  } else if ((event.mask & IN_ATTRIB) != 0 && touched(path)) {
    into.push_back({std::move(path), Kind::changed});
  }
}

void KernelWatch::remember(const std::string& path) {
  struct stat found {};
  if (sys::fstatat(AT_FDCWD, path.c_str(), &found, AT_SYMLINK_NOFOLLOW) != 0) return;
  if (times_.size() >= kMostTimes) times_.clear();
  times_[std::hash<std::string>{}(path)] = nanoseconds(found.st_mtim);
}

// Whether the attribute that has changed is the file's time, set to now (touch(1)), and not its mode or owner, which editors set
// behind a save: the time of such a file is either old, or was already reported.
bool KernelWatch::touched(const std::string& path) {
  struct stat found {};
  if (sys::fstatat(AT_FDCWD, path.c_str(), &found, AT_SYMLINK_NOFOLLOW) != 0) return false;
  // The kernel's own stamp is from its coarse clock, so a time that a program read may be the later one.
  const std::int64_t apart = std::abs(nanoseconds(found.st_ctim) - nanoseconds(found.st_mtim));
  if (apart > std::chrono::nanoseconds{kSameMoment}.count()) return false;
  const auto known = times_.find(std::hash<std::string>{}(path));
  if (known != times_.end() && known->second == nanoseconds(found.st_mtim)) return false;
  remember(path);
  return true;
}

}  // namespace

Result<std::unique_ptr<FileWatch>> watch_by_kernel(WatchPlan plan) {
  const std::string mounts = proc::read_whole("/proc/self/mountinfo");
  for (const std::string& root : plan.roots) {
    if (const std::string type = file_system_type(mounts, canonical_path(root)); is_changed_from_elsewhere(type))
      return Error{root + " is on " + type + ", where the kernel does not report changes of other hosts", {}};
  }
  Handle inotify{FOREVER_SYS(inotify_init1, -1, IN_NONBLOCK | IN_CLOEXEC)};
  if (!inotify) {
    // EMFILE means both: too few descriptors for this process, too many watchers of this user.
    const int code = errno;
    const Handle spare{sys::open("/dev/null", O_RDONLY | O_CLOEXEC)};
    if (code == EMFILE && spare) return limit_error("for changes", "max_user_instances", "1024");
    return error_from(code, "watch for changes");
  }
  auto watch = std::make_unique<KernelWatch>(std::move(plan), std::move(inotify));
  if (Status begun = watch->begin(); !begun) return begun.error();
  return Result<std::unique_ptr<FileWatch>>{std::move(watch)};
}

}  // namespace forever
