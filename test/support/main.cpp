// The main of every test ring: Catch2's, which notes each case's verdict in a file as soon as the case ends, so that
// the runner (tool/test) can tell "failed" and "never came to its end" from "passed". In addition to Catch2's own options:
//   --list-cases SPEC   prints the names of the cases, one a line
//   --sweep DIRECTORY   stops whatever still runs from state directories below DIRECTORY
#define CATCH_CONFIG_RUNNER
#include "test/support/catch.hpp"

#include <cstdlib>
#include <exception>
#include <fstream>
#include <iostream>
#include <string>
#include <vector>

#include "test/support/run.hpp"
#include "test/support/sweep.hpp"

namespace {

bool has_failed = false;
std::string skip_reason;

void note(const std::string& verdict) {
  if (const char* path = std::getenv("FOREVER_TEST_RESULTS")) {
    std::ofstream(path, std::ios::app | std::ios::binary) << verdict << '\n';
  }
}

#if __has_include(<catch2/catch_all.hpp>)
using ListenerBase = Catch::EventListenerBase;
#else
using ListenerBase = Catch::TestEventListenerBase;
#endif

struct Verdicts : ListenerBase {
  using ListenerBase::ListenerBase;

  void testCaseStarting(const Catch::TestCaseInfo& info) override {
    ListenerBase::testCaseStarting(info);
    has_failed = false;
    skip_reason.clear();
    name_ = info.name;
  }
#if __has_include(<catch2/catch_all.hpp>)
  void assertionEnded(const Catch::AssertionStats& stats) override { see(stats); }
#else
  bool assertionEnded(const Catch::AssertionStats& stats) override {
    see(stats);
    return false;
  }
#endif
  void testCaseEnded(const Catch::TestCaseStats& stats) override {
    ListenerBase::testCaseEnded(stats);
    if (!skip_reason.empty() && !has_failed) {
      note("skipped " + name_ + '\t' + skip_reason);
    } else if (stats.totals.assertions.failed != 0) {
      note("failed " + name_);
    } else {
      note("passed " + name_);
    }
  }

 private:
  static void see(const Catch::AssertionStats& stats) {
    const Catch::AssertionResult& result = stats.assertionResult;
    const bool skips = result.getResultType() == Catch::ResultWas::ThrewException && !skip_reason.empty() &&
                       std::string(result.getMessage()).find(skip_reason) != std::string::npos;
    if (!result.isOk() && !skips) has_failed = true;
  }

  std::string name_;
};

int list_cases(const char* program, const char* spec) {
  Catch::Session session;
  const char* arguments[] = {program, spec};
  if (const int code = session.applyCommandLine(2, arguments)) return code;
  auto& config = session.config();
  for (const auto& test : Catch::filterTests(Catch::getAllTestCasesSorted(config), config.testSpec(), config)) {
#if __has_include(<catch2/catch_all.hpp>)
    std::cout << test.getTestCaseInfo().name << '\n';
#else
    std::cout << test.name << '\n';
#endif
  }
  return 0;
}

}  // namespace

CATCH_REGISTER_LISTENER(Verdicts)

CATCH_TRANSLATE_EXCEPTION(const forever::test::Unavailable& missing) {
  forever::test::note_skip(missing.what());
  return missing.what();
}

namespace forever::test {

bool case_has_failed() { return has_failed || std::uncaught_exceptions() > 0; }

void note_skip(const std::string& reason) { skip_reason = reason; }

}  // namespace forever::test

int main(int argc, char** argv) {
  const std::string face = argc == 3 ? argv[1] : "";
  if (face == "--list-cases") return list_cases(argv[0], argv[2]);
  if (face == "--sweep") {
    forever::test::sweep(argv[2]);
    return 0;
  }
  return Catch::Session().run(argc, argv);
}
