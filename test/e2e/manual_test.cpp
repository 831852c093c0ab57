// The manual and the binary name the same verbs, aliases and options. Run from the top of the tree, as `make test` does.
#include <algorithm>
#include <regex>
#include <set>
#include <string>
#include <vector>

#include "test/support/catch.hpp"
#include "test/support/home.hpp"

using namespace forever::test;

namespace {

using WordSet = std::set<std::string>;

WordSet all_matches(const std::string& text, const std::string& expression) {
  const std::regex pattern(expression);
  WordSet found;
  for (std::sregex_iterator match(text.begin(), text.end(), pattern), end; match != end; ++match) {
    found.insert((*match)[1].str());
  }
  return found;
}

std::string help(const std::vector<std::string>& arguments) {
  const TemporaryHome home;
  const Result result = home.forever(arguments);
  REQUIRE(result.exit_code == 0);
  return result.out;
}

// Verbs and aliases: "  list          what is kept alive (also ls, ps, status)".
WordSet verbs_of_help() {
  const std::string text = "\n" + help({"help"});
  WordSet verbs = all_matches(text.substr(0, text.find("\nOptions:")), "\n  ([a-z]+) ");
  for (const auto& list : all_matches(text, "\\(also ([a-z, ]+)\\)")) {
    verbs.merge(all_matches(list, "([a-z]+)"));
  }
  return verbs;
}

WordSet long_options_of_help(const WordSet& verbs) {
  WordSet options{"--help", "--version"};
  for (const auto& verb : verbs) options.merge(all_matches(help({verb, "--help"}), "\n {2,}(?:-[a-z], +)?(--[a-z-]+)"));
  return options;
}

// "Fl -name" and the "-name" of "Fl n , -name Ar value", as the manual's source has them.
WordSet long_options_of_manual(const std::string& manual) {
  WordSet options;
  for (const auto& name : all_matches(manual, "(?:Fl|,) -([a-z][a-z-]+)")) options.insert("--" + name);
  return options;
}

}  // namespace

TEST_CASE("MANUAL every verb and alias of the binary is in the manual") {
  const std::string manual = read_file("man/forever.1");
  REQUIRE_FALSE(manual.empty());
  const WordSet verbs = verbs_of_help();
  REQUIRE(verbs.size() > 20);
  for (const auto& verb : verbs) {
    INFO(verb);
    CHECK(std::regex_search(manual, std::regex("Cm ([a-z]+ [,|] )*" + verb + "\\b")));
  }
}

TEST_CASE("MANUAL the manual and the help name the same options") {
  const WordSet in_manual = long_options_of_manual(read_file("man/forever.1"));
  const WordSet in_help = long_options_of_help(verbs_of_help());
  REQUIRE(in_help.size() > 30);
  WordSet difference;
  std::set_symmetric_difference(in_manual.begin(), in_manual.end(), in_help.begin(), in_help.end(),
                                std::inserter(difference, difference.end()));
  CHECK(difference == WordSet{});
}
