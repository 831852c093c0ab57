// The console for a view that redraws itself. Since Windows 10 it takes and gives the sequences that other terminals know, when
// asked to.
#include "platform/raw_terminal.hpp"

#include <array>
#include <span>

#include "platform/console.hpp"
#include "platform/win32/system.hpp"

namespace forever {
namespace {

// Of consoleapi.h since Windows 10, not in every mingw-w64's.
constexpr DWORD kSequencesIn = 0x0200;
constexpr DWORD kSequencesOut = 0x0004;

HANDLE input_handle() noexcept { return ::GetStdHandle(STD_INPUT_HANDLE); }
HANDLE output_handle() noexcept { return ::GetStdHandle(STD_OUTPUT_HANDLE); }

}  // namespace

struct RawTerminal::Before {
  DWORD input = 0;
  DWORD output = 0;
};

TerminalSize terminal_size() noexcept {
  CONSOLE_SCREEN_BUFFER_INFO info{};
  if (::GetConsoleScreenBufferInfo(output_handle(), &info) == 0) return {};
  const TerminalSize size{info.srWindow.Bottom - info.srWindow.Top + 1, info.srWindow.Right - info.srWindow.Left + 1};
  return size.rows > 0 && size.columns > 0 ? size : TerminalSize{};
}

// We write UTF-16 to it (console.cpp).
bool terminal_is_utf8() { return true; }

Result<RawTerminal> RawTerminal::open() {
  auto before = std::make_unique<Before>();
  if (::GetConsoleMode(input_handle(), &before->input) == 0 || ::GetConsoleMode(output_handle(), &before->output) == 0)
    return last_error("read the console's settings");
  if (::SetConsoleMode(output_handle(), before->output | kSequencesOut) == 0)
    return last_error("change the console's settings");
  const DWORD raw = (before->input & ~DWORD{ENABLE_LINE_INPUT | ENABLE_ECHO_INPUT}) | kSequencesIn;
  if (::SetConsoleMode(input_handle(), raw) == 0) return last_error("change the console's settings");
  RawTerminal terminal{std::move(before)};
  (void)write_all(Stream::out, kEnterView);
  return terminal;
}

RawTerminal::RawTerminal(std::unique_ptr<Before> before) noexcept : before_(std::move(before)) {}
RawTerminal::RawTerminal(RawTerminal&&) noexcept = default;

RawTerminal::~RawTerminal() {
  if (!before_) return;
  (void)write_all(Stream::out, kLeaveView);
  ::SetConsoleMode(output_handle(), before_->output);
  ::SetConsoleMode(input_handle(), before_->input);
}

NativeHandle RawTerminal::input() const noexcept { return win32::as_native(input_handle()); }

bool RawTerminal::read(std::string& into) const {
  std::wstring keys;
  for (;;) {
    DWORD waiting = 0;
    if (::GetNumberOfConsoleInputEvents(input_handle(), &waiting) == 0) return false;
    if (waiting == 0) break;
    std::array<INPUT_RECORD, 64> records;
    DWORD got = 0;
    if (::ReadConsoleInputW(input_handle(), records.data(), static_cast<DWORD>(records.size()), &got) == 0)
      return false;
    for (const INPUT_RECORD& record : std::span(records).first(got)) {
      if (record.EventType != KEY_EVENT || record.Event.KeyEvent.bKeyDown == 0) continue;
      const wchar_t key = record.Event.KeyEvent.uChar.UnicodeChar;
      if (key != L'\0') keys.append(record.Event.KeyEvent.wRepeatCount, key);
    }
  }
  into += win32::to_utf8(keys);
  return true;
}

}  // namespace forever
