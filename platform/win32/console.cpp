// The console: UTF-16 where it is one, bytes where it is a file or a pipe.
#include "platform/console.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <string>

#include "platform/environment.hpp"
#include "platform/win32/system.hpp"

namespace forever {
namespace {

constexpr int kWidest = 10000;                    // columns; more is a mistake in COLUMNS
constexpr std::size_t kConsolePiece = 8U << 10U;  // characters for one call: consoles of old refuse 64 KiB

DWORD number_of(Stream stream) noexcept {
  switch (stream) {
    case Stream::in: return STD_INPUT_HANDLE;
    case Stream::out: return STD_OUTPUT_HANDLE;
    case Stream::err: return STD_ERROR_HANDLE;
  }
  return STD_ERROR_HANDLE;
}

HANDLE handle_of(Stream stream) noexcept { return ::GetStdHandle(number_of(stream)); }

Status write_text(HANDLE console, std::string_view bytes) {
  const std::wstring text = win32::to_wide(bytes);
  for (std::size_t at = 0; at < text.size();) {
    DWORD put = 0;
    const DWORD asked = static_cast<DWORD>(std::min(kConsolePiece, text.size() - at));
    if (::WriteConsoleW(console, text.data() + at, asked, &put, nullptr) == 0 || put == 0) {
      return last_error("write to the console");
    }
    at += put;
  }
  return Done{};
}

}  // namespace

void fill_standard_streams() noexcept {
  for (const Stream stream : {Stream::in, Stream::out, Stream::err}) {
    HANDLE const handle = handle_of(stream);
    if (handle != nullptr && handle != INVALID_HANDLE_VALUE) continue;
    HANDLE const null = ::CreateFileW(L"NUL", GENERIC_READ | GENERIC_WRITE, FILE_SHARE_READ | FILE_SHARE_WRITE, nullptr,
                                      OPEN_EXISTING, 0, nullptr);
    if (null != INVALID_HANDLE_VALUE) ::SetStdHandle(number_of(stream), null);
  }
}

bool is_terminal(Stream stream) noexcept {
  DWORD mode = 0;
  return ::GetConsoleMode(handle_of(stream), &mode) != 0;
}

bool has_controlling_terminal() noexcept { return false; }

bool nobody_reads(Stream) noexcept { return false; }

int terminal_width(int otherwise) noexcept {
  if (const char* columns = std::getenv("COLUMNS")) {
    if (const int width = std::atoi(columns); width > 0 && width <= kWidest) return width;
  }
  CONSOLE_SCREEN_BUFFER_INFO info{};
  if (::GetConsoleScreenBufferInfo(handle_of(Stream::out), &info) == 0) return otherwise;
  const int width = info.srWindow.Right - info.srWindow.Left + 1;
  return width > 0 ? width : otherwise;
}

bool colours_wanted(Stream stream) {
  if (const auto force = environment_variable("FORCE_COLOR"); force && !force->empty()) return *force != "0";
  if (const auto none = environment_variable("NO_COLOR"); none && !none->empty()) return false;
  if (environment_variable("TERM") == "dumb") return false;
  // Colours are escape sequences here too, after they have been enabled in the console (Windows 10).
  HANDLE const console = handle_of(stream);
  DWORD mode = 0;
  return ::GetConsoleMode(console, &mode) != 0 &&
         ::SetConsoleMode(console, mode | ENABLE_PROCESSED_OUTPUT | ENABLE_VIRTUAL_TERMINAL_PROCESSING) != 0;
}

Status write_all(Stream stream, std::string_view bytes) {
  HANDLE const handle = handle_of(stream);
  if (is_terminal(stream)) return write_text(handle, bytes);
  while (!bytes.empty()) {
    DWORD put = 0;
    const DWORD asked = static_cast<DWORD>(std::min<std::size_t>(bytes.size(), 1U << 30U));
    if (::WriteFile(handle, bytes.data(), asked, &put, nullptr) == 0) {
      return last_error(stream == Stream::out ? "write to standard output" : "write to standard error");
    }
    bytes.remove_prefix(put);
  }
  return Done{};
}

Result<std::string> read_standard_input(std::size_t limit) {
  std::string all;
  std::string piece(64U << 10U, '\0');
  for (;;) {
    DWORD got = 0;
    if (::ReadFile(handle_of(Stream::in), piece.data(), static_cast<DWORD>(piece.size()), &got, nullptr) == 0) {
      if (::GetLastError() == ERROR_BROKEN_PIPE) return all;
      return last_error("read standard input");
    }
    if (got == 0) return all;
    all.append(piece, 0, got);
    if (all.size() > limit) return error_from(EFBIG, "read standard input");
  }
}

}  // namespace forever
