// START: the program gets what was given to it, once, and the caller gets the console back.
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "test/e2e/apps.hpp"

using namespace forever::test;

namespace {

namespace fs = std::filesystem;

std::string hex_of(const std::string& text) {
  std::string hex;
  for (const char c : text) {
    std::array<char, 3> digits{};
    std::snprintf(digits.data(), digits.size(), "%02x", static_cast<unsigned char>(c));
    hex += digits.data();
  }
  return hex;
}

// What the child said in its newest run, a run being what follows a line "run".
std::vector<std::string> newest_run(const TemporaryHome& home, const std::string& name) {
  const std::string log = log_of(home, name);
  return lines_of(log.substr(log.rfind("run\n")));
}

std::size_t instances_of(const TemporaryHome& home) {
  const auto all = processes_of(home);
  return static_cast<std::size_t>(
      std::count_if(all.begin(), all.end(), [](int pid) { return command_line_of(pid).starts_with(child_binary()); }));
}

}  // namespace

TEST_CASE("START1 arguments after the dashes arrive byte for byte", "[START1]") {
  const TemporaryHome home;
  const Words arguments{"",
                        "-h",
                        "--help",
                        "--name",
                        "--",
                        "a b",
                        "\"quoted\"",
                        "'single'",
                        "%s%n%d",
                        "line\nbreak",
                        "tab\t",
                        "\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80",
                        "\xff\xfe not utf-8",
                        "$HOME",
                        "`id`",
                        "*",
                        "\\",
                        "back\\slash",
                        "\x01\x1b[31m",
                        std::string(100000, 'x'),
                        "--version",
                        "-",
                        "=",
                        "a=b",
                        " "};
  start(home, "web", Words{"print-args", "say", "complete", "wait", "--"} + arguments);
  REQUIRE(wait_for_log(home, "web", "complete"));
  std::string expected = "args " + std::to_string(arguments.size()) + "\n";
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    expected += "arg " + std::to_string(i) + " " + hex_of(arguments[i]) + "\n";
  }
  REQUIRE(log_of(home, "web") == expected + "complete\n");

  // The recorded spec says the same: after a restart they are the same bytes.
  done(home, {"stop", "web"});
  done(home, {"start", "web"});
  const auto twice = [&] { return count_of(log_of(home, "web"), "complete") == 2; };
  REQUIRE(wait_until(twice));
  REQUIRE(log_of(home, "web") == expected + "complete\n" + expected + "complete\n");
}

TEST_CASE("START1 words after the program are its own, also without dashes", "[START1]") {
  const TemporaryHome home;
  done(home, {"start", child_binary(), "--name", "web", "say", "first", "wait"});
  REQUIRE(wait_for_log(home, "web", "first"));
  done(home, {"start", "--name", "other", "--", child_binary(), "say", "second", "wait"});
  REQUIRE(wait_for_log(home, "other", "second"));
}

TEST_CASE("START1 an unknown option after the program is refused, and the dashes are explained", "[START1]") {
  const TemporaryHome home;
  const Result result = home.forever({"start", child_binary(), "--frobnicate", "wait"});
  REQUIRE(result.exit_code == 2);
  require_one_line(result.err, "--frobnicate");
  REQUIRE_THAT(result.err, contains(" -- ") || contains("'--'"));
  REQUIRE(list_json(home).at("apps").empty());
}

TEST_CASE("START2 the name is the program's base name, made unique", "[START2]") {
  const TemporaryHome home;
  done(home, {"start", child_binary(), "--", "wait"});
  REQUIRE(status_of(home, "child") == "online");
  done(home, {"start", child_binary(), "--", "say", "another", "wait"});
  const Json apps = list_json(home).at("apps");
  REQUIRE(apps.size() == 2);
  REQUIRE(apps.at(1).at("name") != "child");
  REQUIRE(apps.at(1).at("name").get<std::string>().starts_with("child"));
  REQUIRE(apps.at(0).at("id") != apps.at(1).at("id"));

  write_file(home.scratch() / "server.sh", "exec \"" + child_binary() + "\" wait\n");
  done(home, {"start", "server.sh"});
  REQUIRE(wait_for_status(home, "server", "online"));
}

TEST_CASE("START2 the same command again starts no second one", "[START2]") {
  const TemporaryHome home;
  done(home, {"start", child_binary(), "--", "wait"});
  const int pid = pid_of(home, "child");
  const Result again = done(home, {"start", child_binary(), "--", "wait"});
  REQUIRE_THAT(again.out + again.err, contains("child"));
  REQUIRE(list_json(home).at("apps").size() == 1);
  REQUIRE(pid_of(home, "child") == pid);
}

