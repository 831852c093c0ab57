// export: what is written is accepted by the tools that it is for, where they are here.
#include "test/e2e/apps.hpp"

using namespace forever::test;
namespace fs = std::filesystem;

namespace {

// Apps with everything that has to be carried over.
void start_apps(const TemporaryHome& home) {
  const std::string child = Json(child_binary()).dump();
  write_file(
      home.scratch() / "apps.json",
      "{\"apps\": [{\"name\": \"Web_1\", \"script\": " + child +
          ", \"args\": [\"wait\", \"50% $HOME ${x} \\\"q\\\" $(y)\"], \"depends_on\": \"db\", \"max_memory\": \"64M\","
          "\"env\": {\"PORT\": 8081, \"ODD\": \"a b%$'\\\\\\n\"}, \"kill_signal\": \"INT\", \"kill_timeout\": 1500,"
          "\"stop_exit_codes\": [0, 3], \"max_restarts\": 4, \"cron_restart\": \"0 4 * * *\"},"
          "{\"name\": \"db\", \"script\": " +
          child +
          ", \"args\": \"wait\", \"restart\": \"on-failure\","
          "\"out_file\": \"db.log\", \"time\": true, \"kill_signal\": \"SIGTERM\"}]}");
  done(home, {"start", "apps.json"});
}

bool have(const std::string& program) {
  for (const char* place : {"/usr/bin/", "/usr/local/bin/", "/bin/"}) {
    if (fs::exists(place + program)) return true;
  }
  return false;
}

}  // namespace

TEST_CASE("EXPORT systemd takes the services as they are", "[e2e]") {
  const TemporaryHome home;
  start_apps(home);
  const Result shown = done(home, {"export", "systemd", "apps.json"});
  for (const char* part :
       {"# ---- web-1.service\n", "KillSignal=SIGINT", "TimeoutStopSec=1500ms", "Restart=always", "Restart=on-failure",
        "RestartPreventExitStatus=0 3", "StartLimitBurst=5", "MemoryMax=67108864", "Wants=db.service",
        "# lost: cron_restart", "50%% $$HOME", "Environment=\"PORT=8081\"", "StandardOutput=append:"})
    CHECK_THAT(shown.out, contains(part));
  done(home, {"export", "systemd", "--directory", "."});
  CHECK(fs::exists(home.scratch() / "web-1.service"));
  if (!have("systemd-analyze")) SKIP_CASE("there is no systemd-analyze");
  const Result checked = run({"systemd-analyze", "verify", "--man=no", (home.scratch() / "web-1.service").string(),
                              (home.scratch() / "db.service").string()});
  INFO(checked.out << checked.err);
  CHECK(checked.exit_code == 0);
  CHECK((checked.out + checked.err).find("web-1.service") == std::string::npos);
  CHECK((checked.out + checked.err).find("db.service") == std::string::npos);
}

TEST_CASE("EXPORT systemd is told who says READY=1, and that sockets are passed by units of their own", "[e2e]") {
  const TemporaryHome home;
  start(home, "web", {"wait"}, {"--ready", "notify", "--listen", "127.0.0.1:" + std::to_string(free_port())});
  const std::string shown = done(home, {"export", "systemd", "web"}).out;
  CHECK_THAT(shown, contains("Type=notify\nNotifyAccess=all\n"));
  CHECK_THAT(shown, contains("# lost: the open socket that it is passed, 127.0.0.1:"));
}

TEST_CASE("EXPORT kubernetes is read by kubectl, and holds what an app needs", "[e2e]") {
  const TemporaryHome home;
  start_apps(home);
  const Result shown = done(home, {"export", "kubernetes", "apps.json"});
  for (const char* part :
       {"kind: Deployment", "kind: Job", "kind: Service", "name: web-1", "replicas: 1", "containerPort: 8081",
        "terminationGracePeriodSeconds: 2", "memory: \"67108864\"", "restartPolicy: OnFailure", "# lost: kill_signal",
        "# lost: depends_on db", "# lost: cron_restart", "$HOME ${x} \\\"q\\\" $$(y)"})
    CHECK_THAT(shown.out, contains(part));
  if (!have("kubectl")) SKIP_CASE("there is no kubectl");
  const fs::path place = home.scratch() / "k8s";
  fs::create_directories(place);
  write_file(place / "all.yaml", shown.out);
  write_file(place / "kustomization.yaml", "resources: [all.yaml]\n");
  const Result read = run({"kubectl", "kustomize", place.string()});
  INFO(read.err);
  CHECK(read.exit_code == 0);
  CHECK_THAT(read.out, contains("kind: Deployment"));
}

TEST_CASE("EXPORT compose and nomad hold what an app needs, and say what is lost", "[e2e]") {
  const TemporaryHome home;
  start_apps(home);
  const Result compose = done(home, {"export", "compose", "apps.json", "--only", "Web_1"});
  for (const char* part :
       {"services:\n  web-1:\n", "restart: unless-stopped", "stop_signal: SIGINT", "stop_grace_period: 1500ms",
        "mem_limit: 67108864", "\"PORT\": \"8081\"", "$$HOME $${x}", "# lost: max_restarts", "max-size: \"10485760\""})
    CHECK_THAT(compose.out, contains(part));
  const Result nomad = done(home, {"export", "nomad", "Web_1"});
  for (const char* part : {"job \"web-1\" {", "type = \"service\"", "count = 1", "attempts = 4", "mode     = \"fail\"",
                           "kill_signal  = \"SIGINT\"", "driver       = \"raw_exec\"", "$HOME $${x}", "memory = 64",
                           "\"PORT\" = \"8081\""})
    CHECK_THAT(nomad.out, contains(part));
}

TEST_CASE("EXPORT tells of secrets, and of what cannot be exported", "[e2e]") {
  const TemporaryHome home;
  start(home, "web", {"wait"}, {"--env", "API_KEY=geheim"});
  const Result shown = home.forever({"export", "nomad", "web"});
  CHECK(shown.exit_code == 0);
  require_one_line(shown.err, "look like secrets: web API_KEY");
  CHECK_THAT(shown.out, contains("\"API_KEY\" = \"geheim\""));
  require_one_line(home.forever({"export", "helm"}).err, "'helm' is none of systemd, compose, kubernetes, nomad");
  require_one_line(home.forever({"export"}).err, "export needs a form");
  CHECK(home.forever({"export", "systemd", "nobody"}).exit_code == 3);
}

TEST_CASE("EXPORT a cgroup's limits become each form's own", "[e2e]") {
  const TemporaryHome home;
  write_file(home.scratch() / "apps.json",
             "{\"apps\": [{\"name\": \"web\", \"script\": \"/bin/sleep\", \"args\": \"9\", \"cgroup_memory\": \"64M\", "
             "\"max_memory\": \"50M\", \"cgroup_cpu\": \"125%\"}]}");
  const auto exported = [&](const char* form) { return done(home, {"export", form, "apps.json"}).out; };
  for (const char* line : {"MemoryMax=67108864\n", "CPUQuota=125%\n"}) CHECK_THAT(exported("systemd"), contains(line));
  for (const char* line : {"mem_limit: 67108864\n", "cpus: 1.25\n"}) CHECK_THAT(exported("compose"), contains(line));
  for (const char* line : {"memory: \"67108864\"\n", "cpu: 1250m\n"})
    CHECK_THAT(exported("kubernetes"), contains(line));
  for (const char* line : {"memory = 64\n", "# lost: cgroup_cpu 125%"}) CHECK_THAT(exported("nomad"), contains(line));
}
