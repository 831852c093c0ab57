// Files and directories: read whole, replaced whole, private by default. All paths UTF-8.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "platform/handle.hpp"
#include "platform/result.hpp"

namespace forever {

inline constexpr std::size_t kLargestRead = 16U << 20U;
// At most `limit` bytes; a larger file is an error (EFBIG). ENOENT if there is none. What is no regular file is not read, and never
// waited for.
[[nodiscard]] Result<std::string> read_file(const std::string& path, std::size_t limit = kLargestRead);
// The same for a file of our own making: we make no links, so that none is followed.
[[nodiscard]] Result<std::string> read_record(const std::string& path, std::size_t limit = kLargestRead);
// From where it stands to its end.
[[nodiscard]] Result<std::string> read_open_file(NativeHandle file, const std::string& path, std::size_t limit);

enum class Durability : std::uint8_t { rename_only, synced };
// Writes beside `path` with mode 0600 and takes its place: a reader sees the old or the new file.
// `synced` fsyncs the file before and the directory after, by plain rename. `rename_only` keeps the file beside
// ("<path>~"), rewrites it without O_TRUNC and exchanges the two names (renameat2(2) RENAME_EXCHANGE): 19 µs on ext4,
// where a rename over a file starts write-back and costs 1.1 ms. A reader that is slower than two writes could see
// a tear, so what is written this way carries its own end mark. Where there is no exchange, rename(2). One writer at
// a time for each path.
// On failure nothing of the old file is lost.
[[nodiscard]] Status write_atomically(const std::string& path, std::string_view content, Durability durability);
// fsyncs an existing file and its directory.
[[nodiscard]] Status sync_file(const std::string& path);

// Creates `path` and missing parents with mode 0700. An existing directory must be owned by the caller
// (or the caller is root), and is not changed otherwise; the Error says what is wrong with it (not ours, not a directory).
[[nodiscard]] Status make_private_directory(const std::string& path);
// Names in `path` without . and .., unsorted; empty if it does not exist.
[[nodiscard]] std::vector<std::string> list_directory(const std::string& path);
[[nodiscard]] bool exists(const std::string& path);
// Removes a file, or a tree without following links. Missing is success.
[[nodiscard]] Status remove_tree(const std::string& path);
// Names a place by itself: begins with / (on Windows with a drive or with two slashes, of either kind).
[[nodiscard]] bool is_absolute(std::string_view path) noexcept;
// Lexical, against the cwd: "." and double slashes go, ".." and links are kept as typed.
[[nodiscard]] std::string absolute_path(const std::string& path);
// `path` without links; what does not exist of it is kept as it is. realpath(3)
[[nodiscard]] std::string canonical_path(const std::string& path);
// $PWD while it names this place (so a link that the user went through is kept), else getcwd(3). Empty if it was removed.
[[nodiscard]] std::string current_directory();

// A log file for writing at explicit offsets, created 0600 (O_CREAT, never truncated). Never blocks, whatever `path` is.
[[nodiscard]] Result<Handle> open_log_file(const std::string& path);
// For reading. Never blocks, whatever `path` is.
[[nodiscard]] Result<Handle> open_for_reading(const std::string& path);
struct FileFacts {
  std::uint64_t size = 0;
  std::uint64_t inode = 0;  // file index on Windows
  std::uint64_t device = 0;
  std::uint64_t links = 1;  // names; 0: deleted while open
  std::uint32_t owner = 0, group = 0;
  unsigned mode = 0600;  // the permission bits; Windows has none
  std::int64_t modified_ms = 0;
  bool directory = false;
  bool fifo = false;
  bool regular = false;
};
[[nodiscard]] Result<FileFacts> facts_of(const std::string& path);
[[nodiscard]] Result<FileFacts> facts_of(NativeHandle file);
// Gives an open file these permission bits and, as far as we may, this owner and group; what we may not do is left. Windows: nothing.
void set_ownership(NativeHandle file, unsigned mode, std::uint32_t owner, std::uint32_t group) noexcept;
[[nodiscard]] Status rename_file(const std::string& from, const std::string& to);
// pread / pwrite until done. The count is short only at end of file (read). A write that succeeds is whole; after an
// Error (ENOSPC …) some of the bytes may be in the file: write again at the same offset, or truncate to it.
[[nodiscard]] Result<std::size_t> read_at(NativeHandle file, std::uint64_t offset, char* buffer, std::size_t size);
[[nodiscard]] Result<std::size_t> write_at(NativeHandle file, std::uint64_t offset, std::string_view bytes);
// fchown(2): a FIFO belongs to the app's user, so that the program can reopen /dev/stdout.
[[nodiscard]] Status give_to_user(NativeHandle file, std::uint32_t uid, std::uint32_t gid);
// Whether the code of an Error says that there is no more room: on the disk, in the user's share of it, or in the file.
[[nodiscard]] bool is_disk_full(int code) noexcept;
[[nodiscard]] Status truncate_file(NativeHandle file, std::uint64_t size);

}  // namespace forever
