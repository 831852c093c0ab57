// Files replaced whole.
#include "platform/win32/replace.hpp"

#include <aclapi.h>

#include <cerrno>
#include <cstddef>
#include <cstring>
#include <vector>

#include "platform/files.hpp"
#include "platform/win32/security.hpp"

namespace forever {
namespace win32 {
namespace {

// The names of winternl's and ntifs's headers, which mingw-w64 lacks (FileRenameInfoEx, Windows 10 1607).
constexpr auto kRenameInfoEx = static_cast<FILE_INFO_BY_HANDLE_CLASS>(22);
constexpr DWORD kReplaceIfExists = 0x1;
constexpr DWORD kPosixSemantics = 0x2;  // the old file goes on for those who have it open
struct RenameInfo {
  DWORD flags;
  HANDLE root;
  DWORD length;  // of the name, in bytes
  wchar_t name[1];
};

// Fails where the file system knows nothing of it (FAT, network drives, Wine): then MoveFileEx does what it can.
bool rename_as_posix(const std::wstring& from, const std::wstring& to) {
  const Handle file(as_native(::CreateFileW(from.c_str(), DELETE | SYNCHRONIZE,
                                            FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, nullptr,
                                            OPEN_EXISTING, FILE_FLAG_BACKUP_SEMANTICS, nullptr)));
  if (!file) return false;
  const std::size_t bytes = to.size() * sizeof(wchar_t);
  std::vector<std::max_align_t> memory((sizeof(RenameInfo) + bytes) / sizeof(std::max_align_t) + 1);
  auto* info = reinterpret_cast<RenameInfo*>(memory.data());
  info->flags = kReplaceIfExists | kPosixSemantics;
  info->length = static_cast<DWORD>(bytes);
  std::memcpy(static_cast<void*>(info->name), to.c_str(), bytes + sizeof(wchar_t));
  return ::SetFileInformationByHandle(as_handle(file.get()), kRenameInfoEx, info,
                                      static_cast<DWORD>(sizeof(RenameInfo) + bytes)) != 0;
}

// Where a file that is open cannot be replaced, it can still be renamed: it is moved aside, and is deleted when the last process that
// has it open closes it. For a moment there is no file in its place.
bool rename_over_open(const std::wstring& from, const std::wstring& to) {
  const std::wstring aside = to + kAside;
  ::DeleteFileW(aside.c_str());
  if (::MoveFileExW(to.c_str(), aside.c_str(), MOVEFILE_REPLACE_EXISTING) == 0) return false;
  if (::MoveFileExW(from.c_str(), to.c_str(), 0) == 0) {
    const DWORD code = ::GetLastError();
    ::MoveFileExW(aside.c_str(), to.c_str(), 0);
    ::SetLastError(code);
    return false;
  }
  ::DeleteFileW(aside.c_str());
  return true;
}

}  // namespace

bool may_pass(DWORD code) noexcept {
  switch (code) {
    case ERROR_SHARING_VIOLATION:
    case ERROR_LOCK_VIOLATION:
    case ERROR_ACCESS_DENIED:
    case ERROR_DELETE_PENDING:
    case ERROR_DIR_NOT_EMPTY:  // what was deleted in it is still open somewhere
    case ERROR_USER_MAPPED_FILE: return true;
    default: return false;
  }
}

Status replace_file(const std::string& from, const std::string& to, bool synced) {
  const std::wstring source = wide_path(from);
  const std::wstring target = wide_path(to);
  const DWORD attributes = ::GetFileAttributesW(target.c_str());
  if (attributes != INVALID_FILE_ATTRIBUTES && (attributes & FILE_ATTRIBUTE_DIRECTORY) != 0) {
    return error_from(EISDIR, "rename " + from + " to " + to);
  }
  const DWORD flags = MOVEFILE_REPLACE_EXISTING | (synced ? MOVEFILE_WRITE_THROUGH : 0U);
  int attempts = 0;
  const DWORD code = until_let([&] {
    if (rename_as_posix(source, target) || ::MoveFileExW(source.c_str(), target.c_str(), flags) != 0) return true;
    // Quick readers are waited for, since this leaves a gap.
    const DWORD why = ::GetLastError();
    if (may_pass(why) && ++attempts > kQuickAttempts / 2 && rename_over_open(source, target)) return true;
    ::SetLastError(why);  // that there is no `to` to go aside does not mean that there is no `from`
    return false;
  });
  if (code == ERROR_SUCCESS) return Done{};
  return error_of(code, "rename " + from + " to " + to);
}

Status check_ours(const std::string& directory) {
  PSID owner = nullptr;
  PSECURITY_DESCRIPTOR descriptor = nullptr;
  std::wstring name = wide_path(directory);
  const DWORD code = ::GetNamedSecurityInfoW(name.data(), SE_FILE_OBJECT, OWNER_SECURITY_INFORMATION, &owner, nullptr,
                                             nullptr, nullptr, &descriptor);
  if (code != ERROR_SUCCESS) return error_of(code, "use " + directory);
  const bool ours = owns(owner);
  ::LocalFree(descriptor);
  if (ours) return Done{};
  return Error{"cannot use " + directory + ": it belongs to another user", {}};
}

}  // namespace win32

namespace {

// "<path>~" is left behind by a writer that died, and taken by the next; one writer at a time for each path.
Status write_beside(const std::string& path, std::string_view content, bool synced) {
  const std::string beside = path + "~";
  const std::wstring place = win32::wide_path(beside);
  Handle file;
  const DWORD code = win32::until_let([&] {
    file.reset(
        win32::as_native(::CreateFileW(place.c_str(), GENERIC_WRITE | DELETE, FILE_SHARE_READ | FILE_SHARE_DELETE,
                                       win32::owner_only(), CREATE_ALWAYS, FILE_ATTRIBUTE_NORMAL, nullptr)));
    return static_cast<bool>(file);
  });
  if (code != ERROR_SUCCESS) {
    const DWORD attributes = ::GetFileAttributesW(place.c_str());
    const bool directory = attributes != INVALID_FILE_ATTRIBUTES && (attributes & FILE_ATTRIBUTE_DIRECTORY) != 0;
    return error_from(directory ? EISDIR : win32::errno_of(code), "write " + path);
  }
  const Result<std::size_t> written = write_at(file.get(), 0, content);
  if (!written) return Error{"write " + path, written.error().code};
  if (synced && ::FlushFileBuffers(win32::as_handle(file.get())) == 0) return last_error("sync " + path);
  return Done{};
}

}  // namespace

Status write_atomically(const std::string& path, std::string_view content, Durability durability) {
  const bool synced = durability == Durability::synced;
  if (Status written = write_beside(path, content, synced); !written) {
    // The spare file's name is ours: what took it makes way.
    if (!remove_tree(path + "~")) return written;
    if (Status again = write_beside(path, content, synced); !again) return again;
  }
  Status replaced = win32::replace_file(path + "~", path, synced);
  if (replaced) return Done{};
  ::DeleteFileW(win32::wide_path(path + "~").c_str());
  return Error{"write " + path, replaced.error().code};
}

Status sync_file(const std::string& path) {
  const Handle file(win32::as_native(::CreateFileW(win32::wide_path(path).c_str(), GENERIC_WRITE,
                                                   FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, nullptr,
                                                   OPEN_EXISTING, FILE_ATTRIBUTE_NORMAL, nullptr)));
  if (!file) return last_error("open " + path);
  if (::FlushFileBuffers(win32::as_handle(file.get())) == 0) return last_error("sync " + path);
  return Done{};
}

}  // namespace forever
