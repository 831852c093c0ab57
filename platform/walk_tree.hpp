// Walks a tree of directories, one at a time, without following links.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "platform/handle.hpp"

namespace forever {

// All that is no directory; valid while it is shown.
struct FoundFile {
  const std::string& path;
  NativeHandle folder = kNoHandle;  // open on the one that it is in (POSIX)
  const char* name = nullptr;       // in that directory
  std::uint64_t state = 0;          // where the directory has told it (Windows)

  // A number that is another when size, time or the file itself are (lstat(2); the directory's entry on Windows); nothing if it is
  // gone.
  [[nodiscard]] std::optional<std::uint64_t> look() const;
};
// To make such a number.
[[nodiscard]] constexpr std::uint64_t mixed(std::uint64_t into, std::uint64_t value) noexcept {
  into ^= value + 0x9E3779B97F4A7C15U + (into << 6U) + (into >> 2U);
  return into * 0xFF51AFD7ED558CCDU;
}

struct TreeVisitor {
  // Before a directory is read; false: it is not. The first is the root itself.
  std::function<bool(const std::string& path)> enter;
  std::function<void(const FoundFile& file)> file;
  // Whether a directory below the root is entered, a file shown.
  std::function<bool(std::string_view path, bool directory)> wants;
};

// `root` may be a link. What cannot be read (EACCES) or is gone meanwhile is left out; returns an errno when the machine is
// in trouble (no descriptor, no memory), and the walk ends there; else 0.
[[nodiscard]] int walk_tree(const std::string& root, const TreeVisitor& visitor);

}  // namespace forever
