// Specs: the command, environment files, secrets, and spec.json that survives everything but cannot be fooled.
#include "app/spec.hpp"
#include "app/environment.hpp"

#include <random>

#include "test/support/catch.hpp"

using namespace forever;
using test::contains;

namespace {

constexpr const char* kFile = "/s/apps/web/spec.json";

AppSpec full_spec() {
  AppSpec spec;
  spec.name = "h\xc3\xa4user";
  spec.id = 7;
  spec.app_namespace = "prod";
  spec.script = "./\xff\xfe.js";
  spec.arguments = {"", "-h", "a b", "\"q\"", "%s", "two\nlines", "\xc3\xa4", "\x80\x81", "--", "\x01\x7f"};
  spec.interpreter = {"node", "--flag"};
  spec.directory = "/srv/\xe9t\xe9";
  spec.environment = {"A=1", "EMPTY=", "BIN=\xff\x01", "EQ=a=b", "NL=a\nb"};
  spec.umask = 027;
  spec.limits = {{"NOFILE", 1024, kUnlimited}, {"CORE", 0, 0}, {"AS", kUnlimited, kUnlimited}};
  spec.user = "www-data";
  spec.group = "1000";
  spec.instances = 4;
  spec.increment_env = {"PORT"};
  spec.share_ports = false;
  spec.hold_ports = true;
  spec.input = true;
  spec.listen = {"http=127.0.0.1:8081", "unix:/run/a b.sock"};
  spec.ready = ReadyWhen::notify;
  spec.drain_timeout = Milliseconds{1500};
  spec.restart = {RestartOn::on_failure, {0, 42, 255}, Milliseconds{1500},      Milliseconds{250}, 9, 0,
                  Milliseconds{1},       1.5,          Milliseconds{86'400'000}};
  spec.stop = {2, Milliseconds{90'500}, KillMode::group};
  spec.logs = {"/var/log/o.log", "/var/log/e.log", true, LogFormat::json, 1ULL << 40U, 0};
  spec.max_memory = 18'446'744'073'709'551'615ULL;
  spec.cron_restart = "0 3 * * *";
  spec.watch = {true,
                {"/srv/a\xFF", "/x/*.js"},
                {"*.tmp", "!a"},
                {"js", "d.ts"},
                Milliseconds{0},
                Milliseconds{2500},
                true,
                OnCrash::wait};
  spec.health = {"curl -f \xff", 8081, "/h", Milliseconds{1000}, Milliseconds{2000}, Milliseconds{3000}, 4};
  spec.max_open_files = 4096;
  spec.nice = -7;
  spec.cgroup = {1ULL << 40U, 250};
  spec.on_exit = {"mail", Milliseconds{9000}};
  spec.ready_timeout = Milliseconds{1};
  spec.created_ms = 1'790'000'000'123;
  return spec;
}

std::string fault(std::string_view text) {
  const Result<AppSpec> spec = spec_from_json(text, kFile);
  return spec ? "" : spec.error().message();
}

}  // namespace

TEST_CASE("START1 a spec is read back as it was written, every byte and every field") {
  AppSpec plain;
  plain.name = "web";
  plain.script = "server";
  for (const AppSpec& spec : {full_spec(), plain}) {
    const Result<AppSpec> back = spec_from_json(spec_to_json(spec), kFile);
    REQUIRE(back.ok());
    CHECK(*back == spec);
  }
  std::mt19937 random(5);
  for (int round = 0; round < 300; ++round) {
    AppSpec spec = plain;
    std::string argument(random() % 40, ' ');
    for (char& c : argument) c = static_cast<char>(random() % 255 + 1);
    spec.arguments = {argument};
    const Result<AppSpec> back = spec_from_json(spec_to_json(spec), kFile);
    REQUIRE(back.ok());
    REQUIRE(back->arguments == spec.arguments);
  }
}

TEST_CASE("DISK2 a damaged spec is refused in one line that names the file") {
  struct Row {
    std::string text;
    const char* part;
  };
  const std::string head = R"({"version":1,"name":"web","script":"x",)";
  const Row rows[] = {
      {"", "is not valid JSON (byte 1); move it away, or `forever delete` the app"},
      {"{", "is not valid JSON (byte 2)"},
      {std::string(64, '\0'), "is not valid JSON (byte 1)"},
      {"[]", "does not contain a JSON object"},
      {"null", "does not contain a JSON object"},
      {std::string(100'000, '['), "is not valid JSON"},
      {"{}", "contains no format version"},
      {R"({"version":"1"})", "contains no format version"},
      {R"({"version":0})", "contains no format version"},
      {R"({"version":7})", "was written by a newer forever (version 7; this version reads 1)"},
      {R"({"version":99999999999999999999})", "contains no format version"},
      {R"({"version":1})", "\"name\" is not a valid name"},
      {R"({"version":1,"name":"../x","script":"x"})", "\"name\" is not a valid name"},
      {R"({"version":1,"name":"web"})", "\"script\" is missing"},
      {R"({"version":1,"name":"web","script":1})", "\"script\" must be a text"},
      {R"({"version":1,"name":"web","script":"a\u0000b"})", "\"script\" must not contain a NUL"},
      {R"({"version":1,"name":"web","script":{"hex":"6"}})", "\"script\" must be a text"},
      {R"({"version":1,"name":"web","script":{"hex":"zz"}})", "\"script\" must be a text"},
      {R"({"version":1,"name":"web","script":{"hex":"00"}})", "\"script\" must not contain a NUL"},
      {head + R"("id":-1})", "\"id\""},
      {head + R"("id":1.5})", "\"id\""},
      {head + R"("id":4294967296})", "\"id\""},
      {head + R"("arguments":"x"})", "\"arguments\" must be a list"},
      {head + R"("arguments":[1]})", "\"arguments\" must be a list of texts"},
      {head + R"("umask":512})", "\"umask\""},
      {head + R"("instances":0})", "\"instances\""},
      {head + R"("restart":[]})", "\"restart\" must be an object"},
      {head + R"("restart":{"on":"sometimes"}})", "\"restart.on\" is not a known word"},
      {head + R"("restart":{"min_uptime":"soon"}})", "\"restart.min_uptime\" must be a duration"},
      {head + R"("restart":{"min_uptime":5}})", "\"restart.min_uptime\""},
      {head + R"("restart":{"backoff_factor":0.5}})", "\"restart.backoff_factor\""},
      {head + R"("restart":{"backoff_factor":1e400}})", "is not valid JSON"},
      {head + R"("restart":{"stop_exit_codes":["1"]}})", "\"restart.stop_exit_codes\""},
      {head + R"("stop":{"signal":0}})", "\"stop.signal\""},
      {head + R"("stop":{"mode":"all"}})", "\"stop.mode\""},
      {head + R"("logs":{"max_size":-1}})", "\"logs.max_size\""},
      {head + R"("logs":{"format":"xml"}})", "\"logs.format\""},
      {head + R"("limits":{"NOFILE":1}})", "\"limits\""},
      {head + R"("limits":[["NOFILE",1]]})", "\"limits\""},
  };
  for (const Row& row : rows) {
    INFO(row.text.substr(0, 80));
    const std::string message = fault(row.text);
    CHECK_THAT(message, contains(row.part));
    CHECK(message.starts_with(kFile));
    CHECK(message.find('\n') == std::string::npos);
  }
  CHECK(fault(head + R"("later":{"x":[1]},"user":null})").empty());
}

TEST_CASE("DISK2 a spec that was cut at any byte, or had any byte changed, is read or refused, never worse") {
  const std::string text = spec_to_json(full_spec());
  for (std::size_t cut = 0; cut + 2 < text.size(); ++cut) REQUIRE_FALSE(fault(text.substr(0, cut)).empty());
  for (std::size_t at = 0; at < text.size(); ++at) {
    for (const char c : {'\0', '"', '{', '9', '\xff'}) {
      std::string changed = text;
      changed[at] = c;
      (void)fault(changed);
    }
  }
}

TEST_CASE("START1 the command is interpreter, script and arguments") {
  struct Row {
    const char* script;
    std::vector<std::string> interpreter;
    bool executable;
    std::vector<std::string> expected;
  };
  const Row rows[] = {
      {"server", {}, true, {"server", "-p", "1"}},
      {"a.js", {}, true, {"a.js", "-p", "1"}},
      {"a.js", {}, false, {"node", "a.js", "-p", "1"}},
      {"/x.d/run", {}, false, {"/x.d/run", "-p", "1"}},
      {"a.xyz", {}, false, {"a.xyz", "-p", "1"}},
      {"a.js", {"none"}, false, {"a.js", "-p", "1"}},
      {"a.js", {"bun", "run"}, true, {"bun", "run", "a.js", "-p", "1"}},
  };
  for (const Row& row : rows) {
    AppSpec spec;
    spec.script = row.script;
    spec.interpreter = row.interpreter;
    spec.arguments = {"-p", "1"};
    CHECK(command_of(spec, row.executable) == row.expected);
  }
  const std::pair<const char*, const char*> extensions[] = {
      {"a.js", "node"}, {"a.mjs", "node"}, {"a.py", "python3"}, {"a.sh", "sh"}, {"a.rb", "ruby"}, {"a.pl", "perl"},
      {"a.php", "php"}, {"a", ""},         {"a.", ""},          {"js", ""},     {"/a.js/b", ""}};
  for (const auto& [script, interpreter] : extensions) CHECK(interpreter_for(script) == interpreter);
}

TEST_CASE("ENV1 an environment file is read line by line") {
  struct Row {
    const char* text;
    std::vector<std::string> expected;
  };
  const Row rows[] = {
      {"", {}},
      {"\n\n# all\n  # comment\n", {}},
      {"A=1\nB=2", {"A=1", "B=2"}},
      {"\xef\xbb\xbf"
       "A=1\r\nB=2\r\n",
       {"A=1", "B=2"}},
      {"export A=1\nexport\tB=2\nexported=3", {"A=1", "B=2", "exported=3"}},
      {"A=1\nA=2", {"A=2"}},
      {"A=", {"A="}},
      {"A=b=c", {"A=b=c"}},
      {" A = b c ", {"A=b c"}},
      {"A=b # comment\nB=b#c\nC=#", {"A=b", "B=b#c", "C="}},
      {"A='b # c' # d\nB=\"x\"#y", {"A=b # c", "B=x"}},
      {"A='\\n'\nB=\"\\n\\t\\\"\\\\\\x\\$\"", {"A=\\n", "B=\n\t\"\\\\x$"}},
      {"A=\"it's\"\nB='say \"x\"'\nC=a\"b", {"A=it's", "B=say \"x\"", "C=a\"b"}},
      {"A=\xff", {"A=\xff"}},
      // REAL9: what docker compose and Node accept.
      {"A=\"x\ny\n\nz\" # tail\nB=1", {"A=x\ny\n\nz", "B=1"}},
      {"A='x\r\n# y'\r\nB=1\r\n", {"A=x\n# y", "B=1"}},
      {"A=`it's \"so\"`\nB=`x\ny`", {"A=it's \"so\"", "B=x\ny"}},
      {"A='Let\\'s go'", {"A=Let's go"}},
      {"A: b\nB:c=d\nURL=http://x:1/", {"A=b", "B=c=d", "URL=http://x:1/"}},
      {"A=1\nHOME\nPATH # as it is\nB=2", {"A=1", "B=2"}},
  };
  for (const Row& row : rows) {
    INFO(row.text);
    const auto parsed = parse_env_file(row.text, "x.env");
    REQUIRE(parsed.ok());
    CHECK(*parsed == row.expected);
  }
  const std::pair<const char*, const char*> wrong[] = {
      {"A=1\nB C", "x.env, line 2: there is no '='"}, {"A='x\ny'\n\n=1", "line 4: the name is missing"},
      {"=1", "line 1: the name is missing"},          {"A B=1", "line 1: the name contains a blank"},
      {"A='x", "line 1: the quote is not closed"},    {"\nA=\"x\\\"", "line 2: the quote is not closed"},
      {"A='x'y", "line 1: something follows"}};
  for (const auto& [text, part] : wrong) {
    const auto parsed = parse_env_file(text, "x.env");
    REQUIRE_FALSE(parsed.ok());
    CHECK_THAT(parsed.error().message(), contains(part));
  }
  CHECK_FALSE(parse_env_file(std::string_view("A=\0", 3), "x.env").ok());
}

TEST_CASE("ENV1 a variable is set once, and only if it can be one") {
  std::vector<std::string> environment{"A=1", "AB=2"};
  CHECK(set_environment(environment, "A=3"));
  CHECK(set_environment(environment, "B="));
  CHECK(environment == std::vector<std::string>{"A=3", "AB=2", "B="});
  for (const std::string_view wrong :
       {std::string_view("A"), std::string_view("=1"), std::string_view(""), std::string_view("A=\0", 3)}) {
    CHECK_FALSE(set_environment(environment, wrong));
  }
  CHECK(environment.size() == 3);
}

TEST_CASE("ENV1 what looks like a secret is masked, what does not is shown") {
  for (const char* name : {"API_KEY", "apiKey", "JWT_SECRET", "GITHUB_TOKEN", "DB_PASSWORD", "MYSQL_PASSWD", "DB_PASS",
                           "PASS", "PASSPHRASE", "DB_PWD", "AWS_CREDENTIALS", "BASIC_AUTH", "AUTHORIZATION",
                           "PRIVATE_X", "SENTRY_DSN", "GH_PAT"}) {
    INFO(name);
    CHECK(looks_secret(name, "x"));
  }
  for (const char* name : {"PATH", "HOME", "PWD", "OLDPWD", "LANG", "PORT", "NODE_ENV", "GIT_AUTHOR_NAME", "AUTHOR",
                           "BYPASS", "COMPASS_X"}) {
    INFO(name);
    CHECK_FALSE(looks_secret(name, "x"));
  }
  CHECK(looks_secret("DATABASE_URL", "postgres://u:p@host/db"));
  CHECK(looks_secret("X", "see http://a/ and redis://:p@host:1"));
  CHECK(looks_secret("X", "-----BEGIN RSA PRIVATE KEY-----\n"));
  for (const char* value : {"http://host:80/a@b", "http://user@host", "mailto:a:b@c", "a://b", "http://h/?u=x:y@z"})
    CHECK_FALSE(looks_secret("X", value));
}

TEST_CASE("STATE3 an app is ready when it listens where its ports are watched, and not where its sockets are passed") {
  AppSpec spec;
  CHECK(spec.ready_when() == ReadyWhen::uptime);
  spec.hold_ports = true;
  CHECK(spec.ready_when() == ReadyWhen::listen);
  spec.listen = {"8081"};
  CHECK(spec.ready_when() == ReadyWhen::uptime);
  spec.ready = ReadyWhen::notify;
  CHECK(spec.ready_when() == ReadyWhen::notify);
}
