// What sd_notify(3)'s words come to.
#include "supervisor/instance/notice.hpp"

#include "test/support/catch.hpp"

using namespace forever;

TEST_CASE("STATE3 READY, STOPPING and STATUS are understood, and nothing else changes anything") {
  Notice notice;
  notice = after(notice, "STATUS=starting up\n");
  CHECK(notice == Notice{false, false, "starting up"});
  notice = after(notice, "MAINPID=12\nREADY=1\nWATCHDOG=1");
  CHECK(notice == Notice{true, false, "starting up"});
  for (const char* nothing : {"", "\n\n", "READY=0", "READY=10", "ready=1", "FDSTORE=1", "=", "STATUS"})
    CHECK(after(notice, nothing) == notice);
  CHECK(after(notice, "STOPPING=1") == Notice{false, true, "stopping"});
  CHECK(after(notice, "STOPPING=1\nSTATUS=bye") == Notice{false, true, "bye"});
  CHECK(after(after(notice, "STOPPING=1"), "READY=1").ready);
  CHECK(after(notice, "STATUS=").says.empty());
  CHECK(after(notice, "STATUS=" + std::string(1000, 'x')).says.size() == kLongestSaying);
  CHECK(after(notice, std::string{"STATUS=a\0b", 10}).says == "ab");
}
