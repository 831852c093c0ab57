// The keeper: the supervisor's parent, which holds what must outlive it and forks a new one should it die.
// POSIX only; on Windows the handles are kept inside the instances instead.
//
// It owns no decision. Its whole state: descriptors by name, unacknowledged exit records, and whether
// the supervisor has reported that it is finished, or which binary to execute next. It is forked before the command line has used its
// heap, or executed again, and uses neither JSON nor the event log: it costs a few pages.
// One piece: both ends of one protocol.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "platform/clock.hpp"
#include "platform/exit_status.hpp"
#include "platform/handle.hpp"
#include "platform/process.hpp"
#include "platform/result.hpp"

namespace forever {

// The end of a process that the kernel gave to the keeper (a dead supervisor's instance or its orphan).
struct ExitRecord {
  ProcessId id;
  ExitStatus status;
};

// The supervisor's side of the socketpair (unix(7), SOCK_SEQPACKET where there is one). What the kernel has no room for
// now is kept and sent, in order, when `deadline()` has come; the Error is that of a keeper that is gone, or of a handle of
// which no copy could be kept.
class KeeperLink {
 public:
  explicit KeeperLink(Handle socket, Pid keeper) : socket_(std::move(socket)), keeper_(keeper) {}

  [[nodiscard]] NativeHandle native() const noexcept { return socket_.get(); }
  [[nodiscard]] Pid keeper() const noexcept { return keeper_; }
  // Gives the keeper a copy of `handle` to hold under `name` (SCM_RIGHTS); the same name replaces.
  [[nodiscard]] Status hold(std::string_view name, NativeHandle handle);
  [[nodiscard]] Status drop(std::string_view name);
  // From now on the keeper ends when this supervisor ends, whatever its exit code.
  [[nodiscard]] Status finish();
  // The same, and waits at most that long until the keeper has executed all requests: descriptors to be dropped are closed then.
  void finish_and_wait(Milliseconds patience);
  [[nodiscard]] Status acknowledge(const ProcessId& id);
  // Once this supervisor has ended without having finished, the keeper executes the file `program` (absolute) in its own
  // place, and that makes the next supervisor. If it cannot be executed, all goes on in the present one.
  [[nodiscard]] Status go_on_in(std::string_view program);
  // Whether all requests have been sent.
  [[nodiscard]] bool all_sent() const noexcept { return unsent_.empty(); }
  // Asks the keeper to fsync `path`: it may wait for the disk, the supervisor may not.
  [[nodiscard]] Status sync(std::string_view path);
  [[nodiscard]] std::optional<Time> deadline() const noexcept { return retry_; }
  void tick(Time now);

  enum class Receipt : std::uint8_t { record, nothing, keeper_gone };
  // Takes one record without waiting.
  [[nodiscard]] Receipt receive(ExitRecord& into);

 private:
  struct Unsent {
    char verb;
    std::string body;
    Handle attached;
  };
  [[nodiscard]] Status send(char verb, std::string_view body, NativeHandle attached = kNoHandle);

  Handle socket_;
  Pid keeper_;
  std::deque<Unsent> unsent_;
  std::optional<Time> retry_;
};

// Descriptors by the name under which the keeper holds them.
using HeldHandles = std::map<std::string, Handle, std::less<>>;

// What a supervisor finds when it begins: copies of everything the keeper holds, and the link.
struct Inheritance {
  KeeperLink link;
  HeldHandles held;
  unsigned generation = 0;  // 0: the first supervisor of this keeper; more: an earlier one died
};

struct KeeperFace {
  std::string title;                   // "forever: web"; the keeper itself is shown as "forever: web (keeper)"
  std::string directory;               // becomes the cwd of keeper and supervisor, by which a lost one can be found
  std::vector<std::string> arguments;  // handed through to the supervisor's body unchanged
  HeldHandles held;
};

// Sets a process aside of which launch_keeper() makes keepers (a zygote). Called once, early in main, where a keeper may
// be wanted; it ends when the caller does, and holds nothing of its. Returns nothing in the caller, and its face in each keeper.
// Where there is no room for it nothing is set aside, and keepers are executed. `argv`: main's.
[[nodiscard]] std::optional<KeeperFace> set_keepers_aside(char** argv);
// Whether the caller will want another keeper. If it said that it will not, and does, that one is executed.
enum class KeepersToCome : bool { none, perhaps };
// A keeper in a new session, stdio on /dev/null, holding `face.held` and nothing else: what was set aside or, if others come from it,
// a fork of it; else /proc/self/exe executed. Returns its pid. The caller's console is free: nothing of it is inherited.
[[nodiscard]] Result<Pid> launch_keeper(KeeperFace face, KeepersToCome to_come);
// The same without a fork: this very process (a supervisor that is orphaned of its keeper, or a keeper that is to go on in
// another binary) becomes the keeper; pid and children are kept. Returns only on failure.
[[nodiscard]] Error become_keeper(const KeeperFace& face, const char* program = "/proc/self/exe");

// Whether this process was executed as a keeper, told by its argv; nothing if not. Called first of all in main.
[[nodiscard]] std::optional<KeeperFace> keeper_face(int argc, char** argv);

// How soon a supervisor that has died is replaced.
struct Respawn {
  Milliseconds long_enough;                          // one that lived this long clears the count of deaths in a row
  std::function<Milliseconds(std::uint32_t)> delay;  // after so many of them; 0: at once
};

// Runs until the supervisor has finished: forks `supervisor` (which returns its exit code), forks it again when it dies,
// as `respawn` says, reaps and records, passes TERM and INT on to the supervisor. Returns the exit code of the process.
[[nodiscard]] int run_keeper(KeeperFace face, char** argv,
                             const std::function<int(Inheritance&&, const KeeperFace&)>& supervisor,
                             const Respawn& respawn);

// Shows `title` in ps and top instead of argv: overwrites the argv area, and that of the environment where it has been shed
// (never beyond them), and sets the thread's name.
void set_process_title(char** argv, std::string_view title) noexcept;

}  // namespace forever
