// What the command line says to a supervisor over the control socket, and what comes back. Pure: text both ways.
//
// One JSON object a line. The client sends one request; the supervisor answers with any number of progress lines and
// ends with one reply. A connection that ends without a reply means that the supervisor died: ask again.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "platform/clock.hpp"
#include "platform/process.hpp"
#include "platform/result.hpp"
#include "text/words.hpp"

namespace forever {

enum class Operation : std::uint8_t {
  start,        // what is not online: at once
  stop,         // all instances; the supervisor ends after the reply
  restart,      // all instances, never overlapping
  send_signal,  // `signal` to the leaders (or to `slot` alone)
  flush,        // empties the logs and removes the rotated ones
  reopen,       // closes and reopens the logs (external logrotate)
  refresh,      // writes status and spec again, and binds a deleted control socket again
  describe,     // live facts in the reply
  reset,        // clears the counts
  reload,       // all instances, one after the other, each new one beside the old one until it is ready
  scale,  // to `count` instances, or by so many more or fewer if `relative`; the reply comes once the new ones are online
  configure,  // goes on with `new_spec`, and restarts nothing
  upgrade,    // the reply comes first; then keeper and supervisor go on in the file `program`
};
template <>
struct WordsOf<Operation> {
  using enum Operation;
  static constexpr Word<Operation> table[] = {
      {start, "start"},   {stop, "stop"},           {restart, "restart"},   {send_signal, "signal"}, {flush, "flush"},
      {reopen, "reopen"}, {refresh, "refresh"},     {describe, "describe"}, {reset, "reset"},        {reload, "reload"},
      {scale, "scale"},   {configure, "configure"}, {upgrade, "upgrade"}};
};

struct ControlRequest {
  Operation operation = Operation::describe;
  std::optional<std::uint32_t> slot{};  // one instance alone (stop <pid of an instance>); nothing: all
  int signal = 0;
  bool force = false;                     // stop: KILL at once; scale: even if what runs is restarted for it
  std::optional<std::string> new_spec{};  // restart and reload with other settings: the spec to go on with
  int count = 0;                          // scale
  bool relative = false;                  // scale: by so many more or fewer
  std::string program{};                  // upgrade: absolute
  std::optional<Milliseconds> ready_timeout{}, drain_timeout{};  // reload: instead of the spec's
  bool forget = false;  // stop: nothing of the app is kept, not even what its last hooks say
  friend bool operator==(const ControlRequest&, const ControlRequest&) = default;
};

struct ControlProgress {
  std::string text;  // "web (pid 4711) ignores SIGTERM, KILL in 7 s"
  friend bool operator==(const ControlProgress&, const ControlProgress&) = default;
};
struct ControlReply {
  bool ok = true;
  std::string text;       // what was done, or why not; may be empty
  std::vector<Pid> pids;  // of the instances, slot by slot; 0 where none
  std::string status;     // describe: the status.json text
  friend bool operator==(const ControlReply&, const ControlReply&) = default;
};

// Each ends with '\n'.
[[nodiscard]] std::string encode(const ControlRequest& request);
[[nodiscard]] std::string encode(const ControlProgress& progress);
[[nodiscard]] std::string encode(const ControlReply& reply);
[[nodiscard]] Result<ControlRequest> decode_request(std::string_view line);
[[nodiscard]] Result<std::variant<ControlProgress, ControlReply>> decode_answer(std::string_view line);

inline constexpr std::size_t kLongestRequest = 4U << 20U;  // bytes; a longer line ends the connection

// Takes the first whole line (without '\n') out of `buffer`; nothing while there is none.
[[nodiscard]] std::optional<std::string> take_line(std::string& buffer);

}  // namespace forever
