// Which files' changes count: one list of rules in .gitignore's syntax, of which the last that matches decides. Pure.
//
// The list is: what never is source (version control, node_modules, editors' swap files, logs), then the lines of
// .foreverignore, then --ignore. So a later `!node_modules` takes an earlier rule back. Files below an ignored directory are
// ignored, regardless of other rules: such a directory is never read. The app's own state and logs are ignored regardless of any rule.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "text/glob.hpp"

namespace forever {

// One line of an ignore file: gitignore(5).
class IgnoreRule {
 public:
  // An empty line and a comment are no rules: check says().
  explicit IgnoreRule(std::string_view line);
  [[nodiscard]] bool says() const noexcept { return says_; }
  [[nodiscard]] bool negated() const noexcept { return negated_; }
  [[nodiscard]] bool matches(std::string_view path, bool directory) const;

 private:
  std::string name_;  // a pattern of the last name, where there is no slash in it
  PathPattern path_;
  bool says_ = false, negated_ = false, directories_only_ = false, anchored_ = false, plain_ = false;
};

class WatchFilter {
 public:
  // The rules that hold from the start.
  WatchFilter();
  // The text of an ignore file; the lines of one given later win.
  void add_rules(std::string_view text);
  void add_rule(std::string_view line);
  // Only files with one of these extensions ("js", "d.ts") count; none: all.
  void set_extensions(std::vector<std::string> extensions) { extensions_ = std::move(extensions); }
  // Only files that match one of these patterns of whole paths count; none: all.
  void add_wanted(std::string_view pattern) { wanted_.emplace_back(pattern); }

  // `path` is relative to where the rules stand, without a leading or final slash; its directories are known to be wanted.
  [[nodiscard]] bool counts(std::string_view path, bool directory) const;
  // The same for any path: its directories are asked for, too.
  [[nodiscard]] bool counts_below(std::string_view path, bool directory) const;

 private:
  std::vector<IgnoreRule> rules_;
  std::vector<std::string> extensions_;
  std::vector<PathPattern> wanted_;
};

// Our own files, absolute: never a change, whatever the rules say. The rotated forms of a log (.1 .2 …) belong to it.
class OwnFiles {
 public:
  void add_folder(std::string path) { folders_.push_back(std::move(path)); }
  void add_log(std::string path) { logs_.push_back(std::move(path)); }
  // What lies in `real` is also reached through `link`.
  void add_alias(const std::string& real, const std::string& link);
  [[nodiscard]] bool has(std::string_view path) const;

 private:
  std::vector<std::string> folders_, logs_;
};

}  // namespace forever
