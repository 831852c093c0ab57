// The sockets that an app's program finds open (--listen): opened once, held here and by the keeper, passed to every process of the
// app. So connections wait while there is none, and a successor of this supervisor, or of the keeper too, goes on with them.
#pragma once

#include <string>
#include <vector>

#include "app/spec.hpp"
#include "platform/keeper.hpp"
#include "platform/listening.hpp"

namespace forever {

class PassedSockets {
 public:
  // After a predecessor: takes what the keeper holds. open() says what of it is wanted.
  void adopt(HeldHandles& held);
  // Looks for what is wanted and lacks in a living process of the app, which has them as its descriptors 3, 4 …
  void take_from(KeeperLink& link, const AppSpec& spec, Pid process);
  // Opens what the spec asks for and is not there, closes what it does not ask for. A failure leaves that one and those behind it
  // out: the next call tries again.
  [[nodiscard]] Status open(KeeperLink& link, const AppSpec& spec);
  void close_all(KeeperLink& link);

  // In the order of the spec, once open() has succeeded.
  [[nodiscard]] std::vector<NativeHandle> handles() const;

  // For a keeper that we are to become; and back if that failed.
  void release_handles(HeldHandles& into);
  void take_back(HeldHandles& from);

 private:
  struct Passed {
    std::string held_as;
    ListenAddress address;
    Handle socket;
  };
  [[nodiscard]] std::string free_name() const;
  void place(KeeperLink& link, std::size_t index, const ListenAddress& address, Handle socket);
  [[nodiscard]] bool has(std::size_t index, const ListenAddress& address);
  void close(KeeperLink& link, Passed& passed) const;

  std::vector<Passed> sockets_;
  std::optional<Credentials> owner_;  // of Unix sockets; nothing: ours
};

// LISTEN_FDNAMES: of each socket the name that was given, or the app's.
[[nodiscard]] std::string names_of_passed(const AppSpec& spec);

}  // namespace forever
