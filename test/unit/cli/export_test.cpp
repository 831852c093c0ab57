// export: every attribute of an app is carried over to each form, or named as lost.
#include "cli/export/export.hpp"

#include <functional>
#include <set>

#include "test/support/catch.hpp"
#include "text/json_fields.hpp"

using namespace forever;
using namespace forever::cli;

namespace {

constexpr ExportForm kForms[] = {ExportForm::systemd, ExportForm::compose, ExportForm::kubernetes, ExportForm::nomad};
constexpr const char* kFormNames[] = {"systemd", "compose", "kubernetes", "nomad"};

ExportApp plain_app() {
  AppSpec spec;
  spec.name = "web";
  spec.script = "/srv/web";
  spec.directory = "/srv";
  return {spec, {"/srv/web"}, {}};
}

std::string text_of(ExportForm form, const ExportApp& app, const std::vector<ExportApp>& others = {}) {
  std::vector<ExportApp> apps{app};
  apps.insert(apps.end(), others.begin(), others.end());
  std::string text;
  for (const ExportFile& file : export_apps(form, apps)) text += file.text;
  return text;
}

bool holds(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

struct Row {
  const char* key;  // in spec.json
  std::function<void(ExportApp&)> change;
  const char* said[4];  // in the order of kForms
};

#define SPEC(statement)       \
  [](ExportApp& app) {        \
    AppSpec& spec = app.spec; \
    (void)spec;               \
    statement;                \
  }

const std::vector<Row>& rows() {
  static const std::vector<Row> table{
      {"name", SPEC(spec.name = "api"), {"Description=api", "  api:\n", "name: api", "job \"api\""}},
      {"namespace",
       SPEC(spec.app_namespace = "shop"),
       {"lost: namespace shop", "lost: namespace shop", "lost: namespace shop", "lost: namespace shop"}},
      {"script",
       SPEC(app.command = {"/srv/api"}),
       {"ExecStart=\"/srv/api\"", "[\"/srv/api\"]", "[\"/srv/api\"]", "command  = \"/srv/api\""}},
      {"arguments", SPEC(app.command.push_back("a b")), {" \"a b\"", ", \"a b\"]", ", \"a b\"]", "[\"a b\"]"}},
      {"interpreter",
       SPEC(app.command.insert(app.command.begin(), "/usr/bin/node")),
       {"ExecStart=\"/usr/bin/node\" \"/srv/web\"", "[\"/usr/bin/node\", \"/srv/web\"]",
        "[\"/usr/bin/node\", \"/srv/web\"]", "command  = \"/usr/bin/node\""}},
      {"cwd",
       SPEC(spec.directory = "/opt"),
       {"WorkingDirectory=/opt", "working_dir: \"/opt\"", "workingDir: \"/opt\"", "work_dir = \"/opt\""}},
      {"environment",
       SPEC(app.environment = {"A=1"}),
       {"Environment=\"A=1\"", "\"A\": \"1\"", "value: \"1\"", "\"A\" = \"1\""}},
      {"umask", SPEC(spec.umask = 077), {"UMask=0077", "lost: umask 0077", "lost: umask 0077", "lost: umask 0077"}},
      {"limits",
       SPEC((spec.limits = {{"CORE", 0, kUnlimited}})),
       {"LimitCORE=0:infinity", "core: {soft: 0, hard: -1}", "lost: limits CORE", "lost: limits CORE"}},
      {"stdin", SPEC(spec.input = true), {"lost: stdin", "stdin_open: true", "stdin: true", "lost: stdin"}},
      {"user", SPEC(spec.user = "www"), {"User=www", "user: \"www\"", "lost: user www", "user         = \"www\""}},
      {"user", SPEC(spec.user = "33"), {"User=33", "user: \"33\"", "runAsUser: 33", "user         = \"33\""}},
      {"group", SPEC(spec.group = "www"), {"Group=www", "lost: group www", "lost: group www", "lost: group www"}},
      {"group",
       SPEC(spec.user = "33"; spec.group = "44"),
       {"Group=44", "user: \"33:44\"", "runAsGroup: 44", "lost: group 44"}},
      {"instances", SPEC(spec.instances = 3), {"web@{0..2}.service", "replicas: 3", "replicas: 3", "count = 3"}},
      {"share_ports",
       SPEC(spec.instances = 3),
       {"lost: one port for all instances", "lost: one port for all instances", "lost: one port for all instances",
        "lost: one port for all instances"}},
      {"increment_env",
       SPEC(spec.instances = 2; spec.increment_env = {"PORT"}; app.environment = {"PORT=8080"}),
       {"lost: increment_env PORT", "lost: increment_env PORT", "lost: increment_env PORT",
        "lost: increment_env PORT"}},
      {"hold_ports",
       SPEC(spec.hold_ports = true),
       {"lost: hold_ports", "lost: hold_ports", "lost: hold_ports", "lost: hold_ports"}},
      {"listen",
       SPEC(spec.listen = {"*:80"}),
       {"lost: listen *:80", "lost: listen *:80", "lost: listen *:80", "lost: listen *:80"}},
      {"ready",
       SPEC(spec.ready = ReadyWhen::notify),
       {"Type=notify", "lost: ready notify", "lost: ready notify", "lost: ready notify"}},
      {"ready",
       SPEC(spec.ready = ReadyWhen::listen),
       {"lost: ready listen", "lost: ready listen", "lost: ready listen", "lost: ready listen"}},
      {"ready",
       SPEC(spec.ready = ReadyWhen::listen; app.environment = {"PORT=80"}),
       {"lost: ready listen", "lost: ready listen", "readinessProbe", "lost: ready listen"}},
      {"ready",
       SPEC(spec.ready = ReadyWhen::uptime),
       {"lost: ready uptime", "lost: ready uptime", "minReadySeconds: 1", "lost: ready uptime"}},
      {"ready_timeout",
       SPEC(spec.ready = ReadyWhen::notify; spec.ready_timeout = Milliseconds{7000}),
       {"TimeoutStartSec=7000ms", "lost: ready_timeout 7s", "progressDeadlineSeconds: 7", "lost: ready_timeout 7s"}},
      {"ready_timeout",
       SPEC(spec.ready_timeout = Milliseconds{7000}),
       {"lost: ready_timeout 7s", "lost: ready_timeout 7s", "progressDeadlineSeconds: 7", "lost: ready_timeout 7s"}},
      {"drain_timeout",
       SPEC(spec.hold_ports = true; spec.drain_timeout = Milliseconds{3000}),
       {"lost: drain_timeout 3s", "lost: drain_timeout 3s", "lost: drain_timeout 3s", "lost: drain_timeout 3s"}},
      {"restart.on",
       SPEC(spec.restart.on = RestartOn::on_failure),
       {"Restart=on-failure", "restart: on-failure", "restartPolicy: OnFailure", "type = \"batch\""}},
      {"restart.on",
       SPEC(spec.restart.on = RestartOn::never),
       {"Restart=no", "restart: \"no\"", "restartPolicy: Never", "attempts = 0"}},
      {"restart.stop_exit_codes",
       SPEC(spec.restart.stop_exit_codes = {3}),
       {"RestartPreventExitStatus=3", "lost: stop_exit_codes 3", "lost: stop_exit_codes 3", "lost: stop_exit_codes 3"}},
      {"restart.min_uptime",
       SPEC(spec.restart.min_uptime = Milliseconds{4000}),
       {"shorter than 4s", "shorter than 4s", "shorter than 4s", "shorter than 4s"}},
      {"restart.restart_delay",
       SPEC(spec.restart.restart_delay = Milliseconds{6000}),
       {"RestartSec=6000ms", "lost: restart_delay 6s", "lost: restart_delay 6s", "delay    = \"6s\""}},
      {"restart.max_restarts",
       SPEC(spec.restart.max_restarts = 9),
       {"StartLimitBurst=10", "lost: max_restarts 9", "lost: max_restarts 9", "attempts = 9"}},
      {"restart.max_restarts",
       SPEC(spec.restart.max_restarts = 9; spec.restart.on = RestartOn::on_failure),
       {"StartLimitBurst=10", "restart: on-failure:9", "backoffLimit: 9", "attempts = 9"}},
      {"restart.immediate", SPEC(spec.restart.immediate = 7), {"(7 at once", "(7 at once", "(7 at once", "(7 at once"}},
      {"restart.backoff_first",
       SPEC(spec.restart.backoff_first = Milliseconds{700}),
       {"then 700ms", "then 700ms", "then 700ms", "then 700ms"}},
      {"restart.backoff_factor",
       SPEC(spec.restart.backoff_factor = 1.5),
       {"growing by 1.5", "growing by 1.5", "growing by 1.5", "growing by 1.5"}},
      {"restart.backoff_cap",
       SPEC(spec.restart.backoff_cap = Milliseconds{60000}),
       {"up to 1m", "up to 1m", "up to 1m", "up to 1m"}},
      {"stop.signal",
       SPEC(spec.stop.signal = 2),
       {"KillSignal=SIGINT", "stop_signal: SIGINT", "lost: kill_signal SIGINT", "\"SIGINT\""}},
      {"stop.timeout",
       SPEC(spec.stop.timeout = Milliseconds{2500}),
       {"TimeoutStopSec=2500ms", "stop_grace_period: 2500ms", "terminationGracePeriodSeconds: 3", "\"2500ms\""}},
      {"stop.mode",
       SPEC(spec.stop.mode = KillMode::process),
       {"KillMode=process", "lost: kill_mode process", "lost: kill_mode process", "lost: kill_mode process"}},
      {"stop.mode",
       SPEC(spec.stop.mode = KillMode::group),
       {"lost: kill_mode group", "lost: kill_mode group", "lost: kill_mode group", "lost: kill_mode group"}},
      {"logs.out",
       SPEC(spec.logs.out = "/l/out"),
       {"StandardOutput=append:/l/out", "lost: out_file, error_file", "lost: out_file, error_file",
        "lost: out_file, error_file"}},
      {"logs.err",
       SPEC(spec.logs.err = "/l/err"),
       {"StandardError=append:/l/err", "lost: out_file, error_file", "lost: out_file, error_file",
        "lost: out_file, error_file"}},
      {"logs.merge", SPEC(spec.logs.merge = true), {"in one journal", "in one log", "in one log", "lost: merge_logs"}},
      {"logs.format",
       SPEC(spec.logs.format = LogFormat::json),
       {"lost: log_format json", "lost: log_format json", "lost: log_format json", "lost: log_format json"}},
      {"logs.max_size",
       SPEC(spec.logs.max_size = 4U << 20U),
       {"lost: log_max_size", "max-size: \"4194304\"", "lost: log_max_size", "max_file_size = 4"}},
      {"logs.max_size",
       SPEC(spec.logs.max_size = 0),
       {"lost: log_max_size", "lost: log_max_size 0", "lost: log_max_size", "lost: log_max_size 0"}},
      {"logs.keep", SPEC(spec.logs.keep = 8), {"log_keep 8", "max-file: \"9\"", "log_keep 8", "max_files     = 9"}},
      {"max_memory",
       SPEC(spec.max_memory = 64U << 20U),
       {"MemoryMax=67108864", "mem_limit: 67108864", "memory: \"67108864\"", "memory = 64"}},
      {"cron_restart",
       SPEC(spec.cron_restart = "0 4 * * *"),
       {"lost: cron_restart", "lost: cron_restart", "lost: cron_restart", "lost: cron_restart"}},
      {"max_open_files",
       SPEC(spec.max_open_files = 4096),
       {"LimitNOFILE=4096", "nofile: {soft: 4096, hard: 4096}", "lost: max_open_files 4096",
        "lost: max_open_files 4096"}},
      {"nice", SPEC(spec.nice = 5), {"Nice=5", "lost: nice 5", "lost: nice 5", "lost: nice 5"}},
      {"cgroup.memory",
       SPEC(spec.cgroup.memory = 32U << 20U),
       {"MemoryMax=33554432", "mem_limit: 33554432", "memory: \"33554432\"", "memory = 32"}},
      {"cgroup.cpu_percent",
       SPEC(spec.cgroup.cpu_percent = 150),
       {"CPUQuota=150%", "cpus: 1.50", "cpu: 1500m", "lost: cgroup_cpu 150%"}},
      {"health.command",
       SPEC(spec.health.command = "ask me"),
       {"lost: health_cmd", "test: [\"CMD-SHELL\", \"ask me\"]", "command: [\"/bin/sh\", \"-c\", \"ask me\"]",
        "lost: health_cmd"}},
      {"health.port",
       SPEC(spec.health.port = 81),
       {"lost: health_port 81", "/dev/tcp/127.0.0.1/81", "port: 81", "static = 81"}},
      {"health.path",
       SPEC(spec.health.port = 81; spec.health.path = "/h"),
       {"lost: health_port 81/h", "http://127.0.0.1:81/h", "path: \"/h\"", "path     = \"/h\""}},
      {"health.interval",
       SPEC(spec.health.port = 81; spec.health.interval = Milliseconds{9000}),
       {"every 9s", "interval: 9000ms", "periodSeconds: 9", "interval = \"9000ms\""}},
      {"health.timeout",
       SPEC(spec.health.port = 81; spec.health.timeout = Milliseconds{3000}),
       {"lost: health_port 81", "timeout: 3000ms", "timeoutSeconds: 3", "timeout  = \"3000ms\""}},
      {"health.threshold",
       SPEC(spec.health.port = 81; spec.health.threshold = 6),
       {"lost: health_port 81", "retries: 6", "failureThreshold: 6", "limit = 6"}},
      {"on_exit.command",
       SPEC(spec.on_exit.command = "tell me"),
       {"ExecStopPost=\"/bin/sh\" \"-c\" \"tell me\"", "lost: on_exit", "lost: on_exit", "lost: on_exit"}},
      {"on_exit.timeout",
       SPEC(spec.on_exit.command = "x"; spec.on_exit.timeout = Milliseconds{4000}),
       {"lost: on_exit_timeout 4s", "lost: on_exit", "lost: on_exit", "lost: on_exit"}},
      {"depends_on",
       SPEC(spec.depends_on = {"db"}),
       {"Wants=db.service", "lost: depends_on db", "lost: depends_on db", "lost: depends_on db"}},
  };
  return table;
}

// Every key in a file of spec.json, "restart.on" for one within another.
std::set<std::string> keys_of(const AppSpec& spec) {
  std::set<std::string> keys;
  const JsonReading read = read_json(spec_to_json(spec));
  for (const auto& [key, value] : std::get<Json>(read).items()) {
    if (!value.is_object()) keys.insert(key);
    if (!value.is_object()) continue;
    for (const auto& [inner, ignored] : value.items()) keys.insert(key + "." + inner);
  }
  return keys;
}

}  // namespace

TEST_CASE("EXPORT every attribute of an app is in each form, or named there as lost") {
  for (const Row& row : rows()) {
    ExportApp changed = plain_app();
    row.change(changed);
    for (std::size_t form = 0; form < 4; ++form) {
      const std::string before = text_of(kForms[form], plain_app()), after = text_of(kForms[form], changed);
      INFO(row.key << " in " << kFormNames[form] << " is to be said as " << row.said[form] << "\n" << after);
      CHECK(holds(after, row.said[form]));
      CHECK_FALSE(holds(before, row.said[form]));
    }
  }
}

TEST_CASE("EXPORT files that are watched are named as lost, whatever is set about them") {
  ExportApp app = plain_app();
  app.spec.watch.on = true;
  for (const ExportForm form : kForms) CHECK(holds(text_of(form, app), "# lost: watch and its settings"));
}

TEST_CASE("EXPORT the table knows every attribute that a spec has") {
  ExportApp all = plain_app();
  for (const Row& row : rows()) row.change(all);
  all.spec.watch.on = true;
  std::set<std::string> keys = keys_of(all.spec);
  for (const char* const record : {"version", "id", "created_ms", "apps_file", "declared"}) keys.erase(record);
  std::erase_if(keys, [](const std::string& key) { return key.starts_with("watch."); });
  for (const Row& row : rows()) keys.erase(row.key);
  for (const std::string& key : keys) FAIL_CHECK(key << " is in no line of the table");
}

TEST_CASE("EXPORT systemd counts starts over as long as they can take") {
  ExportApp app = plain_app();
  const auto interval = [&](std::uint32_t restarts, Milliseconds uptime, Milliseconds delay) {
    app.spec.restart.max_restarts = restarts;
    app.spec.restart.min_uptime = uptime;
    app.spec.restart.restart_delay = delay;
    const std::string text = text_of(ExportForm::systemd, app);
    const std::size_t at = text.find("StartLimitIntervalSec=") + 22;
    return std::stoi(text.substr(at));
  };
  CHECK(interval(1, Milliseconds{1000}, Milliseconds{0}) == 10);
  CHECK(interval(9, Milliseconds{1000}, Milliseconds{0}) == 20);       // 10 runs of up to 1.1 s
  CHECK(interval(9, Milliseconds{60000}, Milliseconds{5000}) == 650);  // 10 runs of up to 65 s
}

TEST_CASE("EXPORT what an app depends on is named as it is called there") {
  ExportApp web = plain_app(), db = plain_app();
  web.spec.depends_on = {"db"};
  db.spec.name = "db";
  CHECK(holds(text_of(ExportForm::compose, web, {db}), "depends_on:\n      - db\n"));
  CHECK(holds(text_of(ExportForm::systemd, web, {db}), "Wants=db.service\n"));
  db.spec.instances = 2;
  CHECK(holds(text_of(ExportForm::systemd, web, {db}), "Wants=db@0.service db@1.service\n"));
  db.spec.instances = 1;
  db.spec.health.command = "ask";
  CHECK(holds(text_of(ExportForm::compose, web, {db}), "depends_on:\n      db:\n        condition: service_healthy\n"));
}

TEST_CASE("EXPORT keeps within each form's own rules") {
  ExportApp app = plain_app();
  app.spec.logs.out = "/var/log/50% of it.log";
  CHECK(holds(text_of(ExportForm::systemd, app), "StandardOutput=append:/var/log/50%% of it.log\n"));
  app.spec.logs = {};
  app.spec.logs.max_size = 100U << 20U;  // Nomad refuses logs that may outgrow the task's disk, 300 MB unless said
  CHECK(holds(text_of(ExportForm::nomad, app), "ephemeral_disk {\n      size = 610\n"));
  app.spec.logs.max_size = 0;
  CHECK_FALSE(holds(text_of(ExportForm::nomad, app), "max_file_size"));
}

TEST_CASE("EXPORT two apps that would have the same name there are refused") {
  ExportApp one = plain_app(), two = plain_app();
  one.spec.name = "Web_1";
  two.spec.name = "web-1";
  const auto twice = same_name_in_export({one, two});
  REQUIRE(twice);
  CHECK(*twice == "Web_1 and web-1 would both be called web-1 there; export them separately");
  CHECK_FALSE(same_name_in_export({one, plain_app()}));
}
