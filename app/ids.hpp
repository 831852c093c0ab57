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

// The id for an app that is about to be written, under a lock: side by side, two names never get the same id, and one
// name always the same. The claim holds while the app is on record, or its claimer (this process) lives. What has neither may
// be an app whose folder was deleted below it: `still_lives` is asked, and without it the claim is void.
// A file beside the apps remembers the claims, so that nobody reads all specs to find a number; where it is lost or
// torn it is made anew from the specs. The state directory must be prepared.
using StillLives = std::function<bool(const std::string&)>;
[[nodiscard]] Result<std::uint32_t> claim_id(const StateDirectory& state, const std::string& name,
                                             const StillLives& still_lives = {});
// The same for many at once, in the order of `names`, reading and writing the claims once.
[[nodiscard]] Result<std::vector<std::uint32_t>> claim_ids(const StateDirectory& state,
                                                           const std::vector<std::string>& names,
                                                           const StillLives& still_lives = {});
// Gives up the claims of deleted apps, so that nothing is missing where they were. Best effort: a claim that stays costs a look.
void release_ids(const StateDirectory& state, const std::vector<std::string>& names);

// The id that was claimed for `name`, only looked up; nothing if the file does not tell.
[[nodiscard]] std::optional<std::uint32_t> claimed_id(const StateDirectory& state, const std::string& name);

// All claims, in the file's order; empty if the file does not tell. One whose app has no folder is of an app that is being
// started by the claimer, or of one whose folder was deleted below it.
struct IdClaim {
  std::uint32_t id = 0;
  ProcessId claimer;
  std::string name;
};
[[nodiscard]] std::vector<IdClaim> id_claims(const StateDirectory& state);

}  // namespace forever
