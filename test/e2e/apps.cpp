// How the questions of apps.hpp are answered.
#include "test/e2e/apps.hpp"

#include <algorithm>
#include <sstream>

#include "test/support/sweep.hpp"

namespace forever::test {

Words operator+(Words left, const Words& right) {
  left.insert(left.end(), right.begin(), right.end());
  return left;
}

Words start_words(const std::string& name, const Words& options, const Words& words) {
  return Words{"start", child_binary(), "--name", name} + options + Words{"--"} + words;
}

Result start(const TemporaryHome& home, const std::string& name, const Words& words, const Words& options) {
  return done(home, start_words(name, options, words));
}

Result done(const TemporaryHome& home, const Words& arguments) {
  Result result = home.forever(arguments);
  INFO("forever " << (arguments.empty() ? "" : arguments.front()) << " printed: " << result.out << result.err);
  REQUIRE_FALSE(result.timed_out);
  REQUIRE(result.exit_code == 0);
  return result;
}

int new_supervisor(const TemporaryHome& home, const std::string& name, int old) {
  int pid = 0;
  REQUIRE(wait_until([&] {
    pid = supervisor_of(home, name);
    return pid > 0 && pid != old && alive(pid);
  }));
  return pid;
}

void kill_hard(int pid) {
  REQUIRE(pid > 1);
  send_signal(pid, SIGKILL);
  REQUIRE(wait_until([&] { return !alive(pid); }));
}

int supervisor_of(const TemporaryHome& home, const std::string& name) {
  const Json app = listed(home, name);
  return app.is_null() || !app.at("supervisor_pid").is_number() ? 0 : app.at("supervisor_pid").get<int>();
}

int keeper_of(const TemporaryHome& home, const std::string& name) {
  const Json app = listed(home, name);
  return app.is_null() || !app.at("keeper_pid").is_number() ? 0 : app.at("keeper_pid").get<int>();
}

std::string log_of(const TemporaryHome& home, const std::string& name, const char* stream) {
  return read_file(home.log(name, stream));
}

bool wait_for_log(const TemporaryHome& home, const std::string& name, const std::string& text, const char* stream,
                  Milliseconds deadline) {
  return wait_until([&] { return has(log_of(home, name, stream), text); }, deadline);
}

std::vector<int> forked_by(const TemporaryHome& home, const std::string& name, std::size_t count) {
  std::vector<int> pids;
  const auto look = [&] {
    pids.clear();
    const std::string log = log_of(home, name);
    for (std::size_t at = 0; (at = log.find("forked ", at)) != std::string::npos;) {
      at += 7;
      if (log.find('\n', at) != std::string::npos) pids.push_back(std::stoi(log.substr(at)));
    }
    return pids.size() >= count;
  };
  REQUIRE(wait_until(look));
  return pids;
}

std::vector<int> processes_of(const TemporaryHome& home) { return processes_from(home.state()); }

bool all_gone(const TemporaryHome& home) {
  return wait_until([&] { return processes_of(home).empty(); });
}

bool none_alive(const std::vector<int>& pids) { return std::none_of(pids.begin(), pids.end(), alive); }

std::vector<Stamp> stamps_in(const std::filesystem::path& file) {
  std::vector<Stamp> stamps;
  const std::string text = read_file(file);
  for (const std::string& line : lines_of(text.substr(0, text.rfind('\n') + 1))) {
    Stamp stamp;
    std::istringstream(line) >> stamp.text >> stamp.pid >> stamp.at_ns;
    stamps.push_back(stamp);
  }
  return stamps;
}

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

std::size_t count_of(const std::string& text, const std::string& part) {
  std::size_t count = 0;
  for (std::size_t at = 0; (at = text.find(part, at)) != std::string::npos; at += part.size()) ++count;
  return count;
}

void require_one_line(const std::string& text, const std::string& part) {
  INFO("the text: " << text);
  REQUIRE(text.starts_with("forever: "));
  REQUIRE(text.ends_with("\n"));
  REQUIRE(count_of(text, "\n") == 1);
  if (!part.empty()) REQUIRE_THAT(text, contains(part));
}

}  // namespace forever::test
