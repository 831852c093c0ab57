// The secret of a state directory, with which the marks of its instances are made, so that no other user can forge them.
//
// It is a file of 128 random bits, mode 0600, made when something is first started from the directory. No process but those that
// run with our rights ever sees it: an instance bears a tag that was made with it, of its own app, slot, generation and user.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "app/state_directory.hpp"
#include "platform/result.hpp"
#include "text/siphash.hpp"

namespace forever {

class Secret {
 public:
  // Nothing: the system has no random bytes to give.
  [[nodiscard]] static std::optional<Secret> random();
  // The secret in the file's text. Nothing: it is damaged.
  [[nodiscard]] static std::optional<Secret> from_text(std::string_view text);

  [[nodiscard]] std::string text() const;
  // 16 hexadecimal digits. `text` holds no more than what it names: two different things are never written the same.
  [[nodiscard]] std::string tag_of(std::string_view text) const;

  friend bool operator==(const Secret&, const Secret&) = default;

 private:
  SipKey key_{};
};

// The recorded secret. Nothing: it does not exist, is damaged, belongs to another user, or others can read it. Then no mark is accepted.
[[nodiscard]] std::optional<Secret> read_secret(const StateDirectory& state);
// The same, made where there is none that can be used: `wanted` if given (of one who still knows the secret of a directory that was
// deleted), else a new one. Of several who make it at once one is first, and the others get that one's. The directory must be
// prepared. The Error: it cannot be written (a full disk); what is started then bears marks that are not believed, and is known by
// its record alone.
[[nodiscard]] Result<Secret> make_secret(const StateDirectory& state, const std::optional<Secret>& wanted = {});

}  // namespace forever
