// The list of what is inherited, by PROC_THREAD_ATTRIBUTE_HANDLE_LIST.
#include "platform/win32/startup.hpp"

#include <algorithm>

namespace forever::win32 {
namespace {

constexpr int kTries = 8;  // to create one process

}  // namespace

Handle inheritable(NativeHandle handle) {
  HANDLE copy = nullptr;
  HANDLE const self = ::GetCurrentProcess();
  if (::DuplicateHandle(self, as_handle(handle), self, &copy, 0, TRUE, DUPLICATE_SAME_ACCESS) == 0) return Handle();
  return Handle(as_native(copy));
}

Handle inheritable_null() {
  SECURITY_ATTRIBUTES inherited{sizeof(SECURITY_ATTRIBUTES), nullptr, TRUE};
  return Handle(as_native(::CreateFileW(L"NUL", GENERIC_READ | GENERIC_WRITE, FILE_SHARE_READ | FILE_SHARE_WRITE,
                                        &inherited, OPEN_EXISTING, 0, nullptr)));
}

Startup::Startup(Handle in, Handle out, Handle err, std::vector<Handle> others) : handles_(std::move(others)) {
  handles_.insert(handles_.begin(), std::move(err));
  handles_.insert(handles_.begin(), std::move(out));
  handles_.insert(handles_.begin(), std::move(in));
  for (const Handle& handle : handles_) {
    if (!handle) return;
    named_.push_back(as_handle(handle.get()));
  }
  SIZE_T size = 0;
  ::InitializeProcThreadAttributeList(nullptr, 1, 0, &size);
  memory_.resize(size / sizeof(std::max_align_t) + 1);
  auto* const list = reinterpret_cast<LPPROC_THREAD_ATTRIBUTE_LIST>(memory_.data());
  if (::InitializeProcThreadAttributeList(list, 1, 0, &size) == 0) return;
  list_ = list;
  ready_ = ::UpdateProcThreadAttribute(list_, 0, PROC_THREAD_ATTRIBUTE_HANDLE_LIST, named_.data(),
                                       named_.size() * sizeof(HANDLE), nullptr, nullptr) != 0;
}

Startup::~Startup() {
  if (list_ != nullptr) ::DeleteProcThreadAttributeList(list_);
}

bool Startup::create(const wchar_t* program, std::wstring& line, DWORD flags, const std::wstring* environment,
                     const wchar_t* directory, PROCESS_INFORMATION& created) const noexcept {
  STARTUPINFOEXW info{};
  info.StartupInfo.cb = sizeof info;
  info.StartupInfo.dwFlags = STARTF_USESTDHANDLES;
  info.StartupInfo.hStdInput = named_[0];
  info.StartupInfo.hStdOutput = named_[1];
  info.StartupInfo.hStdError = named_[2];
  info.lpAttributeList = list_;
  const DWORD all_flags = flags | EXTENDED_STARTUPINFO_PRESENT | CREATE_UNICODE_ENVIRONMENT;
  auto* const block = environment == nullptr ? nullptr : const_cast<wchar_t*>(environment->c_str());  // not written to
  const std::wstring kept = line;
  for (int tries = 1;; ++tries) {
    if (::CreateProcessW(program, line.data(), nullptr, nullptr, TRUE, all_flags, block, directory, &info.StartupInfo,
                         &created) != 0)
      return true;
    // Once in some thousands the loader (Wine's) finds no room in a new process, which has then not run at all.
    if (::GetLastError() != ERROR_INTERNAL_ERROR || tries == kTries) return false;
    line = kept;
  }
}

}  // namespace forever::win32
