// Which program a process runs: by the path of its image, which every user may ask for.
#include "platform/program.hpp"

#include <array>
#include <span>

#include "platform/users.hpp"
#include "platform/win32/jobs.hpp"
#include "platform/win32/system.hpp"

namespace forever {
namespace {

using win32::as_handle;

std::wstring image_of(Pid pid) {
  const Handle process(win32::as_native(
      pid > 0 ? ::OpenProcess(PROCESS_QUERY_LIMITED_INFORMATION, FALSE, static_cast<DWORD>(pid)) : nullptr));
  std::wstring path(32'768, L'\0');
  auto length = static_cast<DWORD>(path.size());
  if (!process || ::QueryFullProcessImageNameW(as_handle(process.get()), 0, path.data(), &length) == 0) return {};
  path.resize(length);
  return path;
}

std::string base_name(const std::string& path) { return path.substr(path.find_last_of("/\\") + 1); }

bool same_text(std::string_view a, std::string_view b) {
  const std::wstring left = win32::to_wide(a);
  const std::wstring right = win32::to_wide(b);
  return ::CompareStringOrdinal(left.data(), static_cast<int>(left.size()), right.data(),
                                static_cast<int>(right.size()), TRUE) == CSTR_EQUAL;
}

bool is_called(const ProcessEntry& entry, std::string_view name, const std::string& wanted) {
  if (name.find_first_of("/\\") != std::string_view::npos)
    return same_text(win32::plain_path(image_of(entry.id.pid)), wanted);
  const std::string image = base_name(entry.title);
  return same_text(image, name) || same_text(image, std::string(name) + ".exe");
}

}  // namespace

std::optional<ProgramFacts> program_of(Pid pid) {
  const auto id = identify(pid);
  if (!id) return std::nullopt;
  ProgramFacts facts;
  facts.id = *id;
  facts.parent = parent_of(pid);
  facts.user = effective_uid();
  facts.image = base_name(win32::plain_path(image_of(pid)));
  facts.command = arguments_of(pid);
  facts.use = win32::usage_of(pid);
  return facts;
}

std::vector<ProgramFacts> programs_called(std::string_view name) {
  const std::string wanted = win32::plain_path(win32::to_wide(name));
  std::vector<ProgramFacts> found;
  for_each_process([&](const ProcessEntry& entry) {
    if (!is_called(entry, name, wanted)) return;
    if (auto facts = program_of(entry.id.pid)) found.push_back(std::move(*facts));
  });
  return found;
}

bool runs_file(Pid pid, const std::string& path) {
  const std::wstring image = image_of(pid);
  return image.empty() || same_text(win32::plain_path(image), win32::plain_path(win32::to_wide(path)));
}

bool same_program(Pid a, Pid b) {
  const std::wstring left = image_of(a);
  const std::wstring right = image_of(b);
  return left.empty() || right.empty() || same_text(win32::to_utf8(left), win32::to_utf8(right));
}

}  // namespace forever
