// REAL27: what is exported is read back by the tool that it is for, or by its rules where there is none here, and is byte for byte what
// the app is started with, whatever the strings.
#include <filesystem>
#include <random>

#include "test/e2e/apps.hpp"

using namespace forever::test;
namespace fs = std::filesystem;

namespace {

// Strings that something on the way could take for its own: quotes, escapes, specifiers, templates, comments, line breaks of ASCII and of
// Unicode, words of YAML. The same ones in each run.
Words nasty_strings(std::size_t count, bool bytes) {
  Words pieces{"\"",
               "'",
               "\\",
               "$",
               "$$",
               "${HOME}",
               "$HOME",
               "$(x)",
               "%",
               "%%",
               "%n",
               "%{",
               "${",
               "#",
               " #",
               ": ",
               "- ",
               ";",
               "&",
               "|",
               "*",
               "~",
               "{",
               "}",
               "[",
               "]",
               ",",
               "!",
               "@",
               "`",
               "=",
               "<<",
               ">",
               "\n",
               "\r",
               "\t",
               " ",
               "\x01",
               "\x1b[31m",
               "\x7f",
               "\xc2\x85",
               "\xe2\x80\xa8",
               "\xe2\x80\xa9",
               "\xef\xbb\xbf",
               "\xef\xbf\xbe",
               "\xc3\xa9",
               "\xe6\x97\xa5",
               "\xf0\x9f\x98\x80",
               "\\n",
               "\\x41",
               "\\u0041",
               "yes",
               "null",
               "0x1f",
               "1e3",
               "EOF"};
  if (bytes) pieces.insert(pieces.end(), {"\xff", "\xc3", "\x80"});
  Words strings{"",      " ",      "yes",   "null", "~",  "- a", "a: b", "${HOME}",
                "$${x}", "$$$(y)", "%%{x}", "\\",   "\"", "a\\", "-",    "--"};
  std::mt19937 random{27};
  while (strings.size() < count) {
    std::string text;
    for (std::size_t i = 1 + random() % 6; i > 0; --i) text += pieces[random() % pieces.size()];
    strings.push_back(std::move(text));
  }
  return strings;
}

struct Given {
  Words arguments;
  std::map<std::string, std::string> environment;
};

Given nasty_app(const TemporaryHome& home, const std::string& name, bool bytes, const Words& options = {}) {
  Given given{Words{"wait"} + nasty_strings(120, bytes), {}};
  Words words = {"start", child_binary(), "--name", name};
  words = words + options;
  std::size_t number = 0;
  for (const std::string& value : nasty_strings(60, bytes)) {
    const std::string variable = "V_" + std::to_string(number++);
    given.environment[variable] = value;
    words = words + Words{"--env", variable + "=" + value};
  }
  done(home, words + Words{"--"} + given.arguments);
  return given;
}

// For a checking program of Python, which prints what is wrong: the exported file and what is expected are its arguments.
void check_by_python(const TemporaryHome& home, const std::string& text, const Given& given,
                     const std::string& program) {
  const std::string python = "/usr/bin/python3";
  if (!fs::exists(python) || run({python, "-c", "import yaml"}).exit_code != 0) SKIP_CASE("there is no python3-yaml");
  Json expected;
  expected["argv"] = Words{child_binary()} + given.arguments;
  expected["env"] = given.environment;
  write_file(home.scratch() / "exported.yaml", text);
  write_file(home.scratch() / "expected.json", expected.dump());
  Command command;
  command.argv = {python, "-c", program, (home.scratch() / "exported.yaml").string(),
                  (home.scratch() / "expected.json").string()};
  command.environment["HOME"] = home.scratch().string();
  const Result checked = run(command);
  CHECK(checked.out + checked.err == "");
  CHECK(checked.exit_code == 0);
}

// `tool` writes what it has read; where it does so wrongly, `lost` are the characters that it cannot write.
constexpr const char* kCompare = R"py(
import json, os, re, shutil, subprocess, sys, yaml
wanted = json.load(open(sys.argv[2]))
def compare(argv, env, lost=''):
    if len(argv) != len(wanted['argv']): print('arguments:', len(argv), 'not', len(wanted['argv']))
    for is_, should in zip(argv, wanted['argv']):
        if is_ != should and not set(lost) & set(should): print('argument', repr(is_), 'not', repr(should))
    for name, should in wanted['env'].items():
        if env.get(name) != should and not set(lost) & set(should): print(name, repr(env.get(name)), 'not', repr(should))
def output(*command):
    ran = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    if ran.returncode: print(ran.stderr)
    return ran.stdout
)py";

