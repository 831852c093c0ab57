// Every setting is one row: this walks the rows, and asks for each whether all that follows from it is there.
#include <unistd.h>  // POSIX alone: the samples are its paths and sockets, which Windows refuses

#include "app/settings/setting.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "cli/apps/json.hpp"
#include "cli/apps_file/apps_file.hpp"
#include "cli/export/export.hpp"
#include "cli/grammar/help.hpp"
#include "cli/grammar/parse.hpp"
#include "cli/grammar/verb.hpp"
#include "cli/list/description.hpp"
#include "cli/verbs/start.hpp"
#include "test/support/catch.hpp"
#include "test/support/run.hpp"
#include "text/split.hpp"

using namespace forever;
using namespace forever::cli;
using forever::test::contains;

namespace {

// What is typed for it that is not its default; "" for a switch.
std::string sample_for(const Setting& setting) {
  static const std::map<std::string_view, std::string> kOwn{
      {"--listen", "127.0.0.1:8081"}, {"--health-port", "8081/health"},
      {"--stop-exit-codes", "0,2"},   {"--ext", "js"},
      {"--health-threshold", "7"},    {"--backoff-factor", "1.5"},
      {"--ready", "notify"},          {"--log-mode", "0640"},
      {"--cron-timezone", "UTC"}};
  const auto own = kOwn.find(long_name(setting.option.names));
  if (own != kOwn.end()) return own->second;
  switch (setting.option.kind) {
    case ValueKind::none: return {};
    case ValueKind::directory:
    case ValueKind::file:
    case ValueKind::log: return "/srv/x";
    case ValueKind::time: return "7s";
    case ValueKind::size: return "64M";
    case ValueKind::count: return "7";
    case ValueKind::number: return "7";
    case ValueKind::percent: return "150%";
    case ValueKind::mode: return "0027";
    case ValueKind::schedule: return "0 4 * * *";
    case ValueKind::signal: return "HUP";
    case ValueKind::word: {
      const auto words = words_of(setting);
      const auto other = std::find_if(words.begin(), words.end(),
                                      [&](std::string_view word) { return word != value_text(setting, AppSpec{}); });
      return std::string{*other};
    }
    case ValueKind::text:
    case ValueKind::name:
    case ValueKind::command:
    case ValueKind::words:
    case ValueKind::list:
    case ValueKind::address:
    case ValueKind::user:
    case ValueKind::group: break;
  }
  return "sample";
}

AppSpec minimal() {
  AppSpec spec;
  spec.name = "web";
  spec.script = "x";
  spec.directory = "/";
  return spec;
}

AppSpec with(const Setting& setting) {
  AppSpec spec = minimal();
  const std::string value = sample_for(setting);
  const auto fault = set_values(setting, spec, {&value, 1});
  INFO(value);
  if (fault) FAIL(*fault);
  return spec;
}

// A spec in which the setting means something.
AppSpec surroundings_of(const Setting& setting) {
  AppSpec spec = minimal();
  if (setting.json.starts_with("watch.") && setting.json != "watch.paths") spec.watch.on = true;
  if (setting.json.starts_with("health.") && setting.json != "health.command") spec.health.command = "x";
  if (setting.json == "on_exit.timeout") spec.on_exit.command = "x";
  if (setting.json == "share_ports" || setting.json == "increment_env") spec.instances = 2;
  if (setting.json == "drain_timeout") spec.listen = {"8081"};
  if (setting.json == "cron_timezone") spec.cron_restart = "0 4 * * *";
  return spec;
}

template <class Act>
void walk(Act act) {
  int rows = 0;
  for_each_setting([&](const Setting& setting) {
    INFO(setting.option.names);
    act(setting);
    ++rows;
  });
  REQUIRE(rows > 50);
}

AppRequest typed(std::vector<std::string> words) {
  const auto result = parse(words);
  if (const auto* error = std::get_if<UsageError>(&result)) FAIL(error->message);
  return dynamic_cast<const Start&>(*std::get<std::unique_ptr<Command>>(result)).app;
}

AppSpec laid(const AppRequest& request) {
  AppSpec spec = minimal();
  request.settings.lay_over(spec);
  return spec;
}

AppSpec of_file(const std::string& key, const std::string& value) {
  const auto file = parse_apps("{\"name\": \"web\", \"script\": \"x\", \"cwd\": \"/\", \"" + key + "\": " + value + "}",
                               {"apps.json", "/", "/home/me", {}, {}});
  if (!file) FAIL(file.error().message());
  CHECK(file->warnings.empty());
  return laid(file->apps.front().request);
}

}  // namespace

