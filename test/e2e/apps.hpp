// What most end-to-end tests begin with: an app whose program is the talking child, and questions about it.
#pragma once

#include <string>
#include <vector>

#include "test/support/catch.hpp"
#include "test/support/home.hpp"
#include "test/support/json.hpp"
#include "test/support/net.hpp"
#include "test/support/process.hpp"
#include "test/support/run.hpp"
#include "test/support/signals.hpp"

namespace forever::test {

using Words = std::vector<std::string>;

// One list out of several: options, then words of the child.
[[nodiscard]] Words operator+(Words left, const Words& right);

// The arguments `start CHILD --name NAME OPTIONS -- WORDS`.
[[nodiscard]] Words start_words(const std::string& name, const Words& options, const Words& words);

// Starts it, and requires that this succeeds.
Result start(const TemporaryHome& home, const std::string& name, const Words& words, const Words& options = {});

// Runs `forever ARGUMENTS` and requires exit code 0.
Result done(const TemporaryHome& home, const Words& arguments);

// Ends the app's keeper and supervisor in that order by KILL, and waits until both are gone.
void kill_watchers(const TemporaryHome& home, const std::string& name);
[[nodiscard]] int supervisor_of(const TemporaryHome& home, const std::string& name);
[[nodiscard]] int keeper_of(const TemporaryHome& home, const std::string& name);
// The pid of the supervisor that took the place of `old`, once it is there.
[[nodiscard]] int new_supervisor(const TemporaryHome& home, const std::string& name, int old);
void kill_hard(int pid);

[[nodiscard]] std::string log_of(const TemporaryHome& home, const std::string& name, const char* stream = "out");
[[nodiscard]] bool wait_for_log(const TemporaryHome& home, const std::string& name, const std::string& text,
                                const char* stream = "out", Milliseconds deadline = 10s);
// The pids after "forked " in the app's log, once there are that many.
[[nodiscard]] std::vector<int> forked_by(const TemporaryHome& home, const std::string& name, std::size_t count);

// Living processes of this home: keepers, supervisors and what they started.
[[nodiscard]] std::vector<int> processes_of(const TemporaryHome& home);
// Whether there is none any more, soon: what a command that refuses has set aside for a keeper ends a moment after it.
[[nodiscard]] bool all_gone(const TemporaryHome& home);
[[nodiscard]] bool none_alive(const std::vector<int>& pids);

struct Stamp {
  std::string text;
  int pid = 0;
  long long at_ns = 0;
};
// What `stamp` of the child has written to that file so far; whole lines only.
[[nodiscard]] std::vector<Stamp> stamps_in(const std::filesystem::path& file);

[[nodiscard]] bool has(const std::string& text, const std::string& part);
[[nodiscard]] std::size_t count_of(const std::string& text, const std::string& part);

// Requires that `text` is one line that begins with "forever: ", and that it contains `part`.
void require_one_line(const std::string& text, const std::string& part = "");

// Another user, for the time of a test: `become` goes into Command::before_exec. Its id belongs to no user.
class Stranger {
 public:
  Stranger();
  [[nodiscard]] unsigned id() const { return id_; }
  [[nodiscard]] std::function<void()> become() const;
  // Whether this process can become another user at all.
  [[nodiscard]] static bool possible();

 private:
  unsigned id_;
};

// The state directory of such a user, with copies of forever and the talking child that it can reach (`forever` and `child` in
// the scratch directory).
class StrangersHome {
 public:
  StrangersHome();
  // Runs `forever ARGUMENTS` as that user.
  [[nodiscard]] Result run(const Words& arguments) const;
  // And requires exit code 0.
  Result done(const Words& arguments) const;
  [[nodiscard]] std::string child() const { return (home.scratch() / "child").string(); }

  const Stranger user;
  const TemporaryHome home;
};

}  // namespace forever::test
