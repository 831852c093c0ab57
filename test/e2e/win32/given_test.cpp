// What a program is given on Windows: its arguments, its interpreter, its environment; and where its state is kept.
#include <utility>

#include "test/e2e/apps.hpp"

using namespace forever::test;

TEST_CASE("START1 on Windows arguments reach the program word for word", "[START1]") {
  const TemporaryHome home;
  const Words odd = {"",
                     "two words",
                     "\"quoted\"",
                     "back\\slash\\",
                     "end\\\\\"",
                     "%PATH%",
                     "-h",
                     "--",
                     "a&b|c>d^e!",
                     "tab\there",
                     "gr\xC3\xBC\xC3\x9F dich \xF0\x9F\x90\xA7",
                     "*"};
  start(home, "talk", Words{"print-args", "wait", "--"} + odd);
  REQUIRE(wait_for_log(home, "talk", "arg " + std::to_string(odd.size() - 1)));
  const std::string log = log_of(home, "talk");
  for (std::size_t i = 0; i < odd.size(); ++i) {
    std::string hex;
    for (const char c : odd[i]) {
      char digits[3];
      std::snprintf(digits, sizeof digits, "%02x", static_cast<unsigned char>(c));
      hex += digits;
    }
    INFO("argument " << i);
    CHECK(has(log, "arg " + std::to_string(i) + " " + hex + "\n"));
  }
  // And is shown as it was typed.
  const Json command = describe_json(home, "talk").at("command");
  CHECK(Words(command.end() - static_cast<std::ptrdiff_t>(odd.size()), command.end()) == odd);
  CHECK_THAT(done(home, {"describe", "talk"}).out, contains("gr\xC3\xBC\xC3\x9F dich \xF0\x9F\x90\xA7"));
}

TEST_CASE("ENV1 on Windows an environment file with Windows' line ends is read, names compare without case", "[ENV1]") {
  const TemporaryHome home;
  write_file(home.scratch() / "env", "COLOUR=blue\r\nWORDS=\"two words\"\r\n");
  start(home, "web", {"print-env", "colour", "print-env", "WORDS", "say", "end", "wait"}, {"--env-file", "env"});
  REQUIRE(wait_for_log(home, "web", "end"));
  CHECK(log_of(home, "web") == "env colour=blue\nenv WORDS=two words\nend\n");
}

TEST_CASE("START on Windows a script is run by the interpreter of its ending, whichever name that has here",
          "[start]") {
  const TemporaryHome home;
  const Place bin = home.scratch() / "bin";
  std::filesystem::create_directory(bin);
  for (const char* interpreter : {"node.exe", "python.exe"})
    std::filesystem::copy_file(child_binary(), bin / interpreter);
  for (const auto& [script, interpreter] : {std::pair{"server.js", "node.exe"}, std::pair{"worker.py", "python.exe"}}) {
    write_file(home.scratch() / script, "");
    Command command = home.command({"start", script, "--restart", "never", "--", "two words"});
    command.environment["PATH"] = bin;
    const Result started = run(command);
    INFO(started.err);
    CHECK(started.exit_code == 0);
    const std::string name = std::string(script).substr(0, 6);
    const Json words = describe_json(home, name).at("command");
    CHECK_THAT(words.at(0).get<std::string>(), contains(std::string("bin/") + interpreter));
    CHECK_THAT(words.at(1).get<std::string>(), contains(script));
    CHECK(words.at(2) == "two words");
  }
}

TEST_CASE("STATE on Windows the state directory is below LOCALAPPDATA by default", "[state]") {
  const TemporaryHome home;
  Command command = home.command({"list", "--json"});
  command.environment["FOREVER_HOME"] = std::nullopt;
  command.environment["LOCALAPPDATA"] = home.scratch();
  CHECK(Json::parse(run(command).out).at("state_dir") == (home.scratch() / "forever").generic_string());
}
