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

TEST_CASE("EXPORT systemd units name the process that sends READY=1, and sockets are passed by units of their own",
          "[e2e]") {
  const TemporaryHome home;
  start(home, "web", {"wait"}, {"--ready", "notify", "--listen", "127.0.0.1:" + std::to_string(free_port())});
  const std::string shown = done(home, {"export", "systemd", "web"}).out;
  CHECK_THAT(shown, contains("Type=notify\nNotifyAccess=all\n"));
  CHECK_THAT(shown, contains("# lost: listen 127.0.0.1:"));
}

TEST_CASE("EXPORT kubernetes is read by kubectl, and holds what an app needs", "[e2e]") {
  const TemporaryHome home;
  start_apps(home);
  const Result shown = done(home, {"export", "kubernetes", "apps.json"});
  for (const char* part :
       {"kind: Deployment", "kind: Job", "kind: Service", "name: web-1", "replicas: 1", "containerPort: 8081",
        "terminationGracePeriodSeconds: 2", "memory: \"67108864\"", "restartPolicy: OnFailure", "# lost: kill_signal",
        "# lost: depends_on db", "# lost: cron_restart", "$$HOME $${x} \\\"q\\\" $$(y)"})
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
                           "kill_signal  = \"SIGINT\"", "driver       = \"raw_exec\"", "$HOME \\u0024{x}",
                           "memory = 64", "\"PORT\" = \"8081\""})
    CHECK_THAT(nomad.out, contains(part));
}

namespace {

// Apps with every attribute that a form can say in a key of its own.
void write_rich_apps(const TemporaryHome& home) {
  const std::string child = Json(child_binary()).dump();
  write_file(
      home.scratch() / "rich.json",
      "{\"apps\": [{\"name\": \"web\", \"script\": " + child +
          ", \"args\": \"wait\", \"depends_on\": \"db\", \"max_memory\": \"64M\", \"cgroup_cpu\": \"150%\","
          "\"env\": {\"PORT\": 8081, \"yes\": \"no: [1]\"}, \"instances\": 2, \"increment_env\": \"PORT\","
          "\"restart_delay\": 70000, \"max_restarts\": 12, \"nice\": 3, \"max_open_files\": 512, \"stdin\": true,"
          "\"kill_signal\": \"HUP\", \"log_max_size\": \"200M\", \"namespace\": \"shop - a\","
          "\"cron\": \"* * * * *\","
          "\"on_exit\": \"echo \\\"$FOREVER_PID\\\" 5%\"},"
          "{\"name\": \"db\", \"script\": " +
          child +
          ", \"args\": [\"wait\", \"#\", \"- a: {b}\", \"'\"], \"restart\": \"on-failure\", \"max_restarts\": 4,"
          "\"health_cmd\": \"test -e /x && echo '$HOME'\", \"ready\": \"uptime\", \"ready_timeout\": \"9s\","
          "\"error_file\": \"db%.log\", \"kill_mode\": \"group\"},"
          "{\"name\": \"job\", \"script\": " +
          child +
          ", \"args\": \"wait\", \"restart\": \"never\", \"ready\": \"notify\", \"health_port\": "
          "\"8082/h?a=1&b=%{x}\", \"merge_logs\": true}]}");
}

// Runs a program of Python over a file that holds what was exported: prints what is wrong with it.
void check_by_python(const TemporaryHome& home, const std::string& text, const std::string& program) {
  const std::string python = "/usr/bin/python3";
  if (!fs::exists(python) || run({python, "-c", "import yaml"}).exit_code != 0) SKIP_CASE("there is no python3-yaml");
  write_file(home.scratch() / "exported", text);
  const Result checked = run({python, "-c", program, (home.scratch() / "exported").string()});
  INFO(text);
  CHECK(checked.out + checked.err == "");
  CHECK(checked.exit_code == 0);
}

}  // namespace

