#include "platform/win32/kept_handles.hpp"

#include <array>
#include <sstream>
#include <vector>

#include "platform/files.hpp"

namespace forever::win32 {
namespace {

std::string& record_path() {
  static std::string* const only = new std::string;
  return *only;
}

// One line for each instance: pid, start time, and the five handles by their numbers there (-1: none).
struct Line {
  ProcessId id;
  std::array<NativeHandle, 5> handles{};
};

std::vector<Line> read_record() {
  std::vector<Line> lines;
  const auto text = record_path().empty() ? Result<std::string>{std::string{}} : read_file(record_path(), 1U << 20U);
  std::istringstream stream(text ? *text : std::string{});
  for (std::string row; std::getline(stream, row);) {
    std::istringstream words(row);
    Line line;
    words >> line.id.pid >> line.id.start_time;
    for (NativeHandle& handle : line.handles) words >> handle;
    if (words) lines.push_back(line);
  }
  return lines;
}

void write_record(const std::vector<Line>& lines) {
  std::ostringstream text;
  for (const Line& line : lines) {
    text << line.id.pid << ' ' << line.id.start_time;
    for (const NativeHandle handle : line.handles) text << ' ' << handle;
    text << '\n';
  }
  (void)write_atomically(record_path(), text.str(), Durability::rename_only).ok();
}

}  // namespace

NativeHandle copy_into(NativeHandle process, NativeHandle ours) noexcept {
  HANDLE theirs = nullptr;
  if (ours == kNoHandle || ::DuplicateHandle(::GetCurrentProcess(), as_handle(ours), as_handle(process), &theirs, 0,
                                             FALSE, DUPLICATE_SAME_ACCESS) == 0)
    return kNoHandle;
  return as_native(theirs);
}

Handle copy_from(NativeHandle process, NativeHandle theirs) noexcept {
  HANDLE ours = nullptr;
  if (theirs == kNoHandle || ::DuplicateHandle(as_handle(process), as_handle(theirs), ::GetCurrentProcess(), &ours, 0,
                                               FALSE, DUPLICATE_SAME_ACCESS) == 0)
    return Handle();
  return Handle(as_native(ours));
}

Handle only_a_pipe(Handle handle) noexcept {
  DWORD flags = 0;
  const bool pipe = handle && ::GetFileType(as_handle(handle.get())) == FILE_TYPE_PIPE &&
                    ::GetNamedPipeInfo(as_handle(handle.get()), &flags, nullptr, nullptr, nullptr) != 0;
  return pipe ? std::move(handle) : Handle();
}

void keep_handles_in(const std::string& directory) { record_path() = directory + "/handles"; }

void keep_in_instance(const ProcessId& id, NativeHandle process, const StreamEnds& out, const StreamEnds& err,
                      NativeHandle job) {
  if (record_path().empty()) return;
  std::vector<Line> lines = read_record();
  std::erase_if(lines, [](const Line& line) { return presence(line.id) != Presence::alive; });
  Line line{id, {}};
  line.handles = {copy_into(process, out.read), copy_into(process, out.write), kNoHandle, kNoHandle, kNoHandle};
  if (err.read != out.read) {
    line.handles[2] = copy_into(process, err.read);
    line.handles[3] = copy_into(process, err.write);
  }
  line.handles[4] = copy_into(process, job);
  lines.push_back(line);
  write_record(lines);
}

TakenBack take_back(const ProcessId& id) {
  TakenBack taken;
  for (const Line& line : read_record()) {
    if (!(line.id == id) || presence(id) != Presence::alive) continue;
    const Handle process(as_native(
        ::OpenProcess(PROCESS_DUP_HANDLE | PROCESS_QUERY_LIMITED_INFORMATION, FALSE, static_cast<DWORD>(id.pid))));
    if (!process) break;
    const NativeHandle from = process.get();
    taken.out_read = only_a_pipe(copy_from(from, line.handles[0]));
    taken.out_write = only_a_pipe(copy_from(from, line.handles[1]));
    taken.err_read = only_a_pipe(copy_from(from, line.handles[2]));
    taken.err_write = only_a_pipe(copy_from(from, line.handles[3]));
    taken.job = copy_from(from, line.handles[4]);
    BOOL inside = FALSE;
    if (taken.job && (::IsProcessInJob(as_handle(from), as_handle(taken.job.get()), &inside) == 0 || inside == FALSE))
      taken.job.reset();
  }
  return taken;
}

}  // namespace forever::win32
