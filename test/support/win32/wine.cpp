// Wine tells of itself by a function that Windows has not.
#include "test/support/win32/wine.hpp"

#include <windows.h>

namespace forever::test {

bool under_wine() { return ::GetProcAddress(::GetModuleHandleW(L"ntdll.dll"), "wine_get_version") != nullptr; }

}  // namespace forever::test
