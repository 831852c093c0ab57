// By the token of a process: it is our user's, or it is not.
#include "platform/evidence.hpp"

#include <cstddef>
#include <vector>

#include "platform/users.hpp"
#include "platform/win32/security.hpp"
#include "platform/win32/system.hpp"

namespace forever {

std::optional<ProcessOwner> owner_of(Pid pid) {
  constexpr std::uint32_t kSomebodyElse = 2;
  if (pid <= 0) return std::nullopt;
  const Handle process{
      win32::as_native(::OpenProcess(PROCESS_QUERY_LIMITED_INFORMATION, FALSE, static_cast<DWORD>(pid)))};
  HANDLE opened = nullptr;
  if (!process || ::OpenProcessToken(win32::as_handle(process.get()), TOKEN_QUERY, &opened) == 0) return std::nullopt;
  const Handle token{win32::as_native(opened)};
  DWORD size = 0;
  ::GetTokenInformation(opened, TokenUser, nullptr, 0, &size);
  std::vector<std::max_align_t> memory(size / sizeof(std::max_align_t) + 1);
  if (::GetTokenInformation(opened, TokenUser, memory.data(), size, &size) == 0) return std::nullopt;
  const bool ours = win32::owns(reinterpret_cast<const TOKEN_USER*>(memory.data())->User.Sid);
  const std::uint32_t user = ours ? effective_uid() : kSomebodyElse;
  return ProcessOwner{user, user, user};
}

std::optional<StandardStream> standard_stream_of(Pid, int) { return std::nullopt; }
bool shares_pids(Pid) { return true; }
std::vector<std::string> files_locked_by(Pid, std::string_view) { return {}; }
bool shows_environment(Pid pid) { return !environment_of(pid).empty(); }

}  // namespace forever
