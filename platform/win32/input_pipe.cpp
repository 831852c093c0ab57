// How a line reaches an instance's standard input: by a pipe whose write end the instance itself holds, so that it outlives this process
// and has no end of file. The file at `path` contains its place for processes that may open the instance: pid, start time, and the handle's number.
#include "platform/win32/input_pipe.hpp"

#include <cerrno>
#include <sstream>

#include "platform/files.hpp"
#include "platform/win32/kept_handles.hpp"
#include "platform/win32/pipe_pair.hpp"

namespace forever {
namespace {

constexpr std::size_t kRecord = 200;  // bytes at most

using win32::as_handle;

// The write end that the instance on record holds; empty if it is gone, or has closed it.
Handle write_end_in(const std::string& record) {
  std::istringstream words(record);
  ProcessId id;
  NativeHandle theirs = kNoHandle;
  words >> id.pid >> id.start_time >> theirs;
  if (!words || presence(id) != Presence::alive) return Handle();
  const Handle process(win32::as_native(::OpenProcess(PROCESS_DUP_HANDLE, FALSE, static_cast<DWORD>(id.pid))));
  return process ? win32::only_a_pipe(win32::copy_from(process.get(), theirs)) : Handle();
}

// Does not wait: what does not fit at once is taken back.
Status write_at_once(NativeHandle pipe, std::string_view bytes, const std::string& doing) {
  const Handle event(win32::as_native(::CreateEventW(nullptr, TRUE, FALSE, nullptr)));
  if (!event) return last_error(doing);
  OVERLAPPED writing{};
  writing.hEvent = as_handle(event.get());
  const auto size = static_cast<DWORD>(bytes.size());
  if (::WriteFile(as_handle(pipe), bytes.data(), size, nullptr, &writing) == 0) {
    if (const DWORD code = ::GetLastError(); code == ERROR_NO_DATA || code == ERROR_BROKEN_PIPE)
      return error_from(ENXIO, doing);
    if (::GetLastError() != ERROR_IO_PENDING) return last_error(doing);
    ::CancelIoEx(as_handle(pipe), &writing);
  }
  DWORD put = 0;
  if (::GetOverlappedResult(as_handle(pipe), &writing, &put, TRUE) != 0) return Done{};
  return ::GetLastError() == ERROR_OPERATION_ABORTED ? error_from(EAGAIN, doing) : Status(last_error(doing));
}

}  // namespace

namespace win32 {

Status keep_input(const std::string& path, const ProcessId& id, NativeHandle process, NativeHandle write_end) {
  const NativeHandle theirs = copy_into(process, write_end);
  if (theirs == kNoHandle) return last_error("give a program an input");
  const std::string record =
      std::to_string(id.pid) + " " + std::to_string(id.start_time) + " " + std::to_string(theirs) + "\n";
  return write_atomically(path, record, Durability::rename_only);
}

}  // namespace win32

// Made with the instance (spawn.cpp).
Status make_input_pipe(const std::string&) { return Done{}; }

Status write_input(const std::string& path, std::string_view bytes) {
  const auto record = read_file(path, kRecord);
  if (!record) return record.error();
  const std::string doing = "write to " + path;
  const Handle pipe = write_end_in(*record);
  if (!pipe) return error_from(ENXIO, doing);
  if (bytes.size() > kLongestInput) return error_from(EMSGSIZE, doing);
  return write_at_once(pipe.get(), bytes, doing);
}

}  // namespace forever
