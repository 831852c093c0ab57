// The short numbers of apps: the lowest free one for a new app, the same one for its whole life.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "app/state_directory.hpp"
#include "platform/process.hpp"
#include "platform/result.hpp"

namespace forever {

// Claims an id, under a lock, for an app whose record is about to be written: concurrent claims never give two names the same
// id, and one name always gets the same id. The claim is valid while the app has a record, or its claimer (this process) lives.
// A name with neither may be an app whose directory was deleted while it runs: then `still_lives` decides.
// A file next to the apps records the claims, so that a claim need not read all specs; if it is lost or
// damaged it is rebuilt from the specs. The state directory must be prepared.
using StillLives = std::function<bool(const std::string&)>;
[[nodiscard]] Result<std::uint32_t> claim_id(const StateDirectory& state, const std::string& name,
                                             const StillLives& still_lives = {});
// The same for many at once, in the order of `names`, reading and writing the claims once.
[[nodiscard]] Result<std::vector<std::uint32_t>> claim_ids(const StateDirectory& state,
                                                           const std::vector<std::string>& names,
                                                           const StillLives& still_lives = {});
// Removes the claims of deleted apps, so that their ids are free again. Best effort: a claim that stays costs one check.
void release_ids(const StateDirectory& state, const std::vector<std::string>& names);

// The id that was claimed for `name`, only looked up; nothing if the file does not contain it.
[[nodiscard]] std::optional<std::uint32_t> claimed_id(const StateDirectory& state, const std::string& name);

// All claims, in the file's order; empty if the file cannot be read. One whose app has no directory is of an app that is being
// started by the claimer, or of one whose directory was deleted below it.
struct IdClaim {
  std::uint32_t id = 0;
  ProcessId claimer;
  std::string name;
};
[[nodiscard]] std::vector<IdClaim> id_claims(const StateDirectory& state);

}  // namespace forever
