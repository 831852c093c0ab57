// Whether a path is safe from other users: only root and this user can replace what it names.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace forever {

// The first thing on the way that another user controls.
struct Weakness {
  enum class Kind : std::uint8_t {
    owner,     // the place belongs to another user
    writable,  // others may write there
    link,      // it is a symbolic link that belongs to another user
  };
  Kind kind = Kind::owner;
  std::string place;  // without links: the directory or the link
  std::uint32_t owner = 0, group = 0;
  unsigned mode = 0;  // the permission bits
};

// Walks `path` (absolute) as the kernel does, link by link. The directory itself must belong to this user and be writable for no
// other user; those above it may also belong to root, and may be sticky (/tmp): there an entry is safe with its owner. Nothing: the path
// is safe, or its missing part can be created safely. In a user namespace that maps only some users a directory on the way
// may belong to a user without a name there (user_namespaces(7)): that is taken for the machine's root.
// Windows: nothing; there make_private_directory() looks at the owner.
[[nodiscard]] std::optional<Weakness> weakness_of(const std::string& path);

// The first entry below the directory that another user has put there: it does not belong to us, whatever a link leads to. It
// follows no links. Windows: nothing.
[[nodiscard]] std::optional<std::string> foreign_entry_below(const std::string& directory);

}  // namespace forever