TEST_CASE("SETTINGS each is written to spec.json and read back, and its usual value is not written") {
  const std::string usual = spec_to_json(minimal());
  std::set<std::string_view> keys;
  walk([&](const Setting& setting) {
    CHECK(keys.insert(setting.json).second);
    const AppSpec spec = with(setting);
    if (setting.json != "cwd") CHECK_FALSE(is_usual(setting, spec));
    const auto read = spec_from_json(spec_to_json(spec), "spec.json");
    REQUIRE(read);
    CHECK(*read == spec);
    CHECK(spec_to_json(spec) != usual);
    if (setting.json == "cwd") return;
    CHECK_THAT(spec_to_json(spec),
               contains("\"" + std::string{setting.json.substr(setting.json.find('.') + 1)} + "\""));
    CHECK(usual.find("\"" + std::string{setting.json} + "\"") == std::string::npos);
  });
}

TEST_CASE("SETTINGS each is an option of start that sets it, and explains itself in the help") {
  const Verb& start = *find_verb("start");
  walk([&](const Setting& setting) {
    const std::string name{long_name(setting.option.names)}, value = sample_for(setting);
    const bool is_switch = setting.option.kind == ValueKind::none;
    CHECK(laid(typed({"start", "x", is_switch ? name : name + "=" + value})) == with(setting));
    CHECK_THAT(help_for(start), contains(name));
    CHECK(setting.option.help.ends_with('.'));
    CHECK(setting.option.value.empty() == is_switch);
    CHECK((setting.option.kind == ValueKind::word) == !words_of(setting).empty());
  });
}

TEST_CASE("SETTINGS each is a key of an apps file, by each of its spellings") {
  walk([&](const Setting& setting) {
    std::vector<std::string> keys{key_of(setting)};
    for (const std::string_view key : split_words(setting.keys, ' ')) keys.emplace_back(key);
    const std::string sample = sample_for(setting);
    const std::string value = setting.option.kind == ValueKind::none ? "true" : "\"" + sample + "\"";
    for (const std::string& key : keys) {
      if (key == "merge_logs") continue;  // PM2's, of the files of several instances, which are one here in any case
      INFO(key);
      const AppSpec wanted = with(setting);
      AppSpec found = of_file(key, value);
      if (wanted.stop == minimal().stop)
        found.stop = wanted.stop;  // a key of PM2's alone brings PM2's way to stop along
      CHECK(found == wanted);
    }
    if (setting.option.kind == ValueKind::time) CHECK(of_file(keys[0], "7000") == with(setting));
  });
}

TEST_CASE("SETTINGS the manual has each as an option and as a key") {
  const std::string manual = forever::test::read_file("man/forever.1");
  const std::string files = manual.substr(manual.find(".Sh APPS FILE"));
  walk([&](const Setting& setting) {
    const std::string_view name = long_name(setting.option.names).substr(1);
    CHECK_THAT(manual, contains(" " + std::string{name}));
    for (const std::string_view key : split_words(setting.keys, ' ')) CHECK_THAT(files, contains(std::string{key}));
  });
}

