// RtlGenRandom, which advapi32 has under another name (ntsecapi.h).
#include "platform/random.hpp"

#include "platform/win32/system.hpp"

extern "C" BOOLEAN NTAPI SystemFunction036(PVOID, ULONG);

namespace forever {

bool fill_random(std::span<std::byte> bytes) noexcept {
  return SystemFunction036(bytes.data(), static_cast<ULONG>(bytes.size())) != FALSE;
}

}  // namespace forever
