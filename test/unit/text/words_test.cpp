// An enum's words: each value has one, and each word leads back to its value.
#include "text/words.hpp"

#include <string>

#include "app/control_protocol.hpp"
#include "app/settings.hpp"
#include "app/status.hpp"
#include "test/support/catch.hpp"

using namespace forever;

namespace {

template <Worded Enum>
void check_words() {
  int value = 0;
  for (const std::string_view word : words_of<Enum>()) {
    INFO(word);
    CHECK(to_string(static_cast<Enum>(value)) == word);
    CHECK(from_word<Enum>(word) == static_cast<Enum>(value));
    ++value;
  }
  CHECK_FALSE(from_word<Enum>("launching"));
  CHECK_FALSE(from_word<Enum>(""));
}

}  // namespace

TEST_CASE("LIFE6 the words of enums can be read back") {
  check_words<InstanceState>();
  check_words<Trigger>();
  check_words<Role>();
  check_words<Desired>();
  check_words<PlanStep>();
  check_words<ExitStatus::Kind>();
  check_words<Operation>();
  check_words<RestartOn>();
  check_words<KillMode>();
  check_words<LogFormat>();
  check_words<OnCrash>();
  check_words<ReadyWhen>();
  CHECK(to_string(Trigger::max_memory) == std::string("max-memory"));
  CHECK(to_string(Operation::send_signal) == std::string("signal"));
}

TEST_CASE("LIFE6 the words of an enum are listed for a message") {
  CHECK(list_of_words<LogFormat>() == "raw, time, json");
}
