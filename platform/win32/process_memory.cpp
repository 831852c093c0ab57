// What a process was started with: its arguments, environment and directory, read from its own memory. Windows has no other
// place for them. Nothing for processes of other users, and for 32-bit ones, whose memory is laid out otherwise.

#include <algorithm>
#include <optional>

#include "platform/process.hpp"
#include "platform/win32/system.hpp"
#include "platform/windows_command_line.hpp"

namespace forever {
namespace {

using win32::as_handle;

constexpr std::size_t kMost = 1U << 20U;  // bytes of an environment

// RTL_USER_PROCESS_PARAMETERS of 64 bits, as far as it is of interest: the same since Windows 7.
constexpr std::size_t kDirectory = 0x38;    // UNICODE_STRING
constexpr std::size_t kCommandLine = 0x70;  // UNICODE_STRING
constexpr std::size_t kEnvironment = 0x80;  // pointer

class Memory {
 public:
  explicit Memory(Pid pid) {
    if (pid <= 0) return;
    process_.reset(
        win32::as_native(::OpenProcess(PROCESS_QUERY_INFORMATION | PROCESS_VM_READ, FALSE, static_cast<DWORD>(pid))));
    BOOL narrow = FALSE;
    if (!process_ || ::IsWow64Process(as_handle(process_.get()), &narrow) == 0 || narrow != FALSE) return;
    PROCESS_BASIC_INFORMATION basic{};
    if (::NtQueryInformationProcess(as_handle(process_.get()), ProcessBasicInformation, &basic, sizeof basic,
                                    nullptr) != 0) {
      return;
    }
    PEB peb{};
    if (read(basic.PebBaseAddress, &peb, sizeof peb) == sizeof peb)
      parameters_ = reinterpret_cast<char*>(peb.ProcessParameters);
  }

  [[nodiscard]] std::string text_at(std::size_t offset) const {
    UNICODE_STRING text{};
    if (parameters_ == nullptr || read(parameters_ + offset, &text, sizeof text) != sizeof text) return {};
    std::wstring wide(text.Length / sizeof(wchar_t), L'\0');
    wide.resize(read(text.Buffer, wide.data(), text.Length) / sizeof(wchar_t));
    return win32::to_utf8(wide);
  }

  [[nodiscard]] std::vector<std::string> environment() const {
    std::vector<std::string> entries;
    char* block = nullptr;
    if (parameters_ == nullptr || read(parameters_ + kEnvironment, &block, sizeof block) != sizeof block)
      return entries;
    const std::wstring text = block_at(block);
    for (std::size_t at = 0; at < text.size() && text[at] != L'\0';) {
      const std::size_t end = std::min(text.find(L'\0', at), text.size());
      if (text[at] != L'=') entries.push_back(win32::to_utf8(std::wstring_view(text).substr(at, end - at)));
      at = end + 1;
    }
    return entries;
  }

 private:
  // Bytes that could be read of it.
  std::size_t read(const void* from, void* into, std::size_t size) const {
    SIZE_T got = 0;
    ::ReadProcessMemory(as_handle(process_.get()), from, into, size, &got);
    return got;
  }

  // Up to its end, two zeros: page by page, for what follows it may not be there.
  [[nodiscard]] std::wstring block_at(const char* from) const {
    constexpr std::size_t kPage = 4096;
    std::wstring text;
    while (text.size() * sizeof(wchar_t) < kMost && text.find(std::wstring_view(L"\0\0", 2)) == std::wstring::npos) {
      const std::size_t size = kPage - reinterpret_cast<std::uintptr_t>(from) % kPage;
      std::wstring page(size / sizeof(wchar_t), L'\0');
      if (read(from, page.data(), size) != size) break;
      text += page;
      from += size;
    }
    return text;
  }

  Handle process_;
  char* parameters_ = nullptr;
};

}  // namespace

std::optional<std::string> environment_of(Pid pid, const std::string& name) {
  for (const std::string& entry : environment_of(pid)) {
    if (entry.size() > name.size() && entry[name.size()] == '=' && entry.starts_with(name)) {
      return entry.substr(name.size() + 1);
    }
  }
  return std::nullopt;
}

std::vector<std::string> environment_of(Pid pid) { return Memory(pid).environment(); }

std::vector<std::string> arguments_of(Pid pid) {
  const std::string line = Memory(pid).text_at(kCommandLine);
  return line.empty() ? std::vector<std::string>{} : split_windows_command_line(line);
}

std::string directory_of(Pid pid) {
  std::string directory = win32::plain_path(win32::to_wide(Memory(pid).text_at(kDirectory)));
  if (directory.size() > 3 && directory.back() == '/') directory.pop_back();
  return directory;
}

}  // namespace forever