// A word as systemd prints it: bare, or in double quotes with the escapes of C.
Words words_of_dump(const std::string& line) {
  Words words;
  for (std::size_t at = 0; at < line.size();) {
    if (line[at] == ' ') {
      ++at;
      continue;
    }
    const bool quoted = line[at] == '"';
    if (quoted) ++at;
    std::string word;
    for (; at < line.size() && line[at] != (quoted ? '"' : ' '); ++at) {
      if (line[at] != '\\') {
        word += line[at];
        continue;
      }
      const char c = line[++at];
      const std::size_t known = std::string{"abfnrtv"}.find(c);
      if (c >= '0' && c <= '7') {
        word += static_cast<char>(std::stoi(line.substr(at, 3), nullptr, 8));
        at += 2;
      } else {
        word += known == std::string::npos ? c : "\a\b\f\n\r\t\v"[known];
      }
    }
    if (quoted) ++at;
    words.push_back(std::move(word));
  }
  return words;
}

// `$$` is a '$' in every word but the first (systemd.service(5), "Command lines").
std::string without_doubles(std::string word) {
  for (std::size_t at = word.find("$$"); at != std::string::npos; at = word.find("$$", at + 1)) word.erase(at, 1);
  return word;
}

// What systemd itself makes of the unit: its test mode prints every unit that it has read. It refuses to run as root.
std::string read_by_systemd(const TemporaryHome& home, const std::string& unit) {
  const fs::path units = home.scratch() / "units", runtime = home.scratch() / "run";
  fs::create_directories(runtime);
  for (fs::path place = home.scratch(); place != place.root_path() && place != "/tmp"; place = place.parent_path())
    fs::permissions(place, fs::perms::others_exec | fs::perms::group_exec, fs::perm_options::add);
  fs::permissions(runtime, fs::perms::all);
  fs::permissions(units, fs::perms::others_read | fs::perms::others_exec, fs::perm_options::add);
  fs::permissions(units / unit, fs::perms::others_read, fs::perm_options::add);  // what is exported may hold secrets
  Command command;
  command.argv = {"/lib/systemd/systemd", "--test", "--user", "--unit=" + unit, "--no-pager"};
  command.environment = {{"XDG_RUNTIME_DIR", runtime.string()},
                         {"HOME", "/"},
                         {"SYSTEMD_LOG_TARGET", "console"},
                         {"SYSTEMD_UNIT_PATH", units.string() + ":/usr/lib/systemd/user"}};
  if (Stranger::possible()) command.before_exec = Stranger{}.become();
  const Result read = run(command);
  INFO(read.err);
  CHECK_FALSE(has(read.err, units.string()));  // complaints name the file
  const std::size_t begin = read.out.find("-> Unit " + unit + ":\n");
  REQUIRE(begin != std::string::npos);
  return read.out.substr(begin, read.out.find("\n\t-> Unit ", begin) - begin);
}

// The words that are executed, after systemd's and env(1)'s work, and what env(1) sets.
std::pair<Words, Words> executed(const std::string& dump) {
  const std::string mark = "Command Line: ";
  const std::size_t begin = dump.find(mark) + mark.size();
  Words words = words_of_dump(dump.substr(begin, dump.find('\n', begin) - begin)), set;
  for (std::size_t i = 1; i < words.size(); ++i) words[i] = without_doubles(words[i]);
  if (words.front() != "/usr/bin/env") return {words, set};
  words.erase(words.begin());
  while (words.front().starts_with("--chdir=") || has(words.front(), "=")) {
    set.push_back(words.front());
    words.erase(words.begin());
  }
  return {words, set};
}

}  // namespace

