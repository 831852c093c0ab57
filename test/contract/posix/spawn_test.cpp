// Starting an instance: the gate, the report, and the world that the program finds.
#include "platform/spawn.hpp"

#include <sys/resource.h>

#include <fstream>

#include "test/contract/posix/started.hpp"
#include "test/support/catch.hpp"
#include "test/support/process.hpp"

namespace forever {
namespace {

using test::child_request;
using test::contains;
using test::end_of;
using test::report_of;
using test::Scratch;
using test::Started;

SpawnFailure failure_of(SpawnRequest request) {
  auto held = spawn_held(request);
  REQUIRE(held);
  open_gate(*held);
  const ExecReport report = report_of(*held);
  CHECK(end_of(held->id.pid) == ExitStatus{ExitStatus::Kind::exited, 127, false});
  REQUIRE(report.known);
  REQUIRE(report.failure);
  return *report.failure;
}

TEST_CASE("a held instance executes nothing until its gate is opened") {
  Scratch scratch;
  SpawnRequest request = child_request({"touch", scratch / "ran"});
  auto held = spawn_held(request);
  REQUIRE(held);
  CHECK(identify(held->id.pid) == held->id);
  CHECK_FALSE(read_report(held->report.get()).known);
  CHECK(test::stays_true([&] { return ::access((scratch / "ran").c_str(), F_OK) != 0; }, test::Milliseconds{30}));
  open_gate(*held);
  const ExecReport report = report_of(*held);
  CHECK(report.known);
  CHECK_FALSE(report.failure);
  CHECK(end_of(held->id.pid).success());
  CHECK(::access((scratch / "ran").c_str(), F_OK) == 0);
}

TEST_CASE("a gate that closes unopened ends the instance, and nothing is executed") {
  Scratch scratch;
  auto held = spawn_held(child_request({"touch", scratch / "ran"}));
  REQUIRE(held);
  held->gate.reset();
  CHECK(end_of(held->id.pid) == ExitStatus{ExitStatus::Kind::exited, 127, false});
  CHECK(::access((scratch / "ran").c_str(), F_OK) != 0);
}

TEST_CASE("a sibling at its own gate keeps no gate open") {
  auto first = spawn_held(child_request({}));
  auto second = spawn_held(child_request({}));  // holds a copy of the first one's gate until its strip closes it
  REQUIRE(first);
  REQUIRE(second);
  first->gate.reset();
  CHECK(end_of(first->id.pid).code == 127);
  second->gate.reset();
  CHECK(end_of(second->id.pid).code == 127);
}

TEST_CASE(
    "the child is not disturbed by what its parent does with its memory and with errno, nor the parent by the child") {
  Scratch scratch;
  const Handle fifo(test::open_fifo(scratch / "fifo"));
  std::vector<HeldInstance> held;
  const std::string long_word(1000, 'x');
  for (int i = 0; i < 50; ++i) {
    SpawnRequest request = child_request({"say", long_word + std::to_string(i)});
    request.environment.assign(100, "SOME=" + long_word);
    request.out = request.err = fifo.get();
    // Its plan's strings are gone at once, and their place is another's; each third one fails.
    if (i % 3 == 2) request.directory = "/nonexistent";
    errno = EDOM;
    auto spawned = spawn_held(std::move(request));
    REQUIRE(spawned);
    CHECK(errno == EDOM);
    held.push_back(std::move(*spawned));
    const std::vector<std::string> other(200, std::string(900, 'y'));
    CHECK(other.back().front() == 'y');
  }
  for (HeldInstance& each : held) open_gate(each);
  std::string said;
  for (int i = 0; i < 50; ++i) {
    const ExecReport report = report_of(held[static_cast<std::size_t>(i)]);
    CHECK(report.failure.has_value() == (i % 3 == 2));
    CHECK(end_of(held[static_cast<std::size_t>(i)].id.pid).code == (i % 3 == 2 ? 127 : 0));
    char part[4096];
    for (ssize_t got = 0; (got = ::read(fifo.get(), part, sizeof part)) > 0;)
      said.append(part, static_cast<std::size_t>(got));
    if (i % 3 != 2) CHECK(said.find(long_word + std::to_string(i) + "\n") != std::string::npos);
  }
}

TEST_CASE("a held instance that is abandoned while it lives keeps valid memory") {
  std::vector<Pid> pids;
  for (int i = 0; i < 20; ++i) {
    auto held = spawn_held(child_request({"exit", "7"}));
    REQUIRE(held);
    pids.push_back(held->id.pid);
    if (i % 2 == 1) open_gate(*held);
  }
  for (std::size_t i = 0; i < pids.size(); ++i) CHECK(end_of(pids[i]).code == (i % 2 == 1 ? 7 : 127));
}

TEST_CASE("opening the gate of a dead instance does no harm") {
  auto held = spawn_held(child_request({}));
  REQUIRE(held);
  ::kill(held->id.pid, SIGKILL);
  CHECK(end_of(held->id.pid) == ExitStatus{ExitStatus::Kind::signalled, SIGKILL, false});
  open_gate(*held);  // SIGPIPE has its default disposition here
  sigset_t pending;
  sigpending(&pending);
  CHECK(sigismember(&pending, SIGPIPE) == 0);
}

TEST_CASE("START5 the child has descriptors 0, 1, 2 and nothing else") {
  const Handle other(::open("/", O_RDONLY));  // not close-on-exec
  Started child("print-descriptors", "say", "done", "wait");
  REQUIRE(child.says("done"));
  CHECK_THAT(child.output(), contains("descriptor 0 /dev/null\n"));
  const auto files = test::open_files_of(child.id().pid);
  REQUIRE(files.size() == 3);
}

TEST_CASE("START5 the child has an empty signal mask and default dispositions, whatever its parent has") {
  sigset_t blocked, before;
  sigfillset(&blocked);
  sigprocmask(SIG_SETMASK, &blocked, &before);
  const auto old_hup = ::signal(SIGHUP, SIG_IGN);
  const auto old_pipe = ::signal(SIGPIPE, SIG_IGN);
  const auto old_realtime = ::signal(SIGRTMIN + 5, SIG_IGN);
  Started child("print-signals", "say", "done", "wait");
  sigset_t during;
  sigprocmask(SIG_SETMASK, &before, &during);
  ::signal(SIGHUP, old_hup);
  ::signal(SIGPIPE, old_pipe);
  ::signal(SIGRTMIN + 5, old_realtime);
  CHECK(sigismember(&during, SIGTERM) == 1);  // the parent's mask is as it was
  REQUIRE(child.says("done"));
  CHECK_THAT(child.output(), contains("signals blocked 0000000000000000 ignored 0000000000000000"));
}

TEST_CASE("START5 limits and umask are those of the request, not the parent's") {
  SpawnRequest request = child_request({"print-limits", "print-umask", "say", "done", "wait"});
  request.umask = 0037;
  for (ResourceLimit& limit : request.limits) {
    if (limit.name == "NOFILE") limit.soft = 77;
    if (limit.name == "CORE") limit.soft = 0;
  }
  request.limits.push_back({"OTHERSYSTEM", 1, 1});
  Started child(request);
  REQUIRE(child.says("done"));
  CHECK_THAT(child.output(), contains("limit nofile 77 "));
  CHECK_THAT(child.output(), contains("umask 0037\n"));
}

TEST_CASE("a limit above what may be set is brought down instead of failing the start") {
  if (::geteuid() != 0) SKIP_CASE("only root can come from a higher limit");
  SpawnRequest request = child_request({"print-limits", "say", "done", "wait"});
  const auto user = find_credentials("nobody", "");
  REQUIRE(user);
  Scratch scratch;
  // Started as user `nobody` with a hard limit of 100, which then asks for 200.
  request.limits = {{"NOFILE", 200, 200}};
  const pid_t pid = ::fork();
  if (pid == 0) {
    const rlimit low{100, 100};
    ::setrlimit(RLIMIT_NOFILE, &low);
    if (::setgid(user->gid) != 0 || ::setuid(user->uid) != 0) ::_exit(3);
    request.program = "/bin/sh";
    request.argv = {"sh", "-c", "test $(ulimit -Hn) = 100"};
    auto held = spawn_held(request);
    if (!held) ::_exit(4);
    open_gate(*held);
    ::_exit(end_of(held->id.pid).success() ? 0 : 5);
  }
  CHECK(end_of(pid) == ExitStatus{ExitStatus::Kind::exited, 0, false});
}

TEST_CASE("each session setting gives what it says") {
  using Session = SpawnRequest::Session;
  const std::string our_group = std::to_string(::getpgrp());
  const std::string our_session = std::to_string(::getsid(0));
  for (const Session session : {Session::own_session, Session::own_group, Session::shared}) {
    SpawnRequest request = child_request({"print-session", "say", "done", "wait"});
    request.session = session;
    Started child(request);
    REQUIRE(child.says("done"));
    const std::string pid = std::to_string(child.id().pid);
    const std::string group = session == Session::shared ? our_group : pid;
    const std::string sid = session == Session::own_session ? pid : our_session;
    CHECK_THAT(child.output(), contains("pgid " + group + " sid " + sid + "\n"));
  }
}

TEST_CASE("START1 arguments arrive byte for byte") {
  const std::vector<std::string> words{"",       " ",    "-h",       "--",   "a\"b'c\\",
                                       "%PATH%", "\n\t", "\xff\xfe", "żółć", "$(x)`y`*"};
  SpawnRequest request = child_request({"print-args", "say", "done", "wait", "--"});
  request.argv.insert(request.argv.end(), words.begin(), words.end());
  Started child(request);
  REQUIRE(child.says("done"));
  std::string expected;
  for (std::size_t i = 0; i < words.size(); ++i) {
    expected += "arg " + std::to_string(i) + " ";
    for (const char character : words[i]) {
      const auto c = static_cast<unsigned char>(character);
      const char* digits = "0123456789abcdef";
      expected += digits[c >> 4U];
      expected += digits[c & 15U];
    }
    expected += "\n";
  }
  CHECK_THAT(child.output(), contains(expected));
}

TEST_CASE("the environment is that of the request and nothing else") {
  SpawnRequest request = child_request({"print-environment", "say", "done", "wait"});
  request.environment = {"B=2", "A=x=y z"};
  Started child(request);
  REQUIRE(child.says("done"));
  CHECK_THAT(child.output(), contains("env A=x=y z\nenv B=2\ndone"));
}

TEST_CASE("output and error have descriptions of their own, so that their flags are the program's affair") {
  Started child("say", "done", "wait");
  REQUIRE(child.says("done"));
  std::ifstream info("/proc/" + std::to_string(child.id().pid) + "/fdinfo/1");
  std::string word, flags;
  while (info >> word && word != "flags:") continue;
  info >> flags;
  CHECK((std::stoul(flags, nullptr, 8) & O_NONBLOCK) == 0);  // the test's own is non-blocking
  CHECK((std::stoul(flags, nullptr, 8) & O_ACCMODE) == O_RDWR);
}

TEST_CASE("a failure in the strip is reported by stage and reason") {
  Scratch scratch;
  SpawnRequest request = child_request({});
  SECTION("no such program") {
    request.program = scratch / "missing";
    const SpawnFailure failure = failure_of(request);
    CHECK(failure.stage == SpawnStage::exec);
    CHECK(failure.code == ENOENT);
  }
  SECTION("not executable") {
    std::ofstream(scratch / "data") << "text";
    request.program = scratch / "data";
    CHECK(failure_of(request).code == EACCES);
  }
  SECTION("no interpreter line: no shell is guessed") {
    std::ofstream(scratch / "script") << "exit 0\n";
    ::chmod((scratch / "script").c_str(), 0700);
    request.program = scratch / "script";
    CHECK(failure_of(request).code == ENOEXEC);
  }
  SECTION("a directory") {
    request.program = scratch.path();
    CHECK(failure_of(request).code == EACCES);
  }
  SECTION("cwd is gone") {
    request.directory = scratch / "gone";
    const SpawnFailure failure = failure_of(request);
    CHECK(failure.stage == SpawnStage::directory);
    CHECK(failure.code == ENOENT);
    CHECK(std::string(stage_name(failure.stage)) == "cwd");
  }
  SECTION("a user that we may not become") {
    if (::geteuid() == 0) return;
    request.user = Credentials{};
    CHECK(failure_of(request).code == EPERM);
  }
  SECTION("output that is none") {
    request.out = request.err = ::open(scratch.path().c_str(), O_RDONLY | O_CLOEXEC);
    CHECK(failure_of(request).stage == SpawnStage::output);
    ::close(request.out);
  }
}

TEST_CASE("every stage has a name that leads back to it") {
  for (int i = 0; i <= static_cast<int>(SpawnStage::exec); ++i) {
    const auto stage = static_cast<SpawnStage>(i);
    CHECK(stage_from_name(stage_name(stage)) == stage);
  }
  CHECK_FALSE(stage_from_name("nonsense").has_value());
}

TEST_CASE("the program is executed relative to its directory") {
  Scratch scratch;
  REQUIRE(::symlink(test::child_binary().c_str(), (scratch / "here").c_str()) == 0);
  SpawnRequest request = child_request({"print-cwd", "say", "done", "wait"});
  request.program = "./here";
  request.directory = scratch.path();
  Started child(request);
  REQUIRE(child.says("done"));
  CHECK_THAT(child.output(), contains("cwd " + scratch.path()));
}

TEST_CASE("root starts a program as another user with that user's groups") {
  if (::geteuid() != 0) SKIP_CASE("not root");
  const auto user = find_credentials("nobody", "");
  REQUIRE(user);
  // Readable by user `nobody`, wherever the tree is.
  SpawnRequest request = child_request({});
  request.program = "/bin/sh";
  request.argv = {"sh", "-c", "id -u; id -g; id -G; echo done; read x"};
  request.user = *user;
  Started child(request);
  REQUIRE(child.says("done"));
  const std::string gid = std::to_string(user->gid);
  CHECK(child.output() == std::to_string(user->uid) + "\n" + gid + "\n" + gid + "\ndone\n");
}

TEST_CASE("a thousand starts leave no descriptor and no zombie behind", "[slow]") {
  const int before = test::count_open_descriptors(::getpid());
  for (int i = 0; i < 1000; ++i) {
    auto held = spawn_held(child_request({}));
    REQUIRE(held);
    open_gate(*held);
    REQUIRE(end_of(held->id.pid).success());
  }
  CHECK(test::count_open_descriptors(::getpid()) == before);
  CHECK(test::zombie_children_of(::getpid()).empty());
}

TEST_CASE("programs are looked up by path, in the directory, along PATH") {
  Scratch scratch;
  const auto make = [&](const std::string& name, mode_t mode) {
    std::ofstream(scratch / name) << "#!/bin/sh\n";
    ::chmod((scratch / name).c_str(), mode);
  };
  ::mkdir((scratch / "bin").c_str(), 0700);
  ::mkdir((scratch / "folder").c_str(), 0700);
  make("bin/tool", 0700);
  make("bin/plain", 0600);
  make("server.js", 0600);
  make("local", 0700);
  make("notes", 0600);
  const std::string path = (scratch / "none") + ":" + (scratch / "bin") + ":/usr/bin:/bin";
  const auto find = [&](const std::string& name) { return find_program(name, scratch.path(), path); };

  CHECK(find("tool").path == scratch / "bin/tool");
  CHECK(find("tool").executable);
  CHECK(find("bin/tool").path == scratch / "bin/tool");
  CHECK(find("./server.js").path == scratch / "server.js");
  CHECK_FALSE(find("./server.js").executable);
  CHECK(find("server.js").path == scratch / "server.js");
  CHECK(find("local").executable);
  CHECK(find("notes").path == scratch / "notes");
  CHECK(find("sh").executable);
  CHECK(find_program("tool", scratch.path(), "bin").path == scratch / "bin/tool");
  CHECK(find_program("sh", scratch.path(), "").executable);
  CHECK(find(scratch / "local").path == scratch / "local");

  CHECK(find("nothing").code == ENOENT);
  CHECK(find("").code == ENOENT);
  CHECK(find("plain").code == EACCES);
  CHECK(find("folder").code == EISDIR);
  CHECK(find("./folder").code == EISDIR);
  CHECK(find("tool/x").code == ENOENT);
  CHECK(find("local/x").code == ENOTDIR);
}

TEST_CASE("limits and umask of this process can be recorded") {
  const auto limits = current_limits();
  bool seen = false;
  for (const ResourceLimit& limit : limits) {
    if (limit.name != "NOFILE") continue;
    seen = true;
    rlimit now{};
    ::getrlimit(RLIMIT_NOFILE, &now);
    CHECK(limit.soft == now.rlim_cur);
  }
  CHECK(seen);
  const mode_t before = ::umask(0123);
  CHECK(current_umask() == 0123);
  CHECK(::umask(before) == 0123);
}

}  // namespace
}  // namespace forever
