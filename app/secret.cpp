#include "app/secret.hpp"

#include <array>
#include <charconv>
#include <cstdio>

#include "platform/clock.hpp"
#include "platform/files.hpp"
#include "platform/local_socket.hpp"
#include "platform/lock.hpp"
#include "platform/random.hpp"
#include "platform/users.hpp"

namespace forever {
namespace {

constexpr std::size_t kSecretSize = 64;      // bytes of the file; it has 33
constexpr unsigned kReadableByOthers = 077;  // permission bits
constexpr Milliseconds kSecretPatience{5000};
constexpr Milliseconds kSecretLook{1};

std::string secret_path(const StateDirectory& state) { return state.path() + "/secret"; }

// The process that creates it holds this lock, so that no process takes a half-written file for a damaged one, and a damaged one is replaced once.
Result<Handle> lock_secret(const StateDirectory& state) {
  const Time deadline = steady_now() + kSecretPatience;
  for (;;) {
    auto lock = try_lock(secret_path(state) + ".lock");
    if (!lock || *lock) return lock;
    if (steady_now() >= deadline) return Error{secret_path(state) + ".lock stays locked", {}};
    (void)wait_readable({}, kSecretLook);
  }
}

}  // namespace

std::optional<Secret> Secret::random() {
  Secret secret;
  if (!fill_random(secret.key_)) return std::nullopt;
  return secret;
}

std::optional<Secret> Secret::from_text(std::string_view text) {
  Secret secret;
  if (text.size() != 2 * secret.key_.size() + 1 || text.back() != '\n') return std::nullopt;
  for (std::size_t i = 0; i < secret.key_.size(); ++i) {
    unsigned value = 0;
    const char* const begin = text.data() + 2 * i;
    const auto [end, error] = std::from_chars(begin, begin + 2, value, 16);
    if (error != std::errc{} || end != begin + 2) return std::nullopt;
    secret.key_[i] = std::byte{static_cast<unsigned char>(value)};
  }
  return secret;
}

std::string Secret::text() const {
  std::string text;
  for (const std::byte byte : key_) {
    std::array<char, 3> digits{};
    std::snprintf(digits.data(), digits.size(), "%02x", std::to_integer<unsigned>(byte));
    text += digits.data();
  }
  return text + '\n';
}

std::string Secret::tag_of(std::string_view text) const {
  std::array<char, 17> digits{};
  std::snprintf(digits.data(), digits.size(), "%016llx", static_cast<unsigned long long>(siphash(key_, text)));
  return digits.data();
}

std::optional<Secret> read_secret(const StateDirectory& state) {
  const auto facts = facts_of(secret_path(state));
  if (!facts || facts->fifo || facts->owner != effective_uid() || (facts->mode & kReadableByOthers) != 0)
    return std::nullopt;
  const auto text = read_record(secret_path(state), kSecretSize);
  return text ? Secret::from_text(*text) : std::nullopt;
}

Result<Secret> make_secret(const StateDirectory& state, const std::optional<Secret>& wanted) {
  if (auto secret = read_secret(state)) return *secret;
  const auto lock = lock_secret(state);
  if (!lock) return lock.error();
  if (auto secret = read_secret(state)) return *secret;
  const auto secret = wanted ? wanted : Secret::random();
  if (!secret) return Error{"cannot make " + secret_path(state) + ": the system has no random bytes", {}};
  // The existing file is not a secret of this user, so it is not written to.
  for (const char* old : {"", "~"}) {
    if (Status removed = remove_tree(secret_path(state) + old); !removed) return removed.error();
  }
  if (Status written = write_atomically(secret_path(state), secret->text(), Durability::rename_only); !written)
    return written.error();
  return *secret;
}

}  // namespace forever
