// The list of what is inherited, by PROC_THREAD_ATTRIBUTE_HANDLE_LIST.
#include "platform/win32/startup.hpp"

#include <algorithm>

namespace forever::win32 {

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

STARTUPINFOEXW Startup::info() const noexcept {
  STARTUPINFOEXW info{};
  info.StartupInfo.cb = sizeof info;
  info.StartupInfo.dwFlags = STARTF_USESTDHANDLES;
  info.StartupInfo.hStdInput = named_[0];
  info.StartupInfo.hStdOutput = named_[1];
  info.StartupInfo.hStdError = named_[2];
  info.lpAttributeList = list_;
  return info;
}

}  // namespace forever::win32
