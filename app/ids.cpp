// The claims file: a line "id pid start-time name" for each app that was ever started and not deleted since.
#include "app/ids.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <string_view>
#include <vector>

#include "platform/clock.hpp"
#include "platform/files.hpp"
#include "platform/local_socket.hpp"
#include "platform/lock.hpp"
#include "platform/process.hpp"
#include "text/number.hpp"

namespace forever {
namespace {

constexpr Milliseconds kLockPatience{5000};  // a claim takes well under a millisecond
constexpr Milliseconds kLockLook{1};

using Claim = IdClaim;

// A number and the blank behind it.
template <class Number>
bool take_field(std::string_view& line, Number& into) {
  const auto number = take_number<Number>(line);
  if (!number || !line.starts_with(' ')) return false;
  line.remove_prefix(1);
  into = *number;
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
    if (!take_field(line, claim.id) || !take_field(line, claim.claimer.pid) ||
        !take_field(line, claim.claimer.start_time))
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

std::string claims_path(const StateDirectory& state) { return state.path() + "/ids"; }

Result<Handle> lock_claims(const StateDirectory& state) {
  const Time deadline = steady_now() + kLockPatience;
  for (;;) {
    auto lock = try_lock(state.path() + "/ids.lock");
    if (!lock || *lock) return lock;
    if (steady_now() >= deadline) return Error{"cannot claim an id: " + state.path() + "/ids.lock stays locked", {}};
    (void)wait_readable({}, kLockLook);
  }
}

bool claimer_lives(const Claim& claim) { return claim.claimer.pid > 0 && presence(claim.claimer) == Presence::alive; }

bool holds(const StateDirectory& state, const Claim& claim, const StillLives& still_lives) {
  return exists(state.app_directory(claim.name)) || claimer_lives(claim) || (still_lives && still_lives(claim.name));
}

std::optional<std::vector<Claim>> read_claims(const StateDirectory& state) {
  const auto text = read_record(claims_path(state));
  return text ? decode(*text) : std::nullopt;
}

}  // namespace

Result<std::uint32_t> claim_id(const StateDirectory& state, const std::string& name, const StillLives& still_lives) {
  const auto ids = claim_ids(state, {name}, still_lives);
  if (!ids) return ids.error();
  return ids->front();
}

std::optional<std::uint32_t> claimed_id(const StateDirectory& state, const std::string& name) {
  const auto claims = read_claims(state);
  if (!claims) return std::nullopt;
  const auto own = std::ranges::find(*claims, name, &Claim::name);
  return own != claims->end() ? std::optional{own->id} : std::nullopt;
}

Result<std::vector<std::uint32_t>> claim_ids(const StateDirectory& state, const std::vector<std::string>& names,
                                             const StillLives& still_lives) {
  std::vector<std::uint32_t> ids(names.size());
  if (names.empty()) return ids;
  const auto lock = lock_claims(state);
  if (!lock) return lock.error();
  auto decoded = read_claims(state);
  std::vector<Claim> claims = decoded ? std::move(*decoded) : from_specs(state);
  std::erase_if(claims, [&](const Claim& claim) { return !holds(state, claim, still_lives); });

  std::map<std::string_view, std::uint32_t> known;
  std::vector<std::uint32_t> taken;
  for (const Claim& claim : claims) {
    known.emplace(claim.name, claim.id);
    taken.push_back(claim.id);
  }
  std::sort(taken.begin(), taken.end());
  const ProcessId self = identify(current_pid()).value_or(ProcessId{});
  std::vector<Claim> fresh;
  auto next = taken.begin();
  std::uint32_t free = 0;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (const auto own = known.find(names[i]); own != known.end()) {
      ids[i] = own->second;
      continue;
    }
    for (; next != taken.end() && *next <= free; ++next) free += *next == free ? 1 : 0;
    ids[i] = free++;
    fresh.push_back({ids[i], self, names[i]});
  }
  if (fresh.empty()) return ids;
  claims.insert(claims.end(), std::make_move_iterator(fresh.begin()), std::make_move_iterator(fresh.end()));
  if (const Status written = write_atomically(claims_path(state), encode(claims), Durability::rename_only); !written)
    return written.error();
  return ids;
}

void release_ids(const StateDirectory& state, const std::vector<std::string>& names) {
  if (names.empty()) return;
  const auto lock = lock_claims(state);
  if (!lock) return;
  auto claims = read_claims(state);
  if (!claims) return;
  const auto given_up = [&](const Claim& claim) { return std::ranges::find(names, claim.name) != names.end(); };
  if (std::erase_if(*claims, given_up) == 0) return;
  (void)write_atomically(claims_path(state), encode(*claims), Durability::rename_only).ok();
}

std::vector<IdClaim> id_claims(const StateDirectory& state) {
  return read_claims(state).value_or(std::vector<Claim>{});
}

}  // namespace forever
