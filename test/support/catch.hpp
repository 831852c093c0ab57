// Catch2 for every test file, version 2 or 3, with what this project's rings share: skipping, and matching a part of a text.
#pragma once

#if __has_include(<catch2/catch_all.hpp>)
#include <catch2/catch_all.hpp>
#else
#include <catch2/catch.hpp>
#endif

#include <string>

namespace forever::test {

// Whether an assertion of the test case that runs now has failed, or an exception is on its way out of it.
[[nodiscard]] bool case_has_failed();

// Marks the running test case as skipped: it is then neither passed nor failed, and `reason` is shown. Use SKIP_CASE.
void note_skip(const std::string& reason);

// REQUIRE_THAT(text, contains("part"))
inline auto contains(const std::string& part) {
#if __has_include(<catch2/catch_all.hpp>)
  return Catch::Matchers::ContainsSubstring(part);
#else
  return Catch::Matchers::Contains(part);
#endif
}

}  // namespace forever::test

// Leaves the test case because this machine cannot show what it proves (no root, no seccomp, no second user).
#define SKIP_CASE(reason)               \
  do {                                  \
    ::forever::test::note_skip(reason); \
    return;                             \
  } while (false)
