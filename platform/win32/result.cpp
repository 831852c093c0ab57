// GetLastError as a value, in errno's numbers where they say the same.
#include "platform/result.hpp"

#include <array>
#include <cerrno>
#include <utility>

#include "platform/win32/system.hpp"

namespace forever {
namespace win32 {
namespace {

// Of winerror.h, not in every mingw-w64's.
constexpr DWORD kQuotaExceeded = 1295;
constexpr DWORD kElevationRequired = 740;

struct ErrorPair {
  DWORD system;
  int number;
};

constexpr auto kPairs = std::to_array<ErrorPair>({
    {ERROR_FILE_NOT_FOUND, ENOENT},
    {ERROR_PATH_NOT_FOUND, ENOENT},
    {ERROR_INVALID_NAME, ENOENT},
    {ERROR_BAD_PATHNAME, ENOENT},
    {ERROR_BAD_NETPATH, ENOENT},
    {ERROR_BAD_NET_NAME, ENOENT},
    {ERROR_INVALID_DRIVE, ENOENT},
    {ERROR_NOT_READY, ENOENT},
    {ERROR_BAD_DEV_TYPE, ENOENT},
    {ERROR_DIRECTORY, ENOTDIR},
    {ERROR_ACCESS_DENIED, EACCES},
    {ERROR_CURRENT_DIRECTORY, EACCES},
    {ERROR_WRITE_PROTECT, EROFS},
    {ERROR_DELETE_PENDING, EBUSY},
    {ERROR_SHARING_VIOLATION, EBUSY},
    {ERROR_LOCK_VIOLATION, EAGAIN},
    {ERROR_PIPE_BUSY, EAGAIN},
    {ERROR_FILE_EXISTS, EEXIST},
    {ERROR_ALREADY_EXISTS, EEXIST},
    {ERROR_DIR_NOT_EMPTY, ENOTEMPTY},
    {ERROR_FILENAME_EXCED_RANGE, ENAMETOOLONG},
    {ERROR_BUFFER_OVERFLOW, ENAMETOOLONG},
    {ERROR_DISK_FULL, ENOSPC},
    {ERROR_HANDLE_DISK_FULL, ENOSPC},
    {kQuotaExceeded, ENOSPC},
    {ERROR_FILE_TOO_LARGE, EFBIG},
    {ERROR_NOT_ENOUGH_MEMORY, ENOMEM},
    {ERROR_OUTOFMEMORY, ENOMEM},
    {ERROR_NO_SYSTEM_RESOURCES, ENOMEM},
    {ERROR_COMMITMENT_LIMIT, ENOMEM},
    {ERROR_TOO_MANY_OPEN_FILES, EMFILE},
    {ERROR_BROKEN_PIPE, EPIPE},
    {ERROR_NO_DATA, EPIPE},
    {ERROR_PIPE_NOT_CONNECTED, EPIPE},
    {ERROR_INVALID_HANDLE, EBADF},
    {ERROR_INVALID_PARAMETER, EINVAL},
    {ERROR_BAD_EXE_FORMAT, ENOEXEC},
    {ERROR_EXE_MACHINE_TYPE_MISMATCH, ENOEXEC},
    {kElevationRequired, EPERM},
    {ERROR_PRIVILEGE_NOT_HELD, EPERM},
    {ERROR_NOT_SUPPORTED, ENOTSUP},
    {ERROR_CALL_NOT_IMPLEMENTED, ENOSYS},
    {ERROR_SEM_TIMEOUT, ETIMEDOUT},
    {ERROR_OPERATION_ABORTED, ECANCELED},
});

}  // namespace

int errno_of(DWORD code) noexcept {
  if (code == ERROR_SUCCESS) return 0;
  for (const ErrorPair& pair : kPairs) {
    if (pair.system == code) return pair.number;
  }
  return kFirstSystemCode + static_cast<int>(code);
}

}  // namespace win32

std::string system_words(int code) {
  // What the C runtime has numbers for, and no words.
  constexpr std::pair<int, const char*> kWords[] = {{ENOTSUP, "not supported on this system"},
                                                    {ETIMEDOUT, "timed out"},
                                                    {ECANCELED, "cancelled"},
                                                    {EMSGSIZE, "message too long"},
                                                    {EADDRINUSE, "address already in use"},
                                                    {ECONNREFUSED, "connection refused"},
                                                    {ECONNRESET, "connection reset"}};
  for (const auto& [number, words] : kWords) {
    if (number == code) return words;
  }
  if (code < win32::kFirstSystemCode) return std::generic_category().message(code);
  return std::system_category().message(code - win32::kFirstSystemCode);
}

Error last_error(std::string doing) {
  const DWORD code = ::GetLastError();
  return win32::error_of(code, std::move(doing));
}

}  // namespace forever