TEST_CASE("SETTINGS describe shows each that is not as usual, and its JSON has a key for it") {
  AppLook look;
  const auto page = [&](const AppSpec& spec) { return description(look, spec, {}); };
  const auto json = [&](const AppSpec& spec) { return json_description("/s", {look}, {spec}, false); };
  // Settings that describe takes from the status; and those with a meaning only next to another setting.
  const std::set<std::string_view> elsewhere{"namespace", "cwd", "user", "logs.out", "logs.err", "drain_timeout"};
  walk([&](const Setting& setting) {
    const AppSpec before = surroundings_of(setting);
    AppSpec after = before;
    const std::string value = sample_for(setting);
    REQUIRE_FALSE(set_values(setting, after, {&value, 1}));
    if (!elsewhere.contains(setting.json) && setting.json != "logs.merge" && setting.json != "ready_timeout" &&
        setting.json != "increment_env") {
      const bool shown = page(after) != page(before);
      CHECK(shown);
    }
    const bool in_json = elsewhere.contains(setting.json) || json(after) != json(before);
    CHECK(in_json);
  });
}

TEST_CASE("SETTINGS each changes what an export writes: it is carried over, or said to be lost") {
  const auto exported = [](ExportForm form, const AppSpec& spec) {
    const auto files = export_apps(form, {ExportApp{spec, {"/bin/x"}, {}}});
    return files.front().text;
  };
  // The settings of a watch or a probe that is lost are lost with it, in one line; the command has been made of the interpreter.
  const auto with_another = [](std::string_view json) {
    return json == "interpreter" || json == "on_exit.timeout" || json == "cron_timezone" ||
           (json.starts_with("watch.") && json != "watch.paths") ||
           (json.starts_with("health.") && json != "health.command" && json != "health.port");
  };
  walk([&](const Setting& setting) {
    if (with_another(setting.json)) return;
    const AppSpec before = surroundings_of(setting);
    AppSpec after = before;
    const std::string value = sample_for(setting);
    REQUIRE_FALSE(set_values(setting, after, {&value, 1}));
    for (const ExportForm form :
         {ExportForm::systemd, ExportForm::compose, ExportForm::kubernetes, ExportForm::nomad}) {
      INFO(static_cast<int>(form));
      const bool told = exported(form, after) != exported(form, before);
      CHECK(told);
    }
  });
}

TEST_CASE("SETTINGS a value that is refused leaves a fault, a repeated one the last value or a list") {
  GivenSettings given;
  CHECK(given.add(*find_setting("backoff_cap"), "soon").value_or("").starts_with("is not a duration"));
  GivenSettings good;
  REQUIRE_FALSE(good.add(*find_setting("backoff-cap"), "1s"));
  REQUIRE_FALSE(good.add(*find_setting("backoff-cap"), "2s"));
  REQUIRE_FALSE(good.add(*find_setting("ignore"), "a"));
  REQUIRE_FALSE(good.add(*find_setting("ignore"), "b"));
  CHECK(good.has("backoff_cap"));
  CHECK_FALSE(good.has("watch"));
  AppSpec spec;
  spec.watch.ignore = {"old"};
  good.lay_over(spec);
  CHECK(spec.restart.backoff_cap == Milliseconds{2000});
  CHECK(spec.watch.ignore == std::vector<std::string>{"a", "b"});
  CHECK(find_setting("nothing") == nullptr);
  CHECK(find_setting("backoff") == nullptr);
}

TEST_CASE("SETTINGS an option of PM2, forever or nodemon is answered with ours") {
  walk([&](const Setting& setting) {
    for (const std::string_view peer : split_words(setting.peers, ' ')) {
      INFO(peer);
      const auto result = parse({"start", std::string{peer}, "x"});
      const auto* const error = std::get_if<UsageError>(&result);
      REQUIRE(error != nullptr);
      CHECK_THAT(error->message, contains("did you mean '" + std::string{long_name(setting.option.names)} + "'?"));
    }
  });
}
