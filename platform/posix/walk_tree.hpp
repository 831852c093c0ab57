// Walks a tree of folders, one descriptor at a time, without following links.
#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace forever {

struct TreeVisitor {
  // Before a folder is read; false: it is not. The first is the root itself.
  std::function<bool(const std::string& path)> enter;
  // All that is no folder. `folder` is open on the one that it is in.
  std::function<void(int folder, const std::string& path, const char* name)> file;
  // Whether a folder below the root is entered, a file shown.
  std::function<bool(std::string_view path, bool directory)> wants;
};

// `root` may be a link. What cannot be read (EACCES) or is gone meanwhile is left out; returns an errno when the machine is
// in trouble (no descriptor, no memory), and the walk ends there; else 0.
[[nodiscard]] int walk_tree(const std::string& root, const TreeVisitor& visitor);

}  // namespace forever
