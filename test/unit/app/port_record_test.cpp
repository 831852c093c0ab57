// A port as status.json keeps it.
#include "app/port_record.hpp"

#include "test/support/catch.hpp"

using namespace forever;

TEST_CASE("SUP1 what is on record of a port is read back, and nonsense is not") {
  for (const PortRecord& record :
       {PortRecord{"127.0.0.1:8081", {{0, 101}, {1, ~std::uint64_t{0}}}}, PortRecord{"[::1%2]:1", {}}}) {
    const auto back = port_record_from(to_text(record));
    REQUIRE(back);
    CHECK(*back == record);
  }
  for (const char* text :
       {"", " ", "x", ":1", "a:0", "a:65536", "a:1 ", "a:1 0", "a:1 0/", "a:1 0/x", "a:1 -1/2", "a:1 0/1 "})
    CHECK_FALSE(port_record_from(text));
  CHECK(port_of_address("[::]:8081") == 8081);
  CHECK(port_of_address("127.0.0.1:65535") == 65535);
}
