// save, while one system call fails or its process is ended there: the old list or the new one, never anything else.
#include "test/support/catch.hpp"
#include "test/support/home.hpp"
#include "test/support/json.hpp"

namespace forever::test {
namespace {

struct SaveTrouble {
  const char* call;
  int code;
  int most;
};

TEST_CASE("DISK2 a save that fails at any call leaves the old list or the new one", "[slow]") {
  const SaveTrouble trouble =
      GENERATE(SaveTrouble{"open", ENOSPC, 12}, SaveTrouble{"pwrite", ENOSPC, 3}, SaveTrouble{"fsync", EIO, 3},
               SaveTrouble{"rename", EROFS, 3}, SaveTrouble{"close", EIO, 8}, SaveTrouble{"read", EIO, 8},
               SaveTrouble{"stat", EACCES, 8});
  const TemporaryHome home;
  REQUIRE(home.forever({"start", "--name", "one", child_binary(), "--", "wait"}).exit_code == 0);
  REQUIRE(home.forever({"save"}).exit_code == 0);
  const std::string old_list = read_file(home.state() / "saved.json");
  REQUIRE(home.forever({"start", "--name", "two", child_binary(), "--", "wait"}).exit_code == 0);
  for (int nth = 1; nth <= trouble.most; ++nth) {
    write_file(home.state() / "saved.json", old_list);
    Command save = home.command({"save"});
    save.environment["FOREVER_FAULT"] =
        std::string(trouble.call) + ":" + std::to_string(nth) + ":" + std::to_string(trouble.code);
    const Result saved = run(save);
    INFO(save.environment["FOREVER_FAULT"].value() << "\n" << saved.out << saved.err);
    const std::string now = read_file(home.state() / "saved.json");
    const Json list = parse_json(now);
    CHECK((now == old_list || list["apps"].size() >= 1));
    if (saved.exit_code == 0) {
      CHECK(list["apps"].size() == 2);
    } else {
      CHECK(saved.err.starts_with("forever: "));
    }
  }
}

}  // namespace
}  // namespace forever::test
