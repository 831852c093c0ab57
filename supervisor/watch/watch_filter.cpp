#include "supervisor/watch/watch_filter.hpp"

#include <algorithm>

namespace forever {
namespace {

// One for each line, so that `!` can take each of them back.
constexpr std::string_view kFromTheStart =
    ".git\n.hg\n.svn\n.jj\n"
    "node_modules\n.nyc_output\n.sass-cache\n"
    "__pycache__\n*.pyc\n"
    "*.log\n*.pid\n"
    // vim: its test of whether a directory can be written is 4913, and upwards in steps of 123
    "*~\n.*.sw?\n.*.sw?x\n4913\n5036\n5159\n5282\n"
    // emacs, JetBrains, kate, GLib, LibreOffice
    ".#*\n\\#*#\n"
    "*___jb_tmp___\n*___jb_old___\n*___jb_bak___\n"
    ".*.kate-swp\n.goutputstream-*\n.~lock.*#\n"
    // a file that was deleted while open on NFS; the Finder's
    ".nfs????????????????*\n.DS_Store\n";

std::string_view last_name(std::string_view path) noexcept { return path.substr(path.rfind('/') + 1); }

// Trailing spaces are removed, unless a backslash precedes them.
std::string_view without_final_spaces(std::string_view line) noexcept {
  std::size_t keep = 0;
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (line[i] == '\\') {
      ++i;
      keep = std::min(i + 1, line.size());
    } else if (line[i] != ' ') {
      keep = i + 1;
    }
  }
  return line.substr(0, keep);
}

// What IgnoreRule's pattern of paths is made of: the line without `!` and the slashes at both ends.
std::string_view core_of(std::string_view line) noexcept {
  if (line.starts_with('!')) line.remove_prefix(1);
  if (line.starts_with('/')) line.remove_prefix(1);
  if (line.ends_with('/')) line.remove_suffix(1);
  return line;
}

}  // namespace

IgnoreRule::IgnoreRule(std::string_view line) : path_(core_of(without_final_spaces(line))) {
  line = without_final_spaces(line);
  if (line.empty() || line.starts_with('#')) return;
  negated_ = line.starts_with('!');
  if (negated_) line.remove_prefix(1);
  directories_only_ = line.ends_with('/');
  if (directories_only_) line.remove_suffix(1);
  anchored_ = line.find('/') != std::string_view::npos;
  says_ = !line.empty() && line != "/";
  if (!anchored_) {
    name_ = line;
    plain_ = !is_pattern(line);
  }
}

bool IgnoreRule::matches(std::string_view path, bool directory) const {
  if (directories_only_ && !directory) return false;
  if (anchored_) return path_.matches(path);
  return plain_ ? last_name(path) == name_ : name_matches(name_, last_name(path));
}

WatchFilter::WatchFilter() { add_rules(kFromTheStart); }

void WatchFilter::add_rules(std::string_view text) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    if (line.ends_with('\r')) line.remove_suffix(1);
    add_rule(line);
    if (end == std::string_view::npos) return;
    text.remove_prefix(end + 1);
  }
}

void WatchFilter::add_rule(std::string_view line) {
  IgnoreRule rule{line};
  if (rule.says()) rules_.push_back(std::move(rule));
}

bool WatchFilter::counts(std::string_view path, bool directory) const {
  for (auto rule = rules_.rbegin(); rule != rules_.rend(); ++rule) {
    if (!rule->matches(path, directory)) continue;
    if (!rule->negated()) return false;
    break;
  }
  if (directory) return true;
  if (!wanted_.empty() &&
      std::ranges::none_of(wanted_, [&](const PathPattern& pattern) { return pattern.matches(path); }))
    return false;
  if (extensions_.empty()) return true;
  const std::string_view name = last_name(path);
  return std::ranges::any_of(extensions_, [&](const std::string& extension) {
    return name.size() > extension.size() && name.ends_with(extension) &&
           name[name.size() - extension.size() - 1] == '.';
  });
}

bool WatchFilter::counts_below(std::string_view path, bool directory) const {
  for (std::size_t slash = path.find('/'); slash != std::string_view::npos; slash = path.find('/', slash + 1)) {
    if (!counts(path.substr(0, slash), true)) return false;
  }
  return counts(path, directory);
}

void OwnFiles::add_alias(const std::string& real, const std::string& link) {
  for (auto* const paths : {&folders_, &logs_}) {
    std::vector<std::string> more;
    for (const std::string& path : *paths) {
      if (path.starts_with(real + "/")) more.push_back(link + path.substr(real.size()));
    }
    paths->insert(paths->end(), more.begin(), more.end());
  }
}

bool OwnFiles::has(std::string_view path) const {
  for (const std::string& folder : folders_) {
    if (path.starts_with(folder) && (path.size() == folder.size() || path[folder.size()] == '/')) return true;
  }
  return std::ranges::any_of(logs_, [&](const std::string& log) {
    if (!path.starts_with(log)) return false;
    const std::string_view rest = path.substr(log.size());
    return rest.empty() || (rest.size() > 1 && rest.front() == '.' &&
                            rest.find_first_not_of("0123456789", 1) == std::string_view::npos);
  });
}

}  // namespace forever
