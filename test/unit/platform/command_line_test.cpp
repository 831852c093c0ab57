// Lists of arguments as Windows' one line, and back.
#include "platform/windows_command_line.hpp"

#include "test/support/catch.hpp"

using namespace forever;

namespace {

using Words = std::vector<std::string>;

std::string line_of(const Words& argv) { return windows_command_line(argv).value_or("(nothing)"); }

std::string batch_of(const Words& arguments) {
  return batch_command_line("C:/cmd.exe", "a b.cmd", arguments).value_or("(nothing)");
}

}  // namespace

TEST_CASE("WIN arguments are quoted only where the C runtime would cut or change them") {
  CHECK(line_of({"prog", "plain", "a/b\\c", "x=1", "%PATH%", "&|<>^!"}) == R"(prog plain a/b\c x=1 %PATH% &|<>^!)");
  CHECK(line_of({"prog", ""}) == R"(prog "")");
  CHECK(line_of({"prog", "two words"}) == R"(prog "two words")");
  CHECK(line_of({"prog", "tab\there"}) == "prog \"tab\there\"");
  CHECK(line_of({"C:\\Program Files\\x.exe", "a"}) == R"("C:\Program Files\x.exe" a)");
  CHECK(line_of({"prog", "say \"hi\""}) == R"(prog "say \"hi\"")");
  CHECK(line_of({"prog", R"(C:\my dir\)"}) == R"(prog "C:\my dir\\")");
  CHECK(line_of({"prog", R"(a\\"b)"}) == R"(prog "a\\\\\"b")");
  CHECK(line_of({"", "x"}) == R"("" x)");
}

TEST_CASE("WIN what no line can say is refused") {
  CHECK_FALSE(windows_command_line(Words{}));
  CHECK_FALSE(windows_command_line(Words{"pro\"g"}));
  CHECK_FALSE(windows_command_line(Words{"prog", std::string("a\0b", 3)}));
  CHECK_FALSE(batch_command_line("cmd", "x.bat", Words{std::string("a\0b", 3)}));
  CHECK_FALSE(batch_command_line("cmd", "x.bat", Words{"a\nb"}));
  CHECK_FALSE(batch_command_line("cmd", "x.bat", Words{"a\rb"}));
  CHECK_FALSE(batch_command_line("cmd", "x\".bat", Words{}));
}

TEST_CASE("WIN a line is cut up as the C runtime documents it") {
  // The table of "Parsing C command-line arguments".
  CHECK(split_windows_command_line(R"(p "abc" d e)") == Words{"p", "abc", "d", "e"});
  CHECK(split_windows_command_line(R"(p a\\b d"e f"g h)") == Words{"p", R"(a\\b)", "de fg", "h"});
  CHECK(split_windows_command_line(R"(p a\\\"b c d)") == Words{"p", R"(a\"b)", "c", "d"});
  CHECK(split_windows_command_line(R"(p a\\\\"b c" d e)") == Words{"p", R"(a\\b c)", "d", "e"});
  CHECK(split_windows_command_line(R"(p a"b"" c d)") == Words{"p", "ab\" c d"});
  CHECK(split_windows_command_line(R"("C:\a b\p.exe"  x )") == Words{R"(C:\a b\p.exe)", "x"});
  CHECK(split_windows_command_line(R"(C:\dir\" x)") == Words{R"(C:\dir\ x)"});
  CHECK(split_windows_command_line("") == Words{""});
}

TEST_CASE("WIN every short list of awkward characters comes back as it was") {
  constexpr std::string_view kAwkward = "a \t\"\\%&^'";
  std::vector<std::string> all{""};
  for (std::size_t from = 0, length = 1; length <= 4; ++length) {
    const std::size_t until = all.size();
    for (; from < until; ++from) {
      for (const char c : kAwkward) all.push_back(all[from] + c);
    }
  }
  std::size_t wrong = 0;
  for (const std::string& one : all) {
    const Words argv{"prog", one, "last", one};
    if (split_windows_command_line(line_of(argv)) != argv) ++wrong;
  }
  INFO(all.size() << " arguments");
  CHECK(wrong == 0);
}

TEST_CASE("WIN batch files are known by their ending") {
  for (const char* name : {"x.bat", "X.BAT", "C:\\dir\\npm.cmd", "x.Cmd", "x.cmd. .", ".bat"})
    CHECK(is_batch_file(name));
  for (const char* name : {"x.exe", "bat", "x.bat.exe", "x.cmdx", "", "x.cmd/y"}) CHECK_FALSE(is_batch_file(name));
}

TEST_CASE("WIN cmd.exe finds nothing to act on in the arguments of a batch file") {
  CHECK(batch_of({}) == R"("C:/cmd.exe" /e:on /v:off /d /c ""a b.cmd"")");
  CHECK(batch_of({"plain", ""}) == R"("C:/cmd.exe" /e:on /v:off /d /c ""a b.cmd" "plain" """)");
  CHECK(batch_of({"a & calc"}) == R"("C:/cmd.exe" /e:on /v:off /d /c ""a b.cmd" "a & calc"")");
  CHECK(batch_of({"\" & calc \""}) == R"("C:/cmd.exe" /e:on /v:off /d /c ""a b.cmd" """ & calc """")");
  CHECK(batch_of({"%PATH%"}) == R"("C:/cmd.exe" /e:on /v:off /d /c ""a b.cmd" "%%cd:~,%PATH%%cd:~,%"")");
  CHECK(batch_of({R"(dir\)"}) == R"("C:/cmd.exe" /e:on /v:off /d /c ""a b.cmd" "dir\\"")");
}
