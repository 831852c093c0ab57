// ReadDirectoryChangesW: one open directory for each root, with everything below it. The system reports "modified" while a file is
// written, and nothing when its writer is done; so each such report restarts the quiet period.
#include "platform/file_watch.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <utility>

#include "platform/walk_tree.hpp"
#include "platform/win32/system.hpp"

namespace forever {
namespace {

using Kind = FileChange::Kind;
using win32::as_handle;

constexpr DWORD kEvents = FILE_NOTIFY_CHANGE_FILE_NAME | FILE_NOTIFY_CHANGE_DIR_NAME | FILE_NOTIFY_CHANGE_SIZE |
                          FILE_NOTIFY_CHANGE_LAST_WRITE;
constexpr Milliseconds kMissing{500};        // how often a root that is gone is looked for
constexpr std::size_t kBuffer = 60U << 10U;  // more than 64 KiB fails on network drives
constexpr DWORD kTurn = 10;                  // ms between two looks whether a question was taken back
constexpr std::size_t kHeader = offsetof(FILE_NOTIFY_INFORMATION, FileName);

struct Root {
  std::string path;
  Handle folder;
  OVERLAPPED asking{};
  alignas(DWORD) std::array<std::byte, kBuffer> buffer{};

  explicit Root(std::string where) : path(std::move(where)) {}
  Root(const Root&) = delete;
  Root& operator=(const Root&) = delete;
  ~Root() { close(); }

  [[nodiscard]] bool has_answer() const noexcept { return folder && HasOverlappedIoCompleted(&asking); }

  // The system writes to what we own until the cancelled question has been answered. The event is all roots', so that it is set
  // says nothing of this one.
  void close() noexcept {
    if (!folder) return;
    ::CancelIoEx(as_handle(folder.get()), &asking);
    while (!HasOverlappedIoCompleted(&asking)) {
      ::ResetEvent(asking.hEvent);
      if (!HasOverlappedIoCompleted(&asking)) ::WaitForSingleObject(asking.hEvent, kTurn);
    }
    folder.reset();
  }
};

class KernelWatch final : public FileWatch {
 public:
  KernelWatch(WatchPlan plan, Handle event) : plan_(std::move(plan)), event_(std::move(event)) {
    for (const std::string& path : plan_.roots) roots_.push_back(std::make_unique<Root>(path));
    for (const auto& root : roots_) (void)open(*root);
    look_again(steady_now());
  }

  [[nodiscard]] NativeHandle handle() const noexcept override { return event_.get(); }
  [[nodiscard]] std::optional<Time> deadline() const noexcept override { return retry_; }
  [[nodiscard]] std::size_t size() const noexcept override { return roots_.size(); }

  [[nodiscard]] Status take(Time now, std::vector<FileChange>& into) override {
    ::ResetEvent(as_handle(event_.get()));
    // A new request resets the event that all share, so after one that had changes all are checked again.
    for (bool again = true; std::exchange(again, false);) {
      for (const auto& root : roots_) {
        if (!root->has_answer()) continue;
        again = true;
        collect(*root, into);
      }
    }
    if (retry_ && *retry_ <= now) {
      for (const auto& root : roots_) {
        if (!root->folder && open(*root)) tell_files(root->path, into);
      }
    }
    look_again(now);
    return Done{};
  }

 private:
  bool open(Root& root) {
    root.close();
    root.folder.reset(
        win32::as_native(::CreateFileW(win32::wide_path(root.path).c_str(), FILE_LIST_DIRECTORY,
                                       FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, nullptr, OPEN_EXISTING,
                                       FILE_FLAG_BACKUP_SEMANTICS | FILE_FLAG_OVERLAPPED, nullptr)));
    return root.folder && ask(root);
  }

  bool ask(Root& root) {
    root.asking = {};
    root.asking.hEvent = as_handle(event_.get());
    const BOOL asked =
        ::ReadDirectoryChangesW(as_handle(root.folder.get()), root.buffer.data(),
                                static_cast<DWORD>(root.buffer.size()), TRUE, kEvents, nullptr, &root.asking, nullptr);
    if (asked == 0) root.folder.reset();
    return asked != 0;
  }

