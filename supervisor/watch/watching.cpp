// One piece: one class; the scopes that it watches are the rules by which it reads changes.
#include "supervisor/watch/watching.hpp"

#include <algorithm>
#include <cerrno>
#include <filesystem>

#include "platform/files.hpp"
#include "platform/user_rights.hpp"
#include "supervisor/watch/links.hpp"
#include "text/units.hpp"

namespace forever {
namespace {

constexpr const char* kIgnoreFile = "/.foreverignore";
constexpr Milliseconds kPollInstead{1000};
constexpr Milliseconds kBreath{10};  // between two looks at what is of no interest, if
constexpr int kNoise = 10;           // so many of them came within
constexpr Milliseconds kNoisy{100};
constexpr Milliseconds kAgainSoon{5000};               // after the last restart, and for the same file:
constexpr int kRepeats = 3;                            // too often for a user's saves
constexpr std::size_t kLargestIgnoreFile = 1U << 20U;  // bytes
constexpr std::size_t kMostNames = 4096;               // bytes of the names for the program,
constexpr std::size_t kRoomForMore = 32;               // with "and 12345 more"
constexpr std::size_t kLargestHashed = 16U << 20U;     // bytes; of a larger file size and time decide

bool lies_in(std::string_view path, std::string_view folder) {
  if (folder == "/") return path.starts_with('/');
  return path.starts_with(folder) && (path.size() == folder.size() || path[folder.size()] == '/');
}

std::string_view relative_to(std::string_view path, std::string_view folder) {
  if (folder != "/") path.remove_prefix(folder.size());
  if (path.starts_with('/')) path.remove_prefix(1);
  return path;
}

// Patterns given by path stand where the rules stand.
std::string_view ignore_line(std::string_view pattern, std::string_view base) {
  if (is_absolute(pattern) && lies_in(pattern, base) && base != "/") pattern.remove_prefix(base.size());
  return pattern;
}

WatchScope scope_for(const std::string& path, const std::string& directory) {
  WatchScope scope;
  const auto facts = facts_of(path);
  if (facts && !facts->directory) {
    scope.root = scope.base = folder_of(path);
    scope.only = path;
    scope.deep = false;
    return scope;
  }
  scope.root = path;
  if (!facts && is_pattern(path)) {
    const std::size_t special = path.find_first_of("*?[\\");
    const std::size_t slash = path.rfind('/', special);
    scope.root = path.substr(0, std::max<std::size_t>(slash, 1));
    scope.deep = path.find('/', special) != std::string::npos || path.find("**", special) != std::string::npos;
  }
  scope.base = lies_in(scope.root, directory) ? directory : scope.root;
  if (scope.root != path) scope.filter.add_wanted(relative_to(path, scope.base));
  return scope;
}

std::uint64_t content_hash(const std::string& path) {
  const auto text = read_file(path, kLargestHashed);
  if (text) return std::hash<std::string_view>{}(*text) | 1U;
  const auto facts = facts_of(path);
  if (!facts) return 0;  // it is gone
  return (facts->size * 31 + static_cast<std::uint64_t>(facts->modified_ms)) | 1U;
}

}  // namespace

std::vector<WatchScope> watch_scopes(const WatchSettings& settings, const std::string& directory) {
  std::vector<WatchScope> scopes;
  const std::vector<std::string> here{directory};
  for (const std::string& path : settings.paths.empty() ? here : settings.paths) {
    WatchScope scope = scope_for(path, directory);
    if (scope.only.empty()) {
      if (const auto rules = read_file(scope.base + kIgnoreFile, kLargestIgnoreFile)) scope.filter.add_rules(*rules);
      for (const std::string& pattern : settings.ignore) scope.filter.add_rule(ignore_line(pattern, scope.base));
      scope.filter.set_extensions(settings.extensions);
    }
    const std::vector<std::string> way = scope.only.empty() ? std::vector<std::string>{} : way_to(path);
    if (!way.empty()) scope.target = path;
    scopes.push_back(std::move(scope));
    for (const std::string& step : way) {
      if (step != path) scopes.push_back({folder_of(step), folder_of(step), step, path, false, {}});
    }
  }
  return scopes;
}

bool wanted_by(const std::vector<WatchScope>& scopes, std::string_view path, bool directory) {
  return std::ranges::any_of(scopes, [&](const WatchScope& scope) {
    if (!scope.only.empty()) return path == scope.only && (!directory || !scope.target.empty());
    if (!lies_in(path, scope.root)) return false;
    const std::string_view below = relative_to(path, scope.root);
    if (!scope.deep && (directory || below.find('/') != std::string_view::npos)) return false;
    return scope.filter.counts(relative_to(path, scope.base), directory) ||
           (!directory && path.ends_with(kIgnoreFile) &&
            path.size() == scope.base.size() + std::string_view{kIgnoreFile}.size());
  });
}

void Watching::use(const AppSpec& spec, OwnFiles own) {
  end();
  targets_.clear();
  settings_ = spec.watch;
  directory_ = spec.directory;
  own_ = std::move(own);
  user_ = settings_.on ? other_user_of(spec) : std::nullopt;
  if (settings_.on) arm_as_user();
}

// What the program's user may not see is not watched: links lead nowhere where that user could not go.
void Watching::arm_as_user() {
  const UserRights rights(user_);
  if (rights) return arm();
  trouble_ = "cannot watch with the rights of " + user_->user_name;
}

void Watching::end() {
  if (watch_ && watch_->handle() != kNoHandle) loop_.unwatch(watch_->handle());
  watch_.reset();
  polls_ = false;
  quiet_.clear();
  changed_.clear();
  fresh_.clear();
  contents_.clear();
  resume_.reset();
  rules_changed_ = false;
  trouble_.clear();
}

WatchPlan Watching::plan() const {
  WatchPlan plan;
  for (const WatchScope& scope : *scopes_) {
    if (std::ranges::find(plan.roots, scope.root) == plan.roots.end()) plan.roots.push_back(scope.root);
  }
  // Our own files may be known by a path through a link, and the roots by another.
  OwnFiles own = own_;
  for (const std::string& root : plan.roots) {
    std::error_code failed;
    const std::string real = std::filesystem::canonical(root, failed).string();
    if (!failed && real != root) own.add_alias(real, root);
  }
  plan.wants = [scopes = scopes_, own](std::string_view path, bool directory) {
    return wanted_by(*scopes, path, directory) && !own.has(path);
  };
  return plan;
}

void Watching::arm() {
  scopes_ = std::make_shared<const std::vector<WatchScope>>(watch_scopes(settings_, directory_));
  quiet_.set_period(settings_.delay);
  for (const WatchScope& scope : *scopes_) {
    if (!scope.target.empty()) targets_.try_emplace(scope.target, form_of(scope.target));
  }
  if (settings_.poll.count() > 0) {
    poll(settings_.poll);
  } else {
    auto watch = watch_by_kernel(plan());
    Status watched = Done{};
    if (watch) {
      watched = loop_.watch_readable((*watch)->handle(), token_);
      if (watched) watch_ = std::move(*watch);
    } else {
      watched = watch.error();
      if (watch.error().code.value() != ENOSYS) trouble_ = watch.error().message() + "; polling instead";
    }
    if (!watched) poll(kPollInstead);
  }
  if (settings_.hash) {
    for_each_watched_file(
        plan(), [&](const std::string& path) { contents_[std::hash<std::string>{}(path)] = content_hash(path); });
  }
}

void Watching::poll(Milliseconds interval) {
  polls_ = true;
  settings_.poll = interval;
  watch_ = watch_by_polling(plan(), interval);
}

std::optional<Time> Watching::deadline() const {
  if (!watch_) return std::nullopt;
  std::optional<Time> soonest = quiet_.deadline();
  for (const auto& other : {watch_->deadline(), resume_}) {
    if (other && (!soonest || *other < *soonest)) soonest = other;
  }
  return soonest;
}

void Watching::readable(Time now) {
  if (!watch_) return;
  const UserRights rights(user_);
  if (rights) take(now);
}

void Watching::take(Time now) {
  std::vector<FileChange> changes;
  const Status taken = watch_->take(now, changes);
  for (FileChange& change : changes) {
    if (change.path.ends_with(kIgnoreFile)) {
      rules_changed_ = rules_changed_ || change.kind != FileChange::Kind::closed;
      quiet_.note(change.path, change.kind, now);
      continue;
    }
    quiet_.note(change.path, change.kind, now, change.fresh);
    if (change.kind == FileChange::Kind::closed) continue;
    const auto [place, first] = changed_.insert(std::move(change.path));
    if (first && change.fresh) fresh_.insert(*place);
  }
  if (!taken) {
    trouble_ = taken.error().message() + "; polling instead";
    loop_.unwatch(watch_->handle());
    poll(kPollInstead);
    // What has changed from there to here is not known.
    changed_.insert(scopes_->front().root);
    quiet_.note(scopes_->front().root, FileChange::Kind::changed, now);
  } else if (changes.empty() && !polls_) {
    // A log that is ignored, say, which is written line by line: 200 looks a second are enough. The few files that an editor
    // makes beside the one that it saves must not delay that one.
    if (now - noise_since_ > kNoisy) {
      noise_since_ = now;
      noise_ = 0;
    }
    if (++noise_ <= kNoise) return;
    loop_.pause(watch_->handle());
    resume_ = now + kBreath;
  }
}

std::optional<std::string> Watching::due(Time now) {
  if (!watch_ || !deadline() || *deadline() > now) return std::nullopt;
  const UserRights rights(user_);
  if (!rights) return std::nullopt;
  if (resume_ && *resume_ <= now) {
    resume_.reset();
    loop_.resume(watch_->handle());
  }
  if (const auto look = watch_->deadline(); look && *look <= now) take(now);
  if (!quiet_.due(now)) return std::nullopt;
  follow_links();
  forget_passing();
  const bool counts = !changed_.empty() && (!settings_.hash || contents_differ());
  std::optional<std::string> why;
  if (counts) {
    why = words() + advice(now);
    told_ = names();
  }
  changed_.clear();
  if (rules_changed_) {
    const bool again = polls_ && !trouble_.empty();
    end();
    if (again) settings_.poll = Milliseconds{0};  // with fewer directories it may be possible again
    arm();
  }
  return why;
}

// A link that was exchanged counts if the file at its end is another, or in another form, and by that file's name. In the middle of an
// exchange it leads nowhere: the rest will be heard of.
void Watching::follow_links() {
  for (const WatchScope& scope : *scopes_) {
    if (scope.target.empty() || changed_.erase(scope.only) == 0) continue;
    fresh_.erase(scope.only);
    const std::uint64_t form = form_of(scope.target);
    if (form == 0) continue;
    rules_changed_ = true;  // other links are on the way now
    if (std::exchange(targets_[scope.target], form) != form) changed_.insert(scope.target);
  }
}

// A file that was created and removed meanwhile was part of saving another file: `sed -i` on an ignored one, for example.
void Watching::forget_passing() {
  for (const std::string& path : std::exchange(fresh_, {})) {
    if (!exists(path)) changed_.erase(path);
  }
}

// Of the changed files those are kept whose contents are others than before.
bool Watching::contents_differ() {
  const bool unnamed = std::ranges::any_of(changed_, [&](const std::string& path) {
    const auto facts = facts_of(path);
    if (facts) return facts->directory;
    return !contents_.contains(std::hash<std::string>{}(path));  // a directory, or what polling has no name for
  });
  if (unnamed) {
    std::unordered_map<std::size_t, std::uint64_t> now;
    for_each_watched_file(plan(),
                          [&](const std::string& path) { now[std::hash<std::string>{}(path)] = content_hash(path); });
    std::erase_if(contents_, [](const auto& entry) { return entry.second == 0; });
    const bool differ = now != contents_;
    contents_ = std::move(now);
    return differ;
  }
  std::erase_if(changed_, [&](const std::string& path) {
    const std::uint64_t now = content_hash(path);
    std::uint64_t& before = contents_[std::hash<std::string>{}(path)];
    return std::exchange(before, now) == now;
  });
  return !changed_.empty();
}

// A program that writes a watched file itself is restarted repeatedly by that.
std::string Watching::advice(Time now) {
  const std::string& first = *changed_.begin();
  repeats_ = first == last_changed_ && now - last_due_ < kAgainSoon ? repeats_ + 1 : 0;
  last_changed_ = first;
  last_due_ = now;
  if (repeats_ != kRepeats) return {};
  return ", now for the " + std::to_string(kRepeats + 1) +
         "th time in a row (if the program itself writes it, use --ignore " +
         std::string{first.substr(first.rfind('/') + 1)} + ")";
}

std::string Watching::words() const {
  const std::string& first = *changed_.begin();
  const bool whole = std::ranges::any_of(*scopes_, [&](const WatchScope& scope) { return scope.root == first; });
  if (whole) return "many files have changed";
  if (first.empty() && changed_.size() == 1) return "files were removed";
  const std::string& named = first.empty() ? *std::next(changed_.begin()) : first;
  std::string text{lies_in(named, directory_) ? relative_to(named, directory_) : std::string_view{named}};
  if (changed_.size() == 1) return text + " has changed";
  const std::size_t more = changed_.size() - 1;
  return text + " and " + std::to_string(more) + (more == 1 ? " more file" : " more files") + " have changed";
}

std::string Watching::names() const {
  std::string text;
  std::size_t left = changed_.size();
  for (const std::string& path : changed_) {
    const std::string name{lies_in(path, directory_) ? relative_to(path, directory_) : std::string_view{path}};
    const std::string line = (text.empty() ? "" : "\n") + (name.empty() ? std::string{"."} : name);
    if (text.size() + line.size() + kRoomForMore > kMostNames) return text + "\nand " + std::to_string(left) + " more";
    text += line;
    --left;
  }
  return text;
}

std::string Watching::extent() const {
  if (!watch_) return {};
  const std::string count = std::to_string(watch_->size());
  if (polls_)
    return count + (watch_->size() == 1 ? " file" : " files") + ", polled every " + format_duration(settings_.poll);
  return count + (watch_->size() == 1 ? " directory" : " directories");
}

}  // namespace forever
