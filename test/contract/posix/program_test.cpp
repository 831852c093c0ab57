// Which program a process runs, asked of the real system.
#include "platform/program.hpp"

#include <unistd.h>

#include <algorithm>

#include "test/support/catch.hpp"

using namespace forever;

TEST_CASE("FIND1 our own process is found by the name of its file, with its user and identity") {
  const auto self = program_of(current_pid());
  REQUIRE(self);
  CHECK(self->id == identify(current_pid()));
  CHECK(self->user == ::geteuid());
  CHECK_FALSE(self->image.empty());
  CHECK(self->use.memory_bytes > 0);
  const auto found = programs_called(self->image);
  CHECK(std::any_of(found.begin(), found.end(), [&](const ProgramFacts& facts) { return facts.id == self->id; }));
  CHECK(programs_called("").empty());
  CHECK(programs_called(self->image + "-no-such").empty());
  CHECK_FALSE(program_of(0));
}
