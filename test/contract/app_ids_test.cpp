// The short numbers of apps, against the file system.
#include "app/ids.hpp"

#include <fstream>

#include "platform/files.hpp"
#include "test/contract/scratch.hpp"
#include "test/support/catch.hpp"

namespace forever {
namespace {

using test::Scratch;

std::uint32_t claimed(const StateDirectory& state, const std::string& name) {
  const auto id = claim_id(state, name);
  REQUIRE(id);
  return *id;
}

void put_on_record(const StateDirectory& state, const std::string& name, std::uint32_t id) {
  REQUIRE(make_private_directory(state.app_directory(name)));
  AppSpec spec;
  spec.name = name;
  spec.id = id;
  spec.script = "x";
  REQUIRE(state.write_spec(spec));
}

TEST_CASE("START2 an app gets the lowest free id and keeps it") {
  Scratch scratch;
  const StateDirectory state{scratch / "state"};
  REQUIRE(state.prepare());
  CHECK(claimed(state, "a") == 0);
  CHECK(claimed(state, "b") == 1);  // the claimer of the first lives: its app is on its way
  CHECK(claimed(state, "a") == 0);
  put_on_record(state, "a", 0);
  put_on_record(state, "b", 1);
  put_on_record(state, "c", claimed(state, "c"));
  CHECK(claimed(state, "c") == 2);
}

TEST_CASE("START2 the id of a deleted app is free again once its claimer is gone") {
  Scratch scratch;
  const StateDirectory state{scratch / "state"};
  REQUIRE(state.prepare());
  put_on_record(state, "b", 1);
  std::ofstream{scratch / "state/ids", std::ios::binary} << "0 999999999 1 a\n1 999999999 1 b\n";
  CHECK(claimed(state, "c") == 0);
  CHECK(claimed(state, "d") == 2);
}

TEST_CASE("STATE1 lost or torn claims are rebuilt from the specs") {
  Scratch scratch;
  const StateDirectory state{scratch / "state"};
  REQUIRE(state.prepare());
  put_on_record(state, "a", 0);
  put_on_record(state, "c", 2);
  const std::string torn = GENERATE("", "garbage", "0 1", "0 1 2 a\n7 x y z\n", "0 1 2 \n");
  std::ofstream{scratch / "state/ids", std::ios::binary} << torn;
  if (torn.empty()) std::filesystem::remove(scratch / "state/ids");
  CHECK(claimed(state, "a") == 0);
  CHECK(claimed(state, "b") == 1);
}

}  // namespace
}  // namespace forever
