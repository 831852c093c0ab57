// The directory of a file whose path the user gave: a log, a socket, a file of variables. It is opened so that no user who can change
// a part of the path can direct this process to a file to which that user has no access.
//
// Only a process with more rights than others has to mind, which on POSIX is root's. It walks the path itself, from the root
// directory on, and follows no link but root's. Then the directory that it has come to decides, and is kept by descriptor:
//   - the app's user can change it, or has a link in the path: all operations use that user's rights (user_rights.hpp), links
//     are followed as for that user; and only files that store data, pipes, terminals and /dev/null are opened, since root's
//     rights count in the kernel's files (/proc, /sys), and in devices, regardless of who opened them;
//   - another user can change it: with this process's rights, but no link is followed, and no file with several hard links is used;
//   - only root can change it: with this process's rights, as for any path.
// What is below our state directory, and all paths of a process that is not root's, are used as they are.
#pragma once

#include <optional>
#include <string>

#include "platform/files.hpp"
#include "platform/handle.hpp"
#include "platform/result.hpp"
#include "platform/users.hpp"

namespace forever {

// Whose hands a path may have been in.
struct PathTrust {
  bool ours = true;                 // below our state directory
  std::optional<Credentials> user;  // the app's, if it is another than ours
};

class GuardedFolder {
 public:
  enum class Missing : std::uint8_t {
    refuse,
    make
  };  // what is missing of the directory is made 0700, of whom it will belong to

  [[nodiscard]] static Result<GuardedFolder> enter(const std::string& folder, const PathTrust& trust,
                                                   Missing missing = Missing::refuse);

  // As open_log_file and open_for_reading; the latter opens regular files only where it is guarded.
  [[nodiscard]] Result<Handle> open_log(const std::string& name) const;
  [[nodiscard]] Result<Handle> open_for_reading(const std::string& name) const;
  [[nodiscard]] Result<FileFacts> facts(const std::string& name) const;
  [[nodiscard]] Status rename(const std::string& from, const std::string& to) const;
  // Missing is success. A whole tree, as remove_tree does it, unless it belongs to another user.
  [[nodiscard]] Status remove(const std::string& name) const;

  // Whose rights are used in it; nothing: ours.
  [[nodiscard]] const std::optional<Credentials>& user() const noexcept { return user_; }
  // Whether others than root and the app's user may change it: nothing in it may be reached by its path.
  [[nodiscard]] bool foreign() const noexcept { return foreign_; }
  // It, open; kNoHandle where paths are used as they are.
  [[nodiscard]] NativeHandle native() const noexcept { return folder_.get(); }

 private:
  explicit GuardedFolder(std::string path) : path_(std::move(path)) {}
  [[nodiscard]] static Status make(const std::string& folder, const PathTrust& trust);
  [[nodiscard]] std::string path_of(const std::string& name) const;

  std::string path_;
  Handle folder_;
  std::optional<Credentials> user_;
  bool foreign_ = false;
};

// The parts of an absolute path: "/x/web.log" -> "/x" and "web.log".
[[nodiscard]] std::string folder_of_path(const std::string& path);
[[nodiscard]] std::string name_of_path(const std::string& path);

// All of a file that a person named, 16 MiB at most. It may be a pipe (of the shell's, say), and is waited for then; what the app's user may have
// exchanged is read with that user's rights.
[[nodiscard]] Result<std::string> read_given_file(const std::string& path, const std::optional<Credentials>& user);

}  // namespace forever
