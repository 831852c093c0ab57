// ID2: which apps a word means, and when it means too much.
#include "cli/apps/selector.hpp"
#include "client/view.hpp"
#include "test/support/catch.hpp"

using namespace forever;
using namespace forever::cli;
using forever::test::contains;

namespace {

AppView view(const std::string& name, std::uint32_t id, const std::string& space, std::vector<Pid> pids,
             Pid supervisor = 0, Pid keeper = 0) {
  AppView made;
  made.name = made.status.name = name;
  made.status.id = id;
  made.status.app_namespace = space;
  made.status.supervisor.pid = supervisor;
  made.status.keeper.pid = keeper;
  for (const Pid pid : pids) {
    InstanceStatus instance;
    instance.slot = static_cast<std::uint32_t>(made.status.instances.size());
    instance.process.pid = pid;
    made.status.instances.push_back(instance);
  }
  return made;
}

const std::vector<AppView> kViews{
    view("web", 0, "default", {100}, 11, 10), view("api", 1, "prod", {200, 201, 202}, 21, 20),
    view("job", 2, "prod", {0}),
    view("prod", 3, "default", {1}, 31, 30),  // named as a namespace, its instance as an id
};

const PortHolders kHolders = [](std::uint16_t port) -> std::vector<std::vector<Pid>> {
  if (port == 80) return {{901, 900, 201, 21, 20}};
  if (port == 443) return {{10}, {100, 11, 10}};
  if (port == 22) return {{999, 998}};
  return {};
};

// The caller is in /srv/one, where a file web-a.js lies.
const SelectorPlace kPlace{kHolders,
                           [](const std::string& directory, const std::string& path) {
                             if (path.starts_with('/')) return path;
                             return (directory.empty() ? "/srv/one" : directory) + "/" +
                                    (path.starts_with("./") ? path.substr(2) : path);
                           },
                           [](const std::string& path) { return path == "web-a.js"; }};

// "web,api/1" in the order of the answer; an error as it is.
std::string chosen(const std::vector<std::string>& words, const std::vector<AppView>& views = kViews) {
  const auto result = select(views, words, kPlace);
  if (const auto* error = std::get_if<SelectionError>(&result)) return "! " + error->message;
  std::string text;
  for (const Target& target : std::get<std::vector<Target>>(result)) {
    text += (text.empty() ? "" : ",") + target.name;
    if (target.slot) text += "/" + std::to_string(*target.slot);
  }
  return text;
}

}  // namespace

TEST_CASE("ID2 an id that two apps bear is refused, and an app without one is meant by none") {
  const std::vector<AppView> views{view("web", 0, "default", {}), view("api", 0, "default", {}),
                                   view("job", kNoId, "default", {})};
  for (const char* word : {"0", "id:0"})
    CHECK_THAT(chosen({word}, views), contains("! the id 0 belongs to several apps (web, api)"));
  CHECK_THAT(chosen({std::to_string(kNoId)}, views), contains("! no app has the id"));
  CHECK(chosen({"job"}, views) == "job");
}

TEST_CASE("ID2 a selector is a name, an id, a pid, a namespace or all") {
  CHECK(chosen({"web"}) == "web");
  CHECK(chosen({"0"}) == "web");
  CHECK(chosen({"100"}) == "web");
  CHECK(chosen({"11"}) == "web");
  CHECK(chosen({"10"}) == "web");
  CHECK(chosen({"ns:prod"}) == "api,job");
  CHECK(chosen({"default"}) == "web,prod");
  CHECK(chosen({"all"}) == "web,api,job,prod");
  CHECK(chosen({"all"}, {}).empty());
}

TEST_CASE("ID2 the exact keys read in one way only") {
  CHECK(chosen({"name:prod"}) == "prod");
  CHECK(chosen({"id:1"}) == "api");
  CHECK(chosen({"pid:1"}) == "prod");
  CHECK_THAT(chosen({"name:1"}), contains("! no app has the name 1"));
  CHECK_THAT(chosen({"id:web"}), contains("! 'id:web' is not an id"));
  CHECK_THAT(chosen({"pid:"}), contains("! 'pid:' is not a pid"));
  CHECK_THAT(chosen({"pid:0"}), contains("! no app has the pid 0"));
  CHECK(chosen({"port:80"}) == "api/1");  // held by a grandchild of that instance
  CHECK(chosen({"port:443"}) == "web");   // held by the keeper, of whatever instance
  CHECK_THAT(chosen({"port:22"}), contains("! port 22 is held by pid 999, which does not belong to an app"));
  CHECK_THAT(chosen({"port:81"}), contains("! no visible process holds port 81"));
  CHECK_THAT(chosen({"port:0"}), contains("! 0 is not a port"));
  CHECK_THAT(chosen({"port:65536"}), contains("! 65536 is not a port"));
  CHECK_THAT(chosen({"port:http"}), contains("! 'port:http' is not a port"));
}

TEST_CASE("ID3 the pid of one of several instances means that slot alone") {
  CHECK(chosen({"201"}) == "api/1");
  CHECK(chosen({"202", "200"}) == "api/2,api/0");
  CHECK(chosen({"201", "201"}) == "api/1");
  CHECK(chosen({"201", "api"}) == "api");
  CHECK(chosen({"api", "201"}) == "api");
  CHECK(chosen({"21"}) == "api");
}