TEST_CASE("EXPORT systemd finds nothing wrong with a service with all settings", "[e2e]") {
  const TemporaryHome home;
  write_rich_apps(home);
  done(home, {"export", "systemd", "rich.json", "--directory", "."});
  if (!have("systemd-analyze")) SKIP_CASE("there is no systemd-analyze");
  fs::copy_file(home.scratch() / "web@.service", home.scratch() / "web@0.service");
  const Result checked = run({"systemd-analyze", "verify", "--man=no", (home.scratch() / "web@0.service").string(),
                              (home.scratch() / "db.service").string(), (home.scratch() / "job.service").string()});
  INFO(checked.out << checked.err);
  CHECK(checked.exit_code == 0);
  for (const char* const name : {"web@", "db.service:", "job.service:"})
    CHECK((checked.out + checked.err).find(name) == std::string::npos);
}

TEST_CASE("EXPORT compose is YAML with the keys of the Compose Specification, and the values that were meant",
          "[e2e]") {
  const TemporaryHome home;
  write_rich_apps(home);
  check_by_python(home, done(home, {"export", "compose", "rich.json"}).out, R"py(
import sys, yaml, re
file = yaml.safe_load(open(sys.argv[1]))
known = {'image': str, 'command': list, 'working_dir': str, 'volumes': list, 'environment': dict, 'user': str,
         'stdin_open': bool, 'ports': list, 'init': bool, 'restart': str, 'stop_signal': str, 'stop_grace_period': str,
         'deploy': dict, 'mem_limit': int, 'cpus': float, 'ulimits': dict, 'healthcheck': dict,
         'depends_on': (list, dict), 'logging': dict}
if set(file) != {'services'} or set(file['services']) != {'web', 'db', 'job'}: print('services', file)
for name, service in file['services'].items():
    for key, value in service.items():
        if key not in known or not isinstance(value, known[key]): print(name, key, repr(value))
    for key, value in service.get('environment', {}).items():
        if not isinstance(value, str): print(name, key, repr(value))
    for word in service['command']:
        if not isinstance(word, str): print(name, repr(word))
    health = service.get('healthcheck', {})
    if set(health) - {'test', 'interval', 'timeout', 'retries'}: print(health)
    for key in ('interval', 'timeout'):
        if health and not re.fullmatch('[0-9]+ms', health[key]): print(health)
web, db, job = (file['services'][n] for n in ('web', 'db', 'job'))
if web['environment'] != {'PORT': '8081', 'yes': 'no: [1]'}: print(web['environment'])
if web['depends_on'] != {'db': {'condition': 'service_healthy'}}: print(web['depends_on'])
if web['ulimits'] != {'nofile': {'soft': 512, 'hard': 512}}: print(web['ulimits'])
if web['deploy'] != {'replicas': 2} or 'ports' in web: print(web)
if db['command'][1:] != ['wait', '#', '- a: {b}', "'"]: print(db['command'])
if db['healthcheck']['test'] != ['CMD-SHELL', "test -e /x && echo '$$HOME'"]: print(db['healthcheck'])
if db['restart'] != 'on-failure:4' or job['restart'] != 'no': print(db['restart'], job['restart'])
)py");
}

TEST_CASE("EXPORT kubernetes is what the interface's version asks for, field by field", "[e2e]") {
  const TemporaryHome home;
  write_rich_apps(home);
  check_by_python(home, done(home, {"export", "kubernetes", "rich.json"}).out, R"py(
import sys, yaml
all = list(yaml.safe_load_all(open(sys.argv[1])))
kinds = [(one['apiVersion'], one['kind'], one['metadata']['name']) for one in all]
if kinds != [('batch/v1', 'Job', 'db'), ('apps/v1', 'Deployment', 'web'), ('v1', 'Service', 'web'), ('batch/v1', 'Job', 'job')]: print(kinds)
def only(where, keys, what):
    if set(what) - set(keys.split()): print(where, set(what) - set(keys.split()))
for one in all:
    only('top', 'apiVersion kind metadata spec', one)
    if one['kind'] == 'Service':
        only('service', 'selector ports', one['spec'])
        continue
    spec, pod = one['spec'], one['spec']['template']['spec']
    only('spec', 'replicas selector template minReadySeconds progressDeadlineSeconds' if one['kind'] == 'Deployment' else
         'completions parallelism backoffLimit template', spec)
    if one['kind'] == 'Deployment' and spec['selector']['matchLabels'] != spec['template']['metadata']['labels']: print(spec)
    if one['kind'] == 'Job' and pod['restartPolicy'] not in ('Never', 'OnFailure'): print(pod)
    only('pod', 'restartPolicy terminationGracePeriodSeconds containers', pod)
    for box in pod['containers']:
        only('container', 'name image command workingDir env stdin ports readinessProbe livenessProbe resources securityContext', box)
        for variable in box.get('env', []):
            if not isinstance(variable['value'], str): print(variable)
        probe = box.get('livenessProbe', {})
        only('probe', 'exec httpGet tcpSocket periodSeconds timeoutSeconds failureThreshold', probe)
        if probe and len(set(probe) & {'exec', 'httpGet', 'tcpSocket'}) != 1: print(probe)
)py");
}

