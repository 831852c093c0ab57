// Whether what a path names is safe from other users: nobody but root and we can put something else in its place.
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

// Walks `path` (absolute) as the kernel does, link by link. The directory itself must belong to us and be writable for nobody
// else; those on the way may also be root's, and may be sticky (/tmp): there an entry is safe with its owner. Nothing: all is
// well, or what is missing of the path can be made safely. In a user namespace that maps only some users a directory on the way
// may belong to a user without a name there (user_namespaces(7)): that is taken for the machine's root.
// Windows: nothing; there make_private_directory() looks at the owner.
[[nodiscard]] std::optional<Weakness> weakness_of(const std::string& path);

// The first entry below the directory that another user has put there: it does not belong to us, whatever a link leads to. It
// follows no links. Windows: nothing.
[[nodiscard]] std::optional<std::string> foreign_entry_below(const std::string& directory);

}  // namespace forever