TEST_CASE("START2 start NAME starts a stopped app with its recorded settings", "[START2]") {
  const TemporaryHome home;
  start(home, "web", {"print-env", "COLOUR", "say", "run", "wait"}, {"--env", "COLOUR=blue", "--kill-timeout", "7s"});
  REQUIRE(wait_for_log(home, "web", "run"));
  done(home, {"stop", "web"});
  done(home, {"start", "web"});
  REQUIRE(wait_until([&] { return count_of(log_of(home, "web"), "env COLOUR=blue\nrun\n") == 2; }));
  REQUIRE_THAT(done(home, {"describe", "web"}).out, contains("7s"));
  const int pid = pid_of(home, "web");
  const Result again = done(home, {"start", "web"});  // of a running one: reports this
  REQUIRE_THAT(again.out + again.err, contains(std::to_string(pid)));
  REQUIRE(pid_of(home, "web") == pid);
  REQUIRE(instances_of(home) == 1);
}

TEST_CASE("START2 ids are the lowest that are free", "[START2]") {
  const TemporaryHome home;
  for (const char* name : {"a", "b", "c"}) start(home, name, {"wait"});
  done(home, {"delete", "b"});
  start(home, "d", {"wait"});
  REQUIRE(listed(home, "a").at("id") == 0);
  REQUIRE(listed(home, "c").at("id") == 2);
  REQUIRE(listed(home, "d").at("id") == 1);
}

TEST_CASE("START3 nothing of ours holds the caller's streams, terminal, session or directory", "[START3]") {
  const TemporaryHome home;
  const fs::path directory = home.scratch() / "deep";
  fs::create_directory(directory);
  Command command = home.command(start_words("web", {"--cwd", "/"}, {"print-session", "wait"}));
  command.directory = directory;
  const Result result = run(command);
  REQUIRE(result.exit_code == 0);
  REQUIRE(result.released_output);
  const int keeper = keeper_of(home, "web");
  const int supervisor = supervisor_of(home, "web");
  for (const int pid : {keeper, supervisor}) {
    REQUIRE_FALSE(
        fs::read_symlink("/proc/" + std::to_string(pid) + "/cwd").string().starts_with(home.scratch().string()));
    for (const std::string& file : open_files_of(pid)) {
      INFO(file);
      REQUIRE((file == "/dev/null" || !file.starts_with("/dev/")));
    }
  }
  REQUIRE(wait_for_log(home, "web", "session"));
}

TEST_CASE("START3 keeper and supervisor show nothing of the caller's environment and command line", "[START3]") {
  const TemporaryHome home;
  Command command = home.command(start_words("web", {}, {"print-session", "wait"}));
  // What an app that calls forever itself would pass on: it must not make the keeper an instance of that app.
  command.environment["FOREVER_INSTANCE_ID"] = "somebody/else/0/1";
  command.environment["SECRET_TOKEN"] = "do-not-show";
  REQUIRE(run(command).exit_code == 0);
  for (const int pid : {keeper_of(home, "web"), supervisor_of(home, "web")}) {
    const std::string process = "/proc/" + std::to_string(pid);
    for (const char* file : {"/environ", "/cmdline"}) {
      const std::string text = read_file(process + file);
      INFO(file << ": " << text);
      REQUIRE_FALSE(has(text, "do-not-show"));
      REQUIRE_FALSE(has(text, "somebody/else"));
    }
    REQUIRE(has(read_file(process + "/cmdline"), "forever: web"));
  }
  REQUIRE(wait_for_log(home, "web", "session"));
}

TEST_CASE("START3 without an environment, too, a keeper shows whose it is", "[START3]") {
  const TemporaryHome home;
  Command command = home.command(start_words("web", {"--quiet"}, {"wait"}));
  command.argv.insert(command.argv.begin(), {"env", "-i", "FOREVER_HOME=" + home.state().string()});
  REQUIRE(run(command).exit_code == 0);
  REQUIRE(has(read_file("/proc/" + std::to_string(keeper_of(home, "web")) + "/cmdline"), "forever: web (keeper)"));
}

TEST_CASE("START3 a terminal that is closed takes nothing with it", "[START3]") {
  const TemporaryHome home;
  {
    Running shell(home.command(start_words("web", {}, {"print-terminal", "say", "up", "wait"})), 24, 80);
    REQUIRE(shell.wait().exit_code == 0);
  }
  REQUIRE(wait_for_log(home, "web", "up"));
  REQUIRE(log_of(home, "web") == "terminal 0 no\nterminal 1 no\nterminal 2 no\nup\n");
  REQUIRE(status_of(home, "web") == "online");
  REQUIRE(listed(home, "web").at("restarts") == 0);
}

