// The claims file: a line "id pid start-time name" for each app that was ever started and not deleted since.
#include "supervisor/app_ids.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <string_view>
#include <vector>

#include "platform/clock.hpp"
#include "platform/files.hpp"
#include "platform/local_socket.hpp"
#include "platform/lock.hpp"
#include "platform/process.hpp"

namespace forever {
namespace {

constexpr Milliseconds kLockPatience{5000};  // a claim takes well under a millisecond
constexpr Milliseconds kLockLook{1};

struct Claim {
  std::uint32_t id = 0;
  ProcessId claimer;
  std::string name;
};

template <class Number>
bool take_number(std::string_view& line, Number& number) {
  const auto [end, error] = std::from_chars(line.data(), line.data() + line.size(), number);
  if (error != std::errc{} || end == line.data() + line.size() || *end != ' ') return false;
  line.remove_prefix(static_cast<std::size_t>(end - line.data()) + 1);
  return true;
}

// Nothing if the text is not what we write.
std::optional<std::vector<Claim>> decode(std::string_view text) {
  std::vector<Claim> claims;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    if (end == std::string_view::npos) return std::nullopt;
    std::string_view line = text.substr(0, end);
    text.remove_prefix(end + 1);
    Claim claim;
    if (!take_number(line, claim.id) || !take_number(line, claim.claimer.pid) ||
        !take_number(line, claim.claimer.start_time))
      return std::nullopt;
    if (line.empty()) return std::nullopt;
    claim.name = line;
    claims.push_back(std::move(claim));
  }
  return claims;
}

std::string encode(const std::vector<Claim>& claims) {
  std::string text;
  for (const Claim& claim : claims) {
    text += std::to_string(claim.id) + ' ' + std::to_string(claim.claimer.pid) + ' ' +
            std::to_string(claim.claimer.start_time) + ' ' + claim.name + '\n';
  }
  return text;
}

std::vector<Claim> from_specs(const StateDirectory& state) {
  std::vector<Claim> claims;
  for (const std::string& name : state.names()) {
    if (const auto spec = state.read_spec(name)) claims.push_back({spec->id, {}, name});
  }
  return claims;
}

Result<Handle> lock_claims(const StateDirectory& state) {
  const Time deadline = steady_now() + kLockPatience;
  for (;;) {
    auto lock = try_lock(state.path() + "/ids.lock");
    if (!lock || *lock) return lock;
    if (steady_now() >= deadline) return Error{"claim an id: " + state.path() + "/ids.lock stays locked", {}};
    (void)wait_readable({}, kLockLook);
  }
}

bool holds(const StateDirectory& state, const Claim& claim) {
  return exists(state.app_directory(claim.name)) ||
         (claim.claimer.pid > 0 && presence(claim.claimer) == Presence::alive);
}

}  // namespace

Result<std::uint32_t> claim_id(const StateDirectory& state, const std::string& name) {
  const auto lock = lock_claims(state);
  if (!lock) return lock.error();
  const std::string path = state.path() + "/ids";
  const auto text = read_file(path);
  auto decoded = text ? decode(*text) : std::nullopt;
  std::vector<Claim> claims = decoded ? std::move(*decoded) : from_specs(state);

  std::erase_if(claims, [&](const Claim& claim) { return claim.name != name && !holds(state, claim); });
  const auto own = std::find_if(claims.begin(), claims.end(), [&](const Claim& claim) { return claim.name == name; });
  if (own != claims.end() && holds(state, *own)) return own->id;
  if (own != claims.end()) claims.erase(own);
  std::vector<std::uint32_t> taken;
  taken.reserve(claims.size());
  for (const Claim& claim : claims) taken.push_back(claim.id);
  std::sort(taken.begin(), taken.end());
  std::uint32_t id = 0;
  for (const std::uint32_t other : taken) id += other == id ? 1 : 0;

  claims.push_back({id, identify(current_pid()).value_or(ProcessId{}), name});
  if (const Status written = write_atomically(path, encode(claims), Durability::rename_only); !written)
    return written.error();
  return id;
}

}  // namespace forever