TEST_CASE("REAL27 systemd reads back every argument and variable as it was", "[REAL27]") {
  if (!fs::exists("/lib/systemd/systemd") || !fs::exists("/usr/lib/systemd/user/basic.target"))
    SKIP_CASE("there is no systemd");
  const TemporaryHome home;
  const Given given = nasty_app(home, "web", false);
  fs::create_directories(home.scratch() / "units");
  done(home, {"export", "systemd", "web", "--directory", "units"});
  const std::string dump = read_by_systemd(home, "web.service");
  const auto [words, set] = executed(dump);
  CHECK(words == Words{child_binary()} + given.arguments);
  for (const auto& [name, value] : given.environment) {
    INFO(name << "=" << value);
    const bool by_env = std::find(set.begin(), set.end(), name + "=" + value) != set.end();
    CHECK(by_env == has(value, "\xef\xbf\xbe"));  // no character, which systemd refuses
    CHECK(by_env != has(dump, "\tEnvironment: " + name + "=" + value + "\n"));
  }
}

TEST_CASE("REAL27 systemd gets bytes, names, programs and directories that its own lines cannot hold", "[REAL27]") {
  if (!fs::exists("/lib/systemd/systemd") || !fs::exists("/usr/lib/systemd/user/basic.target"))
    SKIP_CASE("there is no systemd");
  const TemporaryHome home;
  const Place odd = home.scratch() / "o\"d$d ";
  fs::create_directories(odd);
  const Given given = nasty_app(home, "web", true, {"--env", "A.B=dot", "--env", "BYTE=\xff$", "--cwd", odd});
  const Place program = home.scratch() / "pr$o'g=1";
  fs::copy_file(child_binary(), program);
  done(home, {"start", program, "--name", "other", "--", "wait", "$x"});
  fs::create_directories(home.scratch() / "units");
  done(home, {"export", "systemd", "web", "other", "--directory", "units"});
  const auto [words, set] = executed(read_by_systemd(home, "web.service"));
  CHECK(words == Words{child_binary()} + given.arguments);
  CHECK(std::find(set.begin(), set.end(), "--chdir=" + odd.string()) != set.end());
  CHECK(std::find(set.begin(), set.end(), "A.B=dot") != set.end());
  CHECK(std::find(set.begin(), set.end(), "BYTE=\xff$") != set.end());
  const auto [shell, none] = executed(read_by_systemd(home, "other.service"));
  CHECK(shell == Words{"/bin/sh", "-c", "exec \"$0\" \"$@\"", program, "wait", "$x"});
  CHECK(none == Words{});
}

TEST_CASE("REAL27 docker-compose reads back every argument and variable as it was", "[REAL27]") {
  const TemporaryHome home;
  const Given given = nasty_app(home, "web", false);
  check_by_python(home, done(home, {"export", "compose", "web"}).out, given, std::string{kCompare} + R"py(
plain = lambda text: text.replace('$$', '$')
def look(text, lost):
    web = yaml.safe_load(text)['services']['web']
    compare([plain(w) for w in web['command']], {n: plain(v) for n, v in web['environment'].items()}, lost)
look(open(sys.argv[1], newline='\n'), '')
if shutil.which('docker-compose'): look(output('docker-compose', '-f', sys.argv[1], 'config'), '\x85')
)py");
}

