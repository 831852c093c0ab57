// The messages between keeper and supervisor. Private to the POSIX back end.
#pragma once

#include <sys/socket.h>

#include <string>
#include <string_view>
#include <vector>

#include "platform/handle.hpp"
#include "platform/keeper.hpp"
#include "platform/result.hpp"

namespace forever {

enum class KeeperVerb : char {
  hold = 'h',         // body: name; a descriptor attached
  drop = 'd',         // body: name
  finish = 'f',       // the keeper ends with this supervisor, and says the same when it has done what came before
  sync = 's',         // body: path to fsync
  acknowledge = 'a',  // body: a record whose id counts
  go_on_in = 'g',     // body: path of the binary to execute once this supervisor has ended
  record = 'r',       // keeper to supervisor; body: one record
  launch = 'l',       // to what was set aside: a keeper that holds what was sent before; body: the face's words
  become = 'b',       // the same, and no other is to come: it becomes the keeper itself, without an answer
  launched = 'p',     // its answer: the pid or -1, and errno
};

struct KeeperMessage {
  KeeperVerb verb = KeeperVerb::record;
  std::string body;
  Handle attached;
};
enum class KeeperMessageState : unsigned char { message, nothing, closed };

inline constexpr std::size_t kLongestKeeperMessage = 4200;  // a path and a byte
// Datagrams that keep their order and report the peer's death; macOS has no SOCK_SEQPACKET for local sockets.
#ifdef __APPLE__
inline constexpr int kKeeperSocketType = SOCK_DGRAM;
#else
inline constexpr int kKeeperSocketType = SOCK_SEQPACKET;
#endif

[[nodiscard]] Status send_keeper_message(NativeHandle socket, KeeperVerb verb, std::string_view body,
                                         NativeHandle attached = kNoHandle);
// Never waits.
[[nodiscard]] KeeperMessageState receive_keeper_message(NativeHandle socket, KeeperMessage& into);

// One line each: "1 4711 98765 exited 3 0", with the format's version, pid and start time, how it ended, code, and whether it dumped
// core. A keeper that goes on in another binary (`upgrade`) leaves its records to that one, so each says how it is to be read.
[[nodiscard]] std::string encode_record(const ExitRecord& record);
// Those that this binary understands; the end of the others stays unknown.
[[nodiscard]] std::vector<ExitRecord> decode_records(std::string_view text);

}  // namespace forever