TEST_CASE("START3 start works without any stream open", "[START3]") {
  const TemporaryHome home;
  Command command = home.command(start_words("web", {"--quiet"}, {"print-descriptors", "say", "up", "wait"}));
  command.before_exec = [] {
    for (int fd = 0; fd < 3; ++fd) close(fd);
  };
  REQUIRE(run(command).exit_code == 0);
  REQUIRE(wait_for_log(home, "web", "up"));
  REQUIRE(count_of(log_of(home, "web"), "descriptor ") == 3);
  done(home, {"stop", "web"});
}

TEST_CASE("START4 fifty starts of one name at once give one instance and forty-nine clear answers", "[START4]") {
  const TemporaryHome home;
  std::vector<Running> starts;
  for (int i = 0; i < 50; ++i) starts.emplace_back(home.command(start_words("web", {}, {"wait"})));
  std::set<std::string> answers;
  for (Running& one : starts) {
    const Result result = one.wait(60s);
    INFO(result.out << result.err);
    REQUIRE_FALSE(result.timed_out);
    REQUIRE(result.exit_code == 0);
    REQUIRE_THAT(result.out + result.err, contains("web"));
  }
  REQUIRE(list_json(home).at("apps").size() == 1);
  REQUIRE(status_of(home, "web") == "online");
  REQUIRE(wait_until([&] { return processes_of(home).size() == 3; }));
  REQUIRE(instances_of(home) == 1);
}

TEST_CASE("START4 starts of different names at once all succeed with ids of their own", "[START4]") {
  const TemporaryHome home;
  std::vector<Running> starts;
  for (int i = 0; i < 20; ++i) {
    starts.emplace_back(home.command(start_words("app" + std::to_string(i), {}, {"wait"})));
  }
  for (Running& one : starts) REQUIRE(one.wait(60s).exit_code == 0);
  std::set<int> ids;
  const Json list = list_json(home);
  for (const Json& app : list.at("apps")) ids.insert(app.at("id").get<int>());
  REQUIRE(ids.size() == 20);
}

TEST_CASE("START4 unnamed starts of one command at once give one app", "[START4]") {
  const TemporaryHome home;
  std::vector<Running> starts;
  for (int i = 0; i < 10; ++i) starts.emplace_back(home.command({"start", child_binary(), "--", "wait"}));
  for (Running& one : starts) REQUIRE(one.wait(60s).exit_code == 0);
  REQUIRE(instances_of(home) == list_json(home).at("apps").size());
  REQUIRE(list_json(home).at("apps").size() == 1);
}

TEST_CASE("START4 fifty lists at once start nothing", "[START4]") {
  const TemporaryHome home;
  start(home, "web", {"wait"});
  const auto before = processes_of(home);
  std::vector<Running> lists;
  for (int i = 0; i < 50; ++i) lists.emplace_back(home.command({"list", "--json"}));
  for (Running& one : lists) {
    const Result result = one.wait(60s);
    REQUIRE(result.exit_code == 0);
    REQUIRE(parse_json(result.out).at("apps").at(0).at("status") == "online");
  }
  REQUIRE(processes_of(home) == before);
}

TEST_CASE("START5 the program has descriptors 0, 1 and 2 and nothing else", "[START5]") {
  const TemporaryHome home;
  Command command = home.command(start_words("web", {}, {"say", "run", "print-descriptors", "say", "end", "wait"}));
  const std::string extra = home.scratch() / "extra";
  write_file(extra, "");
  command.before_exec = [extra] {  // what the caller leaks is not the program's
    if (open(extra.c_str(), O_RDONLY) < 0 || dup2(0, 42) < 0 || dup2(0, 200) < 0) _exit(98);
  };
  REQUIRE(run(command).exit_code == 0);
  REQUIRE(wait_for_log(home, "web", "end"));
  const auto lines = newest_run(home, "web");
  REQUIRE(lines.size() == 5);
  REQUIRE(lines.at(1) == "descriptor 0 /dev/null");
  REQUIRE(lines.at(2).starts_with("descriptor 1 "));
  REQUIRE(lines.at(3).starts_with("descriptor 2 "));
}

