// A console knows no foreground: the program reads what is typed, and we do not, for the two of us would take each other's lines.
#include "platform/terminal.hpp"

#include "platform/win32/system.hpp"

namespace forever {
namespace {

// Never set.
NativeHandle silence() noexcept {
  static const NativeHandle only = win32::as_native(::CreateEventW(nullptr, TRUE, FALSE, nullptr));
  return only;
}

}  // namespace

Terminal::Terminal() noexcept = default;

bool Terminal::asks_for_it(int) noexcept { return false; }

NativeHandle Terminal::handle() const noexcept { return silence(); }

bool Terminal::ours() const noexcept { return true; }

bool Terminal::give(const ProcessId&) noexcept { return true; }

void Terminal::take_back() noexcept {}

std::optional<std::string> Terminal::read_line() noexcept { return std::nullopt; }

void Terminal::suspend(const ProcessId&) noexcept {}

}  // namespace forever
