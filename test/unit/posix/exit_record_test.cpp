// The record of an end that a keeper passes on, also to the binary that replaces its own.
#include "platform/posix/keeper_link.hpp"

#include "test/support/catch.hpp"

using namespace forever;

TEST_CASE("SUP3 an exit record says its version and is read back") {
  using Kind = ExitStatus::Kind;
  std::string all;
  std::vector<ExitRecord> written;
  for (const ExitStatus& status : {ExitStatus{Kind::exited, 3, false}, ExitStatus{Kind::signalled, 11, true},
                                   ExitStatus{Kind::unknown, 0, false}, ExitStatus{Kind::not_started, 2, false}}) {
    written.push_back({{4711, 98765}, status});
    const std::string line = encode_record(written.back());
    CHECK(line.starts_with("1 4711 98765 "));
    const auto back = decode_records(line);
    REQUIRE(back.size() == 1);
    CHECK(back.front().id == written.back().id);
    CHECK(back.front().status == status);
    all += line;
  }
  CHECK(encode_record(written.front()) == "1 4711 98765 exited 3 0\n");
  CHECK(decode_records(all).size() == written.size());
}

TEST_CASE("SUP3 a record of another version, or one that was cut off, is left out and affects no other") {
  const std::string good = encode_record({{4711, 98765}, {ExitStatus::Kind::exited, 3, false}});
  CHECK(decode_records("2 4711 98765 exited 3 0 more\n" + good).size() == 1);
  for (const char* spoilt : {"1 4711\n", "1 4711 98765 vanished 3 0\n", "1 x 98765 exited 3 0\n",
                             "1 4711 98765 exited 3\n", "1 4711 98765 exited 3 0 1\n", "\n", " \n"}) {
    INFO(spoilt);
    CHECK(decode_records(spoilt).empty());
    CHECK(decode_records(spoilt + good).size() == 1);
  }
  // As an older keeper wrote them: the bytes of a structure.
  CHECK(decode_records(std::string(sizeof(ExitRecord), '\x07')).empty());
}
