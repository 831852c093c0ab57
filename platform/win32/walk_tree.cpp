// A walk by FindFirstFileEx, whose results contain size and time of each file.
#include "platform/walk_tree.hpp"

#include <cerrno>
#include <vector>

#include "platform/win32/system.hpp"
#include "platform/win32/time.hpp"

namespace forever {
namespace {

class Search {
 public:
  Search(const std::string& folder, WIN32_FIND_DATAW& first)
      : handle_(::FindFirstFileExW(win32::wide_path(folder + "/*").c_str(), FindExInfoBasic, &first,
                                   FindExSearchNameMatch, nullptr, FIND_FIRST_EX_LARGE_FETCH)) {}
  Search(const Search&) = delete;
  Search& operator=(const Search&) = delete;
  ~Search() {
    if (*this) ::FindClose(handle_);
  }
  explicit operator bool() const noexcept { return handle_ != INVALID_HANDLE_VALUE; }
  bool next(WIN32_FIND_DATAW& found) noexcept { return ::FindNextFileW(handle_, &found) != 0; }

 private:
  HANDLE handle_;
};

// The index of a file is not told here; what replaces a file has another time.
std::uint64_t state_of(const WIN32_FIND_DATAW& found) noexcept {
  std::uint64_t state = mixed(0, (std::uint64_t{found.nFileSizeHigh} << 32U) | found.nFileSizeLow);
  state = mixed(state, static_cast<std::uint64_t>(win32::ticks_of(found.ftLastWriteTime)));
  return mixed(state, static_cast<std::uint64_t>(win32::ticks_of(found.ftCreationTime)));
}

bool in_trouble(DWORD code) noexcept {
  const int number = win32::errno_of(code);
  return number == ENOMEM || number == EMFILE;
}

}  // namespace

std::optional<std::uint64_t> FoundFile::look() const { return state; }

int walk_tree(const std::string& root, const TreeVisitor& visitor) {
  std::vector<std::string> left{root};
  while (!left.empty()) {
    const std::string folder = std::move(left.back());
    left.pop_back();
    if (!visitor.enter(folder)) continue;
    WIN32_FIND_DATAW found{};
    Search search(folder, found);
    if (!search) {
      if (const DWORD code = ::GetLastError(); in_trouble(code)) return win32::errno_of(code);
      continue;
    }
    do {
      const std::string name = win32::to_utf8(found.cFileName);
      if (name == "." || name == "..") continue;
      const bool link = (found.dwFileAttributes & FILE_ATTRIBUTE_REPARSE_POINT) != 0;
      const bool below = (found.dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY) != 0 && !link;
      if (!below && !visitor.file) continue;
      std::string path = folder;
      if (!path.ends_with('/')) path += '/';
      path += name;
      if (!visitor.wants(path, below)) continue;
      if (below) {
        left.push_back(std::move(path));
      } else {
        visitor.file({path, kNoHandle, name.c_str(), state_of(found)});
      }
    } while (search.next(found));
  }
  return 0;
}

}  // namespace forever
