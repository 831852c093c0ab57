// Damaged records: torn, empty or newer ones are reported in one line and kept, and other apps are served.
#include "test/e2e/apps.hpp"

using namespace forever::test;

namespace {

namespace fs = std::filesystem;

constexpr int kFailed = 1;

}  // namespace

TEST_CASE("BAD corrupt state files are reported and kept, and the other apps are served", "[BAD]") {
  for (const char* garbage :
       {"", "{", "null", "[]", "{\"version\":1}", "not json at all", "\xff\xfe\x00", "{\"seq\":1,\"end\":2}"}) {
    const TemporaryHome home;
    start(home, "good", {"wait"});
    start(home, "bad", {"wait"});
    done(home, {"stop", "bad"});
    REQUIRE(wait_until([&] { return processes_of(home).size() == 3; }));
    write_file(home.app("bad") / "spec.json", garbage);
    INFO("spec.json: " << garbage);
    const Result listed_all = home.forever({"list"});
    REQUIRE(listed_all.exit_code == 0);
    REQUIRE_THAT(listed_all.out, contains("good"));
    REQUIRE(status_of(home, "good") == "online");
    const Result result = home.forever({"start", "bad"});
    INFO(result.out << result.err);
    REQUIRE(result.exit_code == kFailed);
    require_one_line(result.err, "spec.json");
    REQUIRE(read_file(home.app("bad") / "spec.json") == garbage);  // kept
    done(home, {"restart", "good"});
    done(home, {"delete", "bad"});
    REQUIRE(list_json(home).at("apps").size() == 1);
  }
}

TEST_CASE("BAD a corrupt status of an app that runs is put right from what the kernel knows", "[BAD]") {
  for (const char* garbage : {"", "{", "null", "[1,2,3]", "garbage"}) {
    const TemporaryHome home;
    start(home, "web", {"wait"});
    const int pid = pid_of(home, "web");
    write_file(home.app("web") / "status.json", garbage);
    INFO("status.json: " << garbage);
    REQUIRE(home.forever({"list"}).exit_code == 0);
    REQUIRE(wait_until([&] { return status_of(home, "web") == "online" && pid_of(home, "web") == pid; }));
    done(home, {"stop", "web"});
    REQUIRE_FALSE(alive(pid));
  }
}

TEST_CASE("BAD state files of a newer version are refused in one line, and kept", "[BAD]") {
  const TemporaryHome home;
  start(home, "web", {"wait"});
  done(home, {"stop", "web"});
  REQUIRE(all_gone(home));
  const auto file = home.app("web") / "spec.json";
  Json spec = read_json(file);
  spec["version"] = 99;
  write_file(file, spec.dump());
  const Result result = home.forever({"start", "web"});
  INFO(result.out << result.err);
  REQUIRE(result.exit_code == kFailed);
  require_one_line(result.err, "newer");
  REQUIRE(read_file(file) == spec.dump());
  REQUIRE(all_gone(home));
}

TEST_CASE("BAD the state files of an app that a newer forever has left behind are refused in one line, and kept",
          "[BAD]") {
  for (const char* name : {"status.json", "spec.json"}) {
    INFO(name);
    const TemporaryHome home;
    start(home, "web", {"wait"});
    const int pid = pid_of(home, "web");
    kill_watchers(home, "web");
    const auto file = home.app("web") / name;
    Json newer = read_json(file);
    newer["version"] = 99;
    newer["unheard of"] = true;
    write_file(file, newer.dump());
    for (const Words& words : {Words{"list"}, {"start", "web"}, {"restart", "web"}, {"stop", "web"}}) {
      const Result result = home.forever(words);
      INFO(words.front() << ": " << result.out << result.err);
      REQUIRE(result.exit_code == (words.front() == "list" ? 0 : kFailed));
      REQUIRE_THAT(result.err, contains("newer"));
      require_one_line(result.err);
      REQUIRE(read_file(file) == newer.dump());
      REQUIRE(alive(pid));
      REQUIRE(wait_until([&] { return processes_of(home).size() == 1; }));
    }
  }
}

TEST_CASE("BAD delete refuses an app of a newer forever in one line, and removes a damaged one", "[BAD]") {
  const TemporaryHome home;
  for (const char* name : {"spec.json", "status.json"}) {
    INFO(name);
    start(home, "web", {"wait"});
    start(home, "other", {"wait"});
    done(home, {"stop", "all"});
    REQUIRE(all_gone(home));
    const auto file = home.app("web") / name;
    Json newer = read_json(file);
    newer["version"] = 99;
    write_file(file, newer.dump());
    const Result result = home.forever({"delete", "all"});
    INFO(result.out << result.err);
    REQUIRE(result.exit_code == kFailed);
    require_one_line(result.err, "newer");
    REQUIRE_THAT(result.err, contains("remove the directory " + home.app("web").string()));
    REQUIRE(result.out == "other deleted\n");
    REQUIRE(read_file(file) == newer.dump());
    const Json answer = parse_json(home.forever({"delete", "web", "--json"}).out);
    REQUIRE_THAT(answer.at("error").get<std::string>(), contains("newer"));
    REQUIRE(read_file(file) == newer.dump());
    write_file(file, "{");
    done(home, {"delete", "web"});
    REQUIRE_FALSE(fs::exists(home.app("web")));
  }
}

TEST_CASE("BAD the remedy in the message about a damaged spec.json works", "[BAD]") {
  const TemporaryHome home;
  start(home, "web", {"wait"});
  done(home, {"stop", "web"});
  write_file(home.app("web") / "spec.json", "{");
  const Result result = home.forever({"start", "web"});
  REQUIRE(result.exit_code == kFailed);
  require_one_line(result.err, "move it away, or `forever delete` the app");
  CHECK_FALSE(has(home.forever({"describe", "web"}).out, "merged into out\nformat"));
  done(home, {"delete", "web"});
  start(home, "web", {"wait"});
  done(home, {"stop", "web"});
  write_file(home.app("web") / "spec.json", "{");
  fs::rename(home.app("web") / "spec.json", home.scratch() / "away.json");
  start(home, "web", {"wait"});
}

TEST_CASE("BAD an app with a damaged record keeps its id, and without a claim has no id", "[BAD]") {
  const TemporaryHome home;
  for (const char* name : {"web", "api", "job"}) start(home, name, {"wait"});
  done(home, {"stop", "api", "job"});
  for (const char* name : {"api", "job"}) {
    for (const char* file : {"spec.json", "status.json"}) write_file(home.app(name) / file, "{");
  }
  const auto ids = [&] {
    Json found = Json::object();
    const Json list = list_json(home);
    for (const Json& app : list.at("apps")) found[app.at("name").get<std::string>()] = app.at("id");
    return found;
  };
  CHECK(ids() == Json({{"web", 0}, {"api", 1}, {"job", 2}}));
  const Result described = home.forever({"describe", "job"});
  INFO(described.out);
  CHECK_FALSE(has(described.out, "merged into out"));
  write_file(home.state() / "ids", "torn");
  CHECK(ids() == Json({{"web", 0}, {"api", nullptr}, {"job", nullptr}}));
  CHECK_THAT(home.forever({"list"}).out, contains(" -  job"));
  done(home, {"delete", "0"});
  CHECK(ids() == Json({{"api", nullptr}, {"job", nullptr}}));
  CHECK(home.forever({"delete", "0"}).exit_code == 3);
}