TEST_CASE("ID2 two readings that mean different things are refused and both are named") {
  const std::string by_word = chosen({"prod"});
  CHECK_THAT(by_word, contains("name prod (prod)"));
  CHECK_THAT(by_word, contains("namespace prod (api, job)"));
  const std::string by_number = chosen({"1"});
  CHECK_THAT(by_number, contains("id 1 (api)"));
  CHECK_THAT(by_number, contains("pid 1 (prod)"));
  CHECK(chosen({"web", "1"}).starts_with("!"));
}

TEST_CASE("ID2 readings that mean the same are no ambiguity") {
  CHECK(chosen({"solo"}, {view("solo", 0, "solo", {7})}) == "solo");
  CHECK(chosen({"7"}, {view("solo", 7, "x", {7})}) == "solo");
}

TEST_CASE("ID2 an unknown word is reported with the nearest name") {
  CHECK_THAT(chosen({"wbe"}), contains("did you mean 'web'"));
  CHECK_THAT(chosen({"4711"}), contains("no app has the id or pid 4711"));
  CHECK_THAT(chosen({"99999999999999"}), contains("! no app is called"));
  CHECK_THAT(chosen({"web"}, {}), contains("there are no apps yet"));
  CHECK(chosen({"\x1b[2J"}).find('\x1b') == std::string::npos);
}

TEST_CASE("ID2 each app once, in the order of the list, with what matched") {
  CHECK(chosen({"job", "web", "web", "0"}) == "web,job");
  const auto result = select(kViews, {"100"}, kPlace);
  CHECK(std::get<std::vector<Target>>(result).front().matched == "pid 100");
}

namespace {

AppView running(const std::string& name, const std::string& directory, std::vector<std::string> command) {
  AppView made = view(name, 0, "default", {});
  made.status.id = kNoId;
  made.status.directory = directory;
  made.status.command = std::move(command);
  return made;
}

}  // namespace

TEST_CASE("REAL13 a script means the app that runs it, the one in the caller's directory first") {
  const std::vector<AppView> views{running("first", "/srv/one", {"/usr/bin/node", "--inspect", "app.js", "8081"}),
                                   running("second", "/srv/two", {"/usr/bin/node", "app.js"}),
                                   running("third", "/srv/two", {"/usr/bin/node", "only.js"}),
                                   running("binary", "/srv/two", {"./server", "app.js.txt"})};
  CHECK(chosen({"app.js"}, views) == "first");
  CHECK(chosen({"./app.js"}, views) == "first");
  CHECK(chosen({"/srv/two/app.js"}, views) == "second");
  CHECK(chosen({"only.js"}, views) == "third");
  CHECK_THAT(chosen({"./only.js"}, views), contains("! no app is called './only.js'"));
  CHECK(chosen({"/srv/two/server"}, views) == "binary");
  // Without a dot or a slash a word is a name and nothing else.
  CHECK_THAT(chosen({"server"}, views), contains("! no app is called 'server'"));
  CHECK_THAT(chosen({"8081"}, views), contains("! no app has the id or pid 8081"));
}

TEST_CASE("REAL13 a script that several apps run is refused, and they are listed") {
  const std::vector<AppView> views{running("a", "/srv/one", {"/usr/bin/node", "app.js", "1"}),
                                   running("b", "/srv/one", {"/usr/bin/node", "app.js", "2"}),
                                   running("c", "/srv/two", {"/usr/bin/node", "x.js"}),
                                   running("d", "/srv/three", {"/usr/bin/node", "x.js"})};
  CHECK_THAT(chosen({"app.js"}, views), contains("! 'app.js' is the script of several apps (a, b)"));
  CHECK_THAT(chosen({"x.js"}, views), contains("! 'x.js' is the script of several apps (c, d)"));
}

TEST_CASE("REAL13 a name wins over a script of another app") {
  const std::vector<AppView> views{running("app.js", "/srv/two", {"/bin/true"}),
                                   running("other", "/srv/one", {"/usr/bin/node", "app.js"})};
  CHECK(chosen({"app.js"}, views) == "app.js");
}

TEST_CASE("REAL14 a pattern chooses by name, after ns: by namespace") {
  const std::vector<AppView> views{view("web-a", 0, "prod-1", {}), view("web-b", 1, "prod-2", {}),
                                   view("job", 2, "test", {})};
  CHECK(chosen({"web-*"}, views) == "web-a,web-b");
  CHECK(chosen({"name:web-?"}, views) == "web-a,web-b");
  CHECK(chosen({"ns:prod-*"}, views) == "web-a,web-b");
  CHECK(chosen({"[jw]*b"}, views) == "web-b,job");
  CHECK(chosen({"*"}, views) == "web-a,web-b,job");
  CHECK_THAT(chosen({"api-*"}, views), contains("! no app has a name like 'api-*'"));
  CHECK_THAT(chosen({"ns:x*"}, views), contains("! no app has a namespace like 'x*'"));
}

TEST_CASE("REAL14 what a shell has made of a pattern is explained") {
  CHECK_THAT(chosen({"web-a.js"}, {view("web-a", 0, "default", {})}),
             contains("quote a pattern to select apps by it: 'web-*'"));
}