// There is no Nomad here; its blocks and their arguments are those of its job specification, and HCL's braces must close.
TEST_CASE("EXPORT nomad has the blocks of its job specification, each where it belongs", "[e2e]") {
  const TemporaryHome home;
  write_rich_apps(home);
  done(home, {"export", "nomad", "rich.json", "--directory", "."});
  for (const char* const name : {"web", "db", "job"}) {
    check_by_python(home, read_file(home.scratch() / (std::string{name} + ".nomad.hcl")), R"py(
import json, re, sys
blocks = {'': 'job', 'job': 'type group', 'group': 'count network service ephemeral_disk restart reschedule task',
  'network': 'port', 'port': 'static', 'service': 'name provider port check',
  'check': 'type port path interval timeout check_restart', 'check_restart': 'limit', 'ephemeral_disk': 'size',
  'restart': 'attempts interval delay mode', 'reschedule': 'attempts unlimited',
  'task': 'driver kill_timeout kill_signal user config env resources logs', 'config': 'command args work_dir',
  'resources': 'memory cpu', 'logs': 'max_files max_file_size'}
def ms(text):
    return int(text[:-2]) if text.endswith('ms') else int(text[:-1]) * 1000
where, restart = [''], {}
for line in open(sys.argv[1]).read().splitlines():
    line = line.strip()
    if not line or line.startswith('#'): continue
    if line == '}':
        where.pop()
        continue
    opened = re.fullmatch(r'([a-z_]+)( "[^"]*")?( =)? \{', line)
    key, value = (opened.group(1), None) if opened else re.fullmatch(r'("[^"]*"|[a-z_]+) += (.*)', line).groups()
    if where[-1] != 'env' and key not in blocks[where[-1]].split(): print('not in', where[-1], ':', line)
    if opened and (opened.group(3) is not None) != (key == 'env'): print('a map or a block?', line)
    if opened: where.append(key)
    else:
        value = json.loads(value)
        if where[-1] == 'restart': restart[key] = value
if where != ['']: print('not closed:', where)
if 'delay' in restart and restart['attempts'] * ms(restart['delay']) > ms(restart['interval']): print('refused:', restart)
)py");
  }
}

TEST_CASE("EXPORT a missing directory is reported in one line, and two apps of one name are not mixed up", "[e2e]") {
  const TemporaryHome home;
  start(home, "web", {"wait"});
  const Result missing = home.forever({"export", "systemd", "--directory", "no/such"});
  CHECK(missing.exit_code == 1);
  require_one_line(missing.err, "cannot write to no/such: there is no such directory; create it first");
  write_file(home.scratch() / "file", "x");
  require_one_line(home.forever({"export", "systemd", "--directory", "file"}).err, "it is not a directory");
  start(home, "WEB", {"wait"});
  require_one_line(home.forever({"export", "systemd"}).err, "would both be called web there");
  CHECK(home.forever({"export", "systemd", "WEB"}).exit_code == 0);
}

TEST_CASE("EXPORT tells of secrets, and of what cannot be exported", "[e2e]") {
  const TemporaryHome home;
  start(home, "web", {"wait"}, {"--env", "API_KEY=geheim"});
  const Result shown = home.forever({"export", "nomad", "web"});
  CHECK(shown.exit_code == 0);
  require_one_line(shown.err, "look like secrets: web API_KEY");
  CHECK_THAT(shown.out, contains("\"API_KEY\" = \"geheim\""));
  require_one_line(home.forever({"export", "helm"}).err, "'helm' must be one of systemd, compose, kubernetes, nomad");
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
