// REAL32: an apps file as a selector means what is on record from it.
#include <filesystem>

#include "test/e2e/apps.hpp"

using namespace forever::test;
namespace fs = std::filesystem;

namespace {

void write_shop(const TemporaryHome& home) {
  const std::string child = Json(child_binary()).dump();
  write_file(home.scratch() / "ecosystem.json",
             R"({"apps": [{"name": "shop-web", "script": )" + child +
                 R"(, "args": "say up wait", "append_env_to_name": true, "env_production": {"A": 1}},
                 {"name": "shop-job", "script": )" +
                 child + R"(, "args": "wait", "append_env_to_name": true, "namespace": "jobs"}]})");
}

}  // namespace

TEST_CASE("REAL32 stop FILE stops what came from it, with the environment in its name", "[REAL32]") {
  const TemporaryHome home;
  write_shop(home);
  done(home, {"start", "ecosystem.json", "--env", "production"});
  start(home, "other", {"wait"});
  REQUIRE(status_of(home, "shop-web-production") == "online");
  CHECK_THAT(done(home, {"stop", "ecosystem.json", "--only", "shop-web"}).out, contains("shop-web-production"));
  CHECK(status_of(home, "shop-web-production") == "stopped");
  CHECK(status_of(home, "shop-job-production") == "online");
  done(home, {"stop", "ecosystem.json"});
  CHECK(status_of(home, "shop-job-production") == "stopped");
  CHECK(status_of(home, "other") == "online");
  // With the name of an environment it is that one alone.
  done(home, {"start", "ecosystem.json", "--env", "staging"});
  done(home, {"start", "ecosystem.json", "--env", "production"});
  done(home, {"stop", "ecosystem.json", "--env-name", "staging"});
  CHECK(status_of(home, "shop-web-staging") == "stopped");
  CHECK(status_of(home, "shop-web-production") == "online");
  done(home, {"delete", "ecosystem.json"});
  CHECK(list_json(home).at("apps").size() == 1);
}

TEST_CASE("REAL32 a file that is gone or broken is known by what is on record", "[REAL32]") {
  const TemporaryHome home;
  write_shop(home);
  done(home, {"start", "ecosystem.json"});
  write_file(home.scratch() / "ecosystem.json", "{");
  const Result broken = done(home, {"stop", "ecosystem.json"});
  CHECK_THAT(broken.err, contains("what is on record of it is meant"));
  CHECK(status_of(home, "shop-web") == "stopped");
  fs::remove(home.scratch() / "ecosystem.json");
  done(home, {"delete", "ecosystem.json"});
  CHECK(list_json(home).at("apps").empty());
  CHECK(home.forever({"stop", "ecosystem.json"}).exit_code != 0);
}

TEST_CASE("REAL32 an app of that name that another file keeps is left alone", "[REAL32]") {
  const TemporaryHome home;
  write_shop(home);
  fs::create_directories(home.scratch() / "copy");
  fs::copy_file(home.scratch() / "ecosystem.json", home.scratch() / "copy/ecosystem.json");
  done(home, {"start", "ecosystem.json"});
  done(home, {"stop", "copy/ecosystem.json"});
  CHECK(status_of(home, "shop-web") == "online");
}

TEST_CASE("REAL32 the other verbs take apps files, too", "[REAL32]") {
  const TemporaryHome home;
  write_shop(home);
  done(home, {"start", "ecosystem.json", "--env", "production"});
  start(home, "other", {"wait"});
  REQUIRE(wait_for_log(home, "shop-web-production", "up\n"));
  const std::string described = done(home, {"describe", "ecosystem.json"}).out;
  CHECK_THAT(described, contains("shop-web-production"));
  CHECK_THAT(described, contains("shop-job-production"));
  CHECK_FALSE(has(described, "other (id"));
  CHECK(done(home, {"logs", "ecosystem.json", "--out"}).out.find("up\n") != std::string::npos);
  CHECK(lines_of(done(home, {"pid", "ecosystem.json"}).out).size() == 2);
  CHECK_FALSE(has(done(home, {"list", "ecosystem.json"}).out, "other"));
  done(home, {"is-active", "ecosystem.json"});
  done(home, {"flush", "ecosystem.json"});
  done(home, {"reset", "ecosystem.json"});
  done(home, {"scale", "ecosystem.json", "2", "--force"});
  CHECK(lines_of(done(home, {"pid", "ecosystem.json"}).out).size() == 4);
}
