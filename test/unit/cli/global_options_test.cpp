// --as goes before or after the verb, and is never taken from a program or from another option.
#include "cli/grammar/global_options.hpp"
#include "test/support/catch.hpp"

using namespace forever::cli;

namespace {

using Words = std::vector<std::string>;

// What is left, and whom it names: "USER: word word".
std::string taken(Words words) {
  const auto options = take_global_options(words);
  if (const auto* error = std::get_if<UsageError>(&options)) return error->message;
  std::string text = std::get<GlobalOptions>(options).as_user + ":";
  for (const std::string& word : words) text += " " + word;
  return text;
}

}  // namespace

TEST_CASE("SEC3 --as is found before and after the verb, with and without =") {
  CHECK(taken({"--as", "me", "list"}) == "me: list");
  CHECK(taken({"list", "--as", "me", "--json"}) == "me: list --json");
  CHECK(taken({"list", "--as=me"}) == "me: list");
  CHECK(taken({"start", "--name", "web", "x", "--as", "1:2", "8081"}) == "1:2: start --name web x 8081");
  CHECK(taken({"--as", "me", "--as=you", "list"}) == "you: list");
  CHECK(taken({"list"}) == ": list");
  CHECK(taken({}) == ":");
}

TEST_CASE("SEC3 --as is left to a program, and to an option whose value it is") {
  CHECK(taken({"start", "x", "--", "--as", "me"}) == ": start x -- --as me");
  CHECK(taken({"start", "--name", "--as", "x"}) == ": start --name --as x");
  CHECK(taken({"start", "--name=--as", "x", "--as", "me"}) == "me: start --name=--as x");
  CHECK(taken({"start", "--asset", "x"}) == ": start --asset x");
  CHECK(taken({"start", "--wait", "--as", "me", "x"}) == "me: start --wait x");
}

TEST_CASE("SEC3 --as without a user is refused") {
  for (const Words& words :
       {Words{"--as"}, Words{"list", "--as"}, Words{"--as=", "list"}, Words{"start", "--as", "--", "x"}})
    CHECK(taken(words) == "--as needs a value (USER)");
}
