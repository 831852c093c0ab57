// The security descriptor of all that is ours, made once.
#include "platform/win32/security.hpp"

#include <sddl.h>

#include <cstddef>
#include <vector>

namespace forever::win32 {
namespace {

std::wstring find_user_sid() {
  HANDLE opened = nullptr;
  if (::OpenProcessToken(::GetCurrentProcess(), TOKEN_QUERY, &opened) == 0) return {};
  const Handle token(as_native(opened));
  DWORD size = 0;
  ::GetTokenInformation(opened, TokenUser, nullptr, 0, &size);
  std::vector<std::max_align_t> memory(size / sizeof(std::max_align_t) + 1);
  if (::GetTokenInformation(opened, TokenUser, memory.data(), size, &size) == 0) return {};
  wchar_t* text = nullptr;
  if (::ConvertSidToStringSidW(reinterpret_cast<const TOKEN_USER*>(memory.data())->User.Sid, &text) == 0) return {};
  std::wstring sid = text;
  ::LocalFree(text);
  return sid;
}

}  // namespace

const std::wstring& user_sid() {
  static const std::wstring sid = find_user_sid();
  return sid;
}

bool owns(PSID owner) {
  wchar_t* text = nullptr;
  if (::ConvertSidToStringSidW(owner, &text) == 0) return false;
  const bool same = text == user_sid();
  ::LocalFree(text);
  if (same) return true;
  HANDLE opened = nullptr;
  if (::OpenProcessToken(::GetCurrentProcess(), TOKEN_QUERY | TOKEN_DUPLICATE, &opened) == 0) return false;
  const Handle token(as_native(opened));
  HANDLE copy = nullptr;
  if (::DuplicateTokenEx(opened, TOKEN_QUERY, nullptr, SecurityIdentification, TokenImpersonation, &copy) == 0) {
    return false;
  }
  const Handle impersonation(as_native(copy));
  BOOL member = FALSE;
  return ::CheckTokenMembership(copy, owner, &member) != 0 && member != FALSE;
}

SECURITY_ATTRIBUTES* owner_only() {
  static SECURITY_ATTRIBUTES attributes = [] {
    // OW is the owner's right, should the user not be known. OICI: what is made in a directory inherits it.
    const std::wstring user = user_sid().empty() ? L"OW" : user_sid();
    const std::wstring text = L"D:P(A;OICI;FA;;;" + user + L")(A;OICI;FA;;;SY)";
    PSECURITY_DESCRIPTOR descriptor = nullptr;
    ::ConvertStringSecurityDescriptorToSecurityDescriptorW(text.c_str(), SDDL_REVISION_1, &descriptor, nullptr);
    return SECURITY_ATTRIBUTES{sizeof(SECURITY_ATTRIBUTES), descriptor, FALSE};
  }();
  return &attributes;
}

}  // namespace forever::win32
