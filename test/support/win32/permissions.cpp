// By the access list.
#include "test/support/permissions.hpp"

#define WIN32_LEAN_AND_MEAN
#include <windows.h>
// clang-format off: these need the one above
#include <aclapi.h>
#include <sddl.h>
// clang-format on

#include <string>

#include "platform/win32/security.hpp"
#include "test/support/win32/security.hpp"

namespace forever::test {
namespace {

std::wstring text_of(PSID sid) {
  wchar_t* text = nullptr;
  if (::ConvertSidToStringSidW(sid, &text) == 0) return {};
  std::wstring copy = text;
  ::LocalFree(text);
  return copy;
}

bool names_nobody_else(const std::wstring& user, PACL list) {
  constexpr const wchar_t* kSystem = L"S-1-5-18";
  for (DWORD i = 0; list != nullptr && i < list->AceCount; ++i) {
    void* entry = nullptr;
    if (::GetAce(list, i, &entry) == 0) return false;
    auto* allowed = static_cast<ACCESS_ALLOWED_ACE*>(entry);
    if (allowed->Header.AceType != ACCESS_ALLOWED_ACE_TYPE || allowed->Mask == 0) continue;
    const std::wstring who = text_of(&allowed->SidStart);
    if (who != kSystem && who != user) return false;
  }
  return list != nullptr;
}

}  // namespace

bool owner_only(const std::filesystem::path& path) {
  std::wstring name = path.wstring();
  PSID owner = nullptr;
  PACL list = nullptr;
  PSECURITY_DESCRIPTOR descriptor = nullptr;
  if (::GetNamedSecurityInfoW(name.data(), SE_FILE_OBJECT, OWNER_SECURITY_INFORMATION | DACL_SECURITY_INFORMATION,
                              &owner, nullptr, &list, nullptr, &descriptor) != ERROR_SUCCESS) {
    return false;
  }
  const bool only = names_nobody_else(text_of(owner), list);
  ::LocalFree(descriptor);
  return only;
}

bool owner_only_object(NativeHandle handle) {
  PACL list = nullptr;
  PSECURITY_DESCRIPTOR descriptor = nullptr;
  if (::GetSecurityInfo(reinterpret_cast<HANDLE>(handle), SE_KERNEL_OBJECT, DACL_SECURITY_INFORMATION, nullptr, nullptr,
                        &list, nullptr, &descriptor) != ERROR_SUCCESS) {
    return false;
  }
  // An object's owner may be a group that its maker is in.
  const bool only = names_nobody_else(win32::user_sid(), list);
  ::LocalFree(descriptor);
  return only;
}

}  // namespace forever::test