TEST_CASE("START5 umask and limits are the caller's at start, the same after a crash and a later start", "[START5]") {
  const TemporaryHome home;
  Command command =
      home.command(start_words("web", {}, {"say", "run", "print-umask", "print-limits", "say", "end", "wait"}));
  command.before_exec = [] {
    umask(0137);
    const rlimit core{0, 0};
    setrlimit(RLIMIT_CORE, &core);
    const rlimit files{333, 444};
    setrlimit(RLIMIT_NOFILE, &files);
    const rlimit stack{4 << 20, RLIM_INFINITY};
    setrlimit(RLIMIT_STACK, &stack);
  };
  REQUIRE(run(command).exit_code == 0);
  REQUIRE(wait_for_log(home, "web", "end"));
  const auto first = newest_run(home, "web");
  REQUIRE(std::count(first.begin(), first.end(), "umask 0137") == 1);
  REQUIRE(std::count(first.begin(), first.end(), "limit core 0 0") == 1);
  REQUIRE(std::count(first.begin(), first.end(), "limit nofile 333 444") == 1);
  REQUIRE(std::count(first.begin(), first.end(), "limit stack 4194304 infinity") == 1);

  send_signal(pid_of(home, "web"), SIGKILL);
  REQUIRE(wait_until([&] { return count_of(log_of(home, "web"), "end\n") == 2; }));
  REQUIRE(newest_run(home, "web") == first);

  done(home, {"stop", "web"});
  Command later = home.command({"start", "web"});
  later.before_exec = [] { umask(077); };
  REQUIRE(run(later).exit_code == 0);
  REQUIRE(wait_until([&] { return count_of(log_of(home, "web"), "end\n") == 3; }));
  REQUIRE(newest_run(home, "web") == first);
}

TEST_CASE("START5 signal mask and dispositions are the defaults, whatever the caller had", "[START5]") {
  const TemporaryHome home;
  Command command = home.command(start_words("web", {}, {"print-signals", "say", "end", "wait"}));
  command.before_exec = [] {
    sigset_t all;
    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, nullptr);
    for (const int number : {SIGPIPE, SIGHUP, SIGTERM, SIGINT, SIGCHLD, SIGXFSZ, SIGUSR1}) signal(number, SIG_IGN);
  };
  REQUIRE(run(command).exit_code == 0);
  REQUIRE(wait_for_log(home, "web", "end"));
  REQUIRE(log_of(home, "web") ==
          "signals blocked 0000000000000000 ignored 0000000000000000 caught 0000000000000000\nend\n");
  done(home, {"stop", "web"});
}

TEST_CASE("START5 the program leads a session and a process group of its own", "[START5]") {
  const TemporaryHome home;
  start(home, "web", {"print-session", "say", "end", "wait"});
  REQUIRE(wait_for_log(home, "web", "end"));
  const std::string pid = std::to_string(pid_of(home, "web"));
  REQUIRE_THAT(log_of(home, "web"), contains("session pid " + pid + " "));
  REQUIRE_THAT(log_of(home, "web"), contains(" pgid " + pid + " sid " + pid + "\n"));
}

TEST_CASE("START5 argv[0] is the program as it was typed", "[START5]") {
  const TemporaryHome home;
  fs::copy_file(child_binary(), home.scratch() / "tool");
  done(home, {"start", "./tool", "--name", "web", "--", "print-progname", "wait"});
  REQUIRE(wait_for_log(home, "web", "progname"));
  REQUIRE(log_of(home, "web") == "progname ./tool\n");
}

TEST_CASE("START5 a script without the execute bit runs by the interpreter of its extension", "[START5]") {
  const TemporaryHome home;
  write_file(home.scratch() / "job.sh", "echo \"by $0 with $1\"\nexec \"" + child_binary() + "\" wait\n");
  done(home, {"start", "job.sh", "--name", "web", "--", "word"});
  REQUIRE(wait_for_log(home, "web", "by job.sh with word"));
  write_file(home.scratch() / "plain", "echo plain $1\nexec \"" + child_binary() + "\" wait\n");
  done(home, {"start", "plain", "--name", "other", "--interpreter", "/bin/sh -e", "--", "word"});
  REQUIRE(wait_for_log(home, "other", "plain word"));
}

TEST_CASE("START5 each instance knows its slot", "[START5]") {
  const TemporaryHome home;
  start(home, "web", {"print-env", "FOREVER_INSTANCE", "print-env", "NODE_APP_INSTANCE", "wait"});
  REQUIRE(wait_for_log(home, "web", "env NODE_APP_INSTANCE=0"));
  REQUIRE_THAT(log_of(home, "web"), contains("env FOREVER_INSTANCE=0\n"));
}
