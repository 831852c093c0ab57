// Files and directories: what is looked at, read, written in place and removed. Everything is opened so that others may
// read, write, rename and delete it meanwhile, as they may on other systems.
#include "platform/files.hpp"

#include <algorithm>
#include <cerrno>
#include <memory>

#include "platform/environment.hpp"
#include "platform/users.hpp"
#include "platform/win32/replace.hpp"
#include "platform/win32/security.hpp"
#include "platform/win32/system.hpp"
#include "platform/win32/time.hpp"

namespace forever {
namespace {

using win32::as_handle;
using win32::error_of;
using win32::wide_path;

constexpr DWORD kShareAll = FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE;

Handle open_file(const std::string& path, DWORD access, DWORD disposition, DWORD flags) {
  return Handle(win32::as_native(
      ::CreateFileW(wide_path(path).c_str(), access, kShareAll, win32::owner_only(), disposition, flags, nullptr)));
}

// What is written for every system says it so; absolute_path() has put a drive before it.
bool is_null_device(std::string_view path) {
  if (path.size() > 2 && path[1] == ':') path.remove_prefix(2);
  return path == "/dev/null";
}

DWORD attributes_of(const std::string& path) noexcept { return ::GetFileAttributesW(wide_path(path).c_str()); }

bool is_directory(const std::string& path) {
  const DWORD attributes = attributes_of(path);
  return attributes != INVALID_FILE_ATTRIBUTES && (attributes & FILE_ATTRIBUTE_DIRECTORY) != 0;
}

// Where the system says "access denied" of a directory that was taken for a file, we say what it is.
Error open_error(const std::string& path) {
  const DWORD code = ::GetLastError();
  if (code == ERROR_ACCESS_DENIED && is_directory(path)) return error_from(EISDIR, "open " + path);
  return error_of(code, "open " + path);
}

Status remove_one(const std::string& path, DWORD attributes) {
  const std::wstring wide = wide_path(path);
  if ((attributes & FILE_ATTRIBUTE_READONLY) != 0) {
    ::SetFileAttributesW(wide.c_str(), attributes & ~static_cast<DWORD>(FILE_ATTRIBUTE_READONLY));
  }
  const bool directory = (attributes & FILE_ATTRIBUTE_DIRECTORY) != 0;
  const DWORD code =
      win32::until_let([&] { return directory ? ::RemoveDirectoryW(wide.c_str()) : ::DeleteFileW(wide.c_str()); });
  const int number = win32::errno_of(code);
  if (number == 0 || number == ENOENT) return Done{};
  return error_of(code, "remove " + path);
}

// A drive's or a share's part of an absolute path: "C:" of "C:/x", "//server" of "//server/share".
std::size_t root_length(std::string_view path) noexcept {
  if (path.size() >= 2 && path[1] == ':') return 2;
  if (!path.starts_with("//")) return 0;
  return std::min(path.find('/', 2), path.size());
}

}  // namespace

Result<std::string> read_file(const std::string& path, std::size_t limit) {
  Result<Handle> file = open_for_reading(path);
  if (!file) return file.error();
  return read_open_file(file->get(), path, limit);
}

Result<std::string> read_record(const std::string& path, std::size_t limit) { return read_file(path, limit); }

Result<std::string> read_open_file(NativeHandle file, const std::string& path, std::size_t limit) {
  LARGE_INTEGER size{};
  if (::GetFileSizeEx(as_handle(file), &size) != 0 && static_cast<std::uint64_t>(size.QuadPart) > limit) {
    return error_from(EFBIG, "read " + path);
  }
  std::string content;
  for (std::size_t used = 0;;) {
    content.resize(std::max<std::size_t>(4096, used * 2));
    const Result<std::size_t> got = read_at(file, used, content.data() + used, content.size() - used);
    if (!got) return Error{"read " + path, got.error().code};
    used += *got;
    if (used > limit) return error_from(EFBIG, "read " + path);
    if (used == content.size()) continue;
    content.resize(used);
    return content;
  }
}

Status make_private_directory(const std::string& path) {
  if (::CreateDirectoryW(wide_path(path).c_str(), win32::owner_only()) != 0) return Done{};
  DWORD code = ::GetLastError();
  const std::size_t slash = path.find_last_of("/\\", path.find_last_not_of("/\\"));
  if (code == ERROR_PATH_NOT_FOUND && slash != std::string::npos && slash > root_length(path)) {
    const std::string parent = path.substr(0, slash);
    if (Status made = make_private_directory(parent); !made && !exists(parent)) return made;
    if (::CreateDirectoryW(wide_path(path).c_str(), win32::owner_only()) != 0) return Done{};
    code = ::GetLastError();
  }
  if (code != ERROR_ALREADY_EXISTS && !exists(path)) return error_of(code, "create " + path);
  if (!is_directory(path)) return error_from(ENOTDIR, "use " + path);
  return win32::check_ours(path);
}

std::vector<std::string> list_directory(const std::string& path) {
  std::vector<std::string> names;
  WIN32_FIND_DATAW found{};
  HANDLE const search = ::FindFirstFileExW(wide_path(path + "/*").c_str(), FindExInfoBasic, &found,
                                           FindExSearchNameMatch, nullptr, FIND_FIRST_EX_LARGE_FETCH);
  if (search == INVALID_HANDLE_VALUE) return names;
  do {
    std::string name = win32::to_utf8(found.cFileName);
    if (name != "." && name != "..") names.push_back(std::move(name));
  } while (::FindNextFileW(search, &found) != 0);
  ::FindClose(search);
  return names;
}

bool exists(const std::string& path) { return attributes_of(path) != INVALID_FILE_ATTRIBUTES; }

Status remove_tree(const std::string& path) {
  const DWORD attributes = attributes_of(path);
  if (attributes == INVALID_FILE_ATTRIBUTES) {
    const DWORD code = ::GetLastError();
    return win32::errno_of(code) == ENOENT ? Status(Done{}) : Status(error_of(code, "remove " + path));
  }
  // A link to a directory (a reparse point) goes as it is: what it leads to is not ours.
  const bool link = (attributes & FILE_ATTRIBUTE_REPARSE_POINT) != 0;
  if ((attributes & FILE_ATTRIBUTE_DIRECTORY) != 0 && !link) {
    for (const std::string& name : list_directory(path)) {
      std::string below = path;
      below.append("/").append(name);
      if (Status removed = remove_tree(below); !removed) return removed;
    }
  }
  return remove_one(path, attributes);
}

bool is_absolute(std::string_view path) noexcept {
  const auto slash = [&](std::size_t at) { return path.size() > at && (path[at] == '/' || path[at] == '\\'); };
  return (path.size() > 2 && path[1] == ':' && slash(2)) || (slash(0) && slash(1));
}

std::string absolute_path(const std::string& path) {
  std::string whole = path;
  std::replace(whole.begin(), whole.end(), '\\', '/');
  const std::string here = current_directory();
  if (whole.starts_with('/') && !whole.starts_with("//")) {
    whole.insert(0, here, 0, root_length(here));  // "/x" is on this drive
  } else if (whole.size() >= 2 && whole[1] == ':' && !is_absolute(whole)) {
    // "D:x" is below that drive's own directory, which only the system knows.
    std::wstring full(32'768, L'\0');
    full.resize(::GetFullPathNameW(win32::to_wide(whole).c_str(), 32'768, full.data(), nullptr));
    whole = win32::plain_path(full);
  } else if (!is_absolute(whole)) {
    whole = here + "/" + whole;
  }
  const std::size_t root = root_length(whole);
  std::string clean = whole.substr(0, root);
  for (std::size_t at = root; at < whole.size();) {
    const std::size_t end = std::min(whole.find('/', at), whole.size());
    const std::string_view part = std::string_view(whole).substr(at, end - at);
    if (!part.empty() && part != ".") clean.append("/").append(part);
    at = end + 1;
  }
  return clean.size() == root ? clean + "/" : clean;
}

std::string canonical_path(const std::string& path) {
  std::string existing = path;
  std::string rest;
  for (;;) {
    if (const Handle file = open_file(existing, 0, OPEN_EXISTING, FILE_FLAG_BACKUP_SEMANTICS)) {
      std::wstring name(32'768, L'\0');
      const DWORD length =
          ::GetFinalPathNameByHandleW(as_handle(file.get()), name.data(), 32'768, FILE_NAME_NORMALIZED);
      if (length > 0 && length < name.size())
        return win32::plain_path(std::wstring_view(name).substr(0, length)) + rest;
    }
    const std::size_t slash = existing.find_last_of("/\\");
    if (slash == std::string::npos || slash <= root_length(existing)) return path;
    rest.insert(0, existing.substr(slash));
    existing.resize(slash);
  }
}

std::string current_directory() {
  std::wstring name(32'768, L'\0');
  const DWORD length = ::GetCurrentDirectoryW(32'768, name.data());
  return win32::plain_path(std::wstring_view(name).substr(0, length));
}

Result<Handle> open_log_file(const std::string& path) {
  if (is_null_device(path)) return open_log_file("NUL");
  Handle file = open_file(path, GENERIC_READ | GENERIC_WRITE, OPEN_ALWAYS, FILE_ATTRIBUTE_NORMAL);
  if (!file) return open_error(path);
  return file;
}

Result<Handle> open_for_reading(const std::string& path) {
  // One that is being replaced may not be there for a moment (see kAside).
  constexpr int kMostLooks = 2000;
  constexpr int kQuickLooks = 1000;
  constexpr int kStep = 100;  // nothing hints at that: some looks are enough
  for (int looks = 0;;) {
    Handle file = open_file(path, GENERIC_READ, OPEN_EXISTING, FILE_ATTRIBUTE_NORMAL);
    if (file) return file;
    Error error = open_error(path);
    if (error.code.value() != ENOENT || ++looks > kMostLooks) return error;
    if (::GetFileAttributesW((wide_path(path) + win32::kAside).c_str()) == INVALID_FILE_ATTRIBUTES) {
      looks += kStep;
    } else if (looks > kQuickLooks) {
      ::Sleep(1);  // the process that replaces it has been delayed
    }
  }
}

Result<FileFacts> facts_of(const std::string& path) {
  const Handle file = open_file(path, FILE_READ_ATTRIBUTES, OPEN_EXISTING, FILE_FLAG_BACKUP_SEMANTICS);
  if (!file) return last_error("examine " + path);
  return facts_of(file.get());
}

Result<FileFacts> facts_of(NativeHandle file) {
  if (::GetFileType(as_handle(file)) == FILE_TYPE_PIPE) {
    FileFacts pipe;
    pipe.fifo = true;
    pipe.inode = static_cast<std::uint64_t>(file);  // no two of ours are taken for the same
    pipe.owner = effective_uid();
    return pipe;
  }
  if (::GetFileType(as_handle(file)) == FILE_TYPE_CHAR) {
    FileFacts null;
    null.links = 1;
    null.owner = effective_uid();
    return null;
  }
  BY_HANDLE_FILE_INFORMATION found{};
  if (::GetFileInformationByHandle(as_handle(file), &found) == 0) return last_error("examine an open file");
  FileFacts facts;
  facts.size = (std::uint64_t{found.nFileSizeHigh} << 32U) | found.nFileSizeLow;
  facts.inode = (std::uint64_t{found.nFileIndexHigh} << 32U) | found.nFileIndexLow;
  facts.device = found.dwVolumeSerialNumber;
  facts.links = found.nNumberOfLinks;
  facts.modified_ms = (win32::ticks_of(found.ftLastWriteTime) - win32::kUnixEpoch) / win32::kTicksPerMs;
  facts.owner = effective_uid();  // check_ours() determines its owner
  facts.directory = (found.dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY) != 0;
  facts.regular = !facts.directory;
  return facts;
}

Status rename_file(const std::string& from, const std::string& to) { return win32::replace_file(from, to, false); }

Result<std::size_t> read_at(NativeHandle file, std::uint64_t offset, char* buffer, std::size_t size) {
  std::size_t done = 0;
  while (done < size) {
    OVERLAPPED place = win32::place_of(offset + done);
    const DWORD asked = static_cast<DWORD>(std::min<std::size_t>(size - done, win32::kLargestPiece));
    DWORD got = 0;
    if (::ReadFile(as_handle(file), buffer + done, asked, &got, &place) == 0) {
      if (::GetLastError() == ERROR_HANDLE_EOF) break;
      return last_error("read a file");
    }
    if (got == 0) break;
    done += got;
  }
  return done;
}

Result<std::size_t> write_at(NativeHandle file, std::uint64_t offset, std::string_view bytes) {
  std::size_t done = 0;
  while (done < bytes.size()) {
    OVERLAPPED place = win32::place_of(offset + done);
    const DWORD asked = static_cast<DWORD>(std::min<std::size_t>(bytes.size() - done, win32::kLargestPiece));
    DWORD put = 0;
    if (::WriteFile(as_handle(file), bytes.data() + done, asked, &put, &place) == 0) return last_error("write a file");
    if (put == 0) return error_from(ENOSPC, "write a file");
    done += put;
  }
  return done;
}

bool is_disk_full(int code) noexcept { return code == ENOSPC || code == EFBIG; }

Status truncate_file(NativeHandle file, std::uint64_t size) {
  FILE_END_OF_FILE_INFO end{};
  end.EndOfFile.QuadPart = static_cast<LONGLONG>(size);
  if (::SetFileInformationByHandle(as_handle(file), FileEndOfFileInfo, &end, sizeof end) == 0) {
    return last_error("truncate a file");
  }
  return Done{};
}

// Every file of an app belongs to the user who runs us: there is no other here.
Status give_to_user(NativeHandle, std::uint32_t, std::uint32_t) {
  return error_from(ENOTSUP, "give the file to its user");
}

void set_ownership(NativeHandle, unsigned, std::uint32_t, std::uint32_t) noexcept {}

}  // namespace forever
