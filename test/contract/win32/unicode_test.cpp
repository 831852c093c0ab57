// Names and values beyond ASCII: UTF-8 inside, UTF-16 outside.
#include <windows.h>
// clang-format off: it needs the one above
#include <shellapi.h>
// clang-format on

#include "platform/environment.hpp"
#include "platform/files.hpp"
#include "platform/signals.hpp"
#include "platform/win32/system.hpp"
#include "platform/windows_command_line.hpp"
#include "test/contract/scratch.hpp"
#include "test/support/catch.hpp"

using namespace forever;
using test::Scratch;

TEST_CASE("WIN files with names of any script are written, found and removed") {
  const Scratch scratch;
  const std::string name = "\u00fcber-\u65e5\u672c-\U0001F600";
  REQUIRE(make_private_directory(scratch / name));
  REQUIRE(write_atomically((scratch / name) + "/" + name, "text", Durability::synced));
  CHECK(list_directory(scratch / name) == std::vector<std::string>{name});
  CHECK(*read_file((scratch / name) + "/" + name) == "text");
  CHECK(canonical_path(scratch / name).ends_with(name));
  REQUIRE(remove_tree(scratch / name));
  CHECK_FALSE(exists(scratch / name));
}

TEST_CASE("WIN text survives both ways, and what is none becomes U+FFFD") {
  for (const std::string& text : {std::string(), std::string("plain"), std::string("\u00e4\u65e5\U0001F600")}) {
    CHECK(win32::to_utf8(win32::to_wide(text)) == text);
  }
  CHECK(win32::to_utf8(win32::to_wide("a\xffz")).find("\ufffd") != std::string::npos);
}

TEST_CASE("WIN variables of the environment differ from those that are empty or not set") {
  ::SetEnvironmentVariableW(L"FOREVER_TEST", L"\u65e5");
  CHECK(environment_variable("FOREVER_TEST") == "\u65e5");
  const auto all = environment_snapshot();
  CHECK(std::count(all.begin(), all.end(), "FOREVER_TEST=\u65e5") == 1);
  ::SetEnvironmentVariableW(L"FOREVER_TEST", L"");
  CHECK(environment_variable("FOREVER_TEST") == "");
  ::SetEnvironmentVariableW(L"FOREVER_TEST", nullptr);
  CHECK_FALSE(environment_variable("FOREVER_TEST"));
  for (const std::string& entry : all) CHECK_FALSE(entry.starts_with("="));
}

TEST_CASE("WIN the system cuts our command lines up as we meant them") {
  const std::vector<std::vector<std::string>> rows{
      {"prog"},
      {"prog", ""},
      {"C:\\Program Files\\x.exe", "a b", "tab\t", "q\"q", "back\\", "end \\", "\\\\\"", "\u65e5 \U0001F600", "%x%",
       "^&|"},
      {"prog", "\"", "\\", "\\\\", "\\\"", "a\\ b", "", " "},
  };
  for (const auto& argv : rows) {
    const auto line = windows_command_line(argv);
    REQUIRE(line);
    INFO(*line);
    int count = 0;
    wchar_t** const words = ::CommandLineToArgvW(win32::to_wide(*line).c_str(), &count);
    REQUIRE(words != nullptr);
    std::vector<std::string> found;
    for (int i = 0; i < count; ++i) found.push_back(win32::to_utf8(words[i]));
    ::LocalFree(words);
    CHECK(found == argv);
  }
}

TEST_CASE("WIN the requests to stop have names and numbers") {
  CHECK(signal_from_name("sigterm") == kTermSignal);
  CHECK(signal_from_name("9") == kKillSignal);
  CHECK(signal_name(kInterruptSignal) == "SIGINT");
  CHECK(signal_name(11) == "SIGSEGV");
  CHECK_FALSE(signal_from_name("RTMIN"));
  CHECK_FALSE(signal_from_name(""));
}

TEST_CASE("WIN an error has errno's number where one says the same, and the system's words where none does") {
  CHECK(open_for_reading("C:/no/such/file").error().code.value() == ENOENT);
  CHECK(open_for_reading("C:/no/such/file").error().message() ==
        "cannot open C:/no/such/file: no such file or directory");
  const Error odd = win32::error_of(ERROR_SERVICE_DISABLED, "try");
  CHECK(odd.code.value() == win32::kFirstSystemCode + ERROR_SERVICE_DISABLED);
  CHECK(odd.message().size() > std::string("cannot try: ").size());
}

TEST_CASE("WIN6 a file is replaced and rotated while another process reads it") {
  const Scratch scratch;
  REQUIRE(write_atomically(scratch / "log", "old", Durability::rename_only));
  const auto reader = open_for_reading(scratch / "log");
  REQUIRE(reader);
  REQUIRE(rename_file(scratch / "log", scratch / "log.1"));
  REQUIRE(write_atomically(scratch / "log", "new", Durability::rename_only));
  const auto other = open_for_reading(scratch / "log");
  REQUIRE(other);
  REQUIRE(write_atomically(scratch / "log", "newer", Durability::rename_only));
  char text[4] = {};
  CHECK(*read_at(reader->get(), 0, text, 3) == 3);
  CHECK(std::string(text) == "old");
  CHECK(*read_file(scratch / "log") == "newer");
}