  void look_again(Time now) {
    const bool missing = std::ranges::any_of(roots_, [](const auto& root) { return !root->folder; });
    retry_ = missing ? std::optional{now + kMissing} : std::nullopt;
    // Asking for one root has reset the event that another's answer had set.
    if (std::ranges::any_of(roots_, [](const auto& root) { return root->has_answer(); }))
      ::SetEvent(as_handle(event_.get()));
  }

  void collect(Root& root, std::vector<FileChange>& into) {
    DWORD size = 0;
    if (::GetOverlappedResult(as_handle(root.folder.get()), &root.asking, &size, FALSE) == 0) {
      const DWORD code = ::GetLastError();
      if (code != ERROR_NOTIFY_ENUM_DIR) {
        root.folder.reset();  // it was deleted
        return;
      }
      size = 0;
    }
    if (size == 0) into.push_back({root.path, Kind::changed});  // too many to be named
    const std::vector<std::byte> told(root.buffer.begin(), root.buffer.begin() + size);
    (void)ask(root);
    for (std::size_t at = 0; at + kHeader <= told.size();) {
      FILE_NOTIFY_INFORMATION entry{};
      std::memcpy(&entry, told.data() + at, kHeader);
      const std::size_t length = std::min<std::size_t>(entry.FileNameLength, told.size() - at - kHeader);
      std::wstring name(length / sizeof(wchar_t), L'\0');
      std::memcpy(name.data(), told.data() + at + kHeader, name.size() * sizeof(wchar_t));
      tell(root.path, entry.Action, name, into);
      if (entry.NextEntryOffset == 0) break;
      at += entry.NextEntryOffset;
    }
  }

  void tell(const std::string& root, DWORD action, const std::wstring& name, std::vector<FileChange>& into) {
    std::string path = root.ends_with('/') ? root : root + "/";
    path += win32::plain_path(name);
    if (!reaches(root, path)) return;
    const DWORD attributes = ::GetFileAttributesW(win32::wide_path(path).c_str());
    const bool gone = attributes == INVALID_FILE_ATTRIBUTES;
    const bool folder = !gone && (attributes & FILE_ATTRIBUTE_DIRECTORY) != 0;
    if (!plan_.wants(path, folder)) return;
    switch (action) {
      case FILE_ACTION_REMOVED:
      case FILE_ACTION_RENAMED_OLD_NAME: into.push_back({std::move(path), Kind::removed}); return;
      case FILE_ACTION_ADDED:
      case FILE_ACTION_RENAMED_NEW_NAME:
        if (folder) return tell_files(path, into);
        // What is renamed is whole; what is made may be written to yet.
        into.push_back({std::move(path), action == FILE_ACTION_ADDED ? Kind::writing : Kind::changed});
        return;
      default:
        if (!folder && !gone) into.push_back({std::move(path), Kind::changed});
    }
  }

  // Whether none of the directories between the two is left out.
  [[nodiscard]] bool reaches(const std::string& root, std::string_view path) const {
    for (std::size_t slash = path.find('/', root.size() + 1); slash != std::string_view::npos;
         slash = path.find('/', slash + 1)) {
      if (!plan_.wants(path.substr(0, slash), true)) return false;
    }
    return true;
  }

  void tell_files(const std::string& folder, std::vector<FileChange>& into) {
    for_each_watched_file({{folder}, plan_.wants}, [&](const std::string& path) {
      into.push_back({path, Kind::writing});
    });
  }

  WatchPlan plan_;
  Handle event_;
  std::vector<std::unique_ptr<Root>> roots_;
  std::optional<Time> retry_;
};

}  // namespace

Result<std::unique_ptr<FileWatch>> watch_by_kernel(WatchPlan plan) {
  Handle event(win32::as_native(::CreateEventW(nullptr, TRUE, FALSE, nullptr)));
  if (!event) return last_error("create an event");
  return Result<std::unique_ptr<FileWatch>>{std::make_unique<KernelWatch>(std::move(plan), std::move(event))};
}

}  // namespace forever