TEST_CASE("REAL27 kubectl reads back every argument and variable as it was", "[REAL27]") {
  const TemporaryHome home;
  const Given given = nasty_app(home, "web", false);
  write_file(home.scratch() / "kustomization.yaml", "resources: [exported.yaml]\n");
  // The expansion is that of k8s.io/kubernetes/third_party/forked/golang/expansion: $(NAME) is a variable, $$ is a '$'. What kustomize
  // cannot write at all, its controls, is taken out of the copy that it gets.
  check_by_python(home, done(home, {"export", "kubernetes", "web"}).out, given, std::string{kCompare} + R"py(
def expanded(text):
    out, at = '', 0
    while at < len(text):
        if text[at] == '$' and text[at + 1:at + 2] == '(': print('a variable in', repr(text))
        if text[at] == '$' and text[at + 1:at + 2] == '$': at += 1
        out += text[at]
        at += 1
    return out
def look(text, lost, loader=yaml.SafeLoader):
    web = [one for one in yaml.load_all(text, loader) if one['kind'] == 'Deployment'][0]
    box = web['spec']['template']['spec']['containers'][0]
    compare([expanded(w) for w in box['command']], {v['name']: expanded(v['value']) for v in box['env']}, lost)
text = open(sys.argv[1], newline='\n').read()
look(text, '')
if shutil.which('kubectl'):
    open(sys.argv[1], 'w', newline='\n').write(re.sub(r'(?<!\\)((?:\\\\)*)\\u(?:00(?:01|1b|7f|85)|fffe)', r'\1', text))
    look(output('kubectl', 'kustomize', os.path.dirname(sys.argv[1])), '\x01\x1b\x7f\x85\ufffe', yaml.BaseLoader)  # it writes << without quotes
)py");
}

// HCL 2: escapes \n \r \t \" \\ \uNNNN; a template begins with ${ or %{. Names in quotes are for maps alone.
TEST_CASE("REAL27 nomad's rules give back every argument and variable as it was", "[REAL27]") {
  const TemporaryHome home;
  const Given given = nasty_app(home, "web", false);
  check_by_python(home, done(home, {"export", "nomad", "web"}).out, given, std::string{kCompare} + R"py(
text = open(sys.argv[1], newline='\n').read()
word = r'"(?:[^"\\]|\\.)*"'
for one in re.findall(word, text):
    if '${' in one or '%{' in one: print('a template in', one)
    if re.search(r'\\[^nrt"\\u]', one.replace('\\\\', '')): print('no such escape in', one)
argv = [json.loads(re.search(r'^ +command += (' + word + ')$', text, re.M).group(1))]
argv += [json.loads(one) for one in re.findall(word, re.search(r'^ +args += \[(.*)\]$', text, re.M).group(1))]
env = re.search(r'^ +env = \{\n(.*?)^ +\}$', text, re.M | re.S).group(1)
compare(argv, {json.loads(n): json.loads(v) for n, v in re.findall('(' + word + ') = (' + word + ')', env)})
)py");
}

TEST_CASE("REAL27 what a form cannot hold is named as lost", "[REAL27]") {
  const TemporaryHome home;
  start(home, "web", {"wait", "\xff"}, {"--env", "BYTE=\xff", "--env", "odd name=1", "--env", "T=${HOME}"});
  for (const char* form : {"compose", "kubernetes", "nomad"}) {
    INFO(form);
    const std::string text = done(home, {"export", form, "web"}).out;
    CHECK(has(text, "# lost: argument 2 as it is; it is not UTF-8"));
    CHECK(has(text, "# lost: the value of BYTE as it is; it is not UTF-8"));
  }
  CHECK(has(done(home, {"export", "kubernetes", "web"}).out, "# lost: the variable odd name"));
  CHECK_FALSE(has(done(home, {"export", "kubernetes", "web"}).out, "\"odd name\""));
  CHECK(has(done(home, {"export", "nomad", "web"}).out, "# lost: the value of T as it is; Nomad fills in"));
}

TEST_CASE("REAL27 a variable that was given is exported though it is the same here", "[REAL27]") {
  const TemporaryHome home;
  start(home, "web", {"wait"}, {"--env", "GIVEN=1"});
  Command command = home.command({"export", "compose", "web"});
  command.environment["GIVEN"] = "1";
  CHECK(has(run(command).out, "\"GIVEN\": \"1\""));
}
