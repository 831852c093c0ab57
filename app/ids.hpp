// The short numbers of apps: the lowest free one for a new app, the same one for its whole life.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "app/state_directory.hpp"
#include "platform/result.hpp"

namespace forever {

// The id for an app that is about to be written, under a lock: side by side, two names never get the same id, and one
// name always the same. The claim holds while the app is on record, or its claimer (this process) lives.
// A file beside the apps remembers the claims, so that nobody reads all specs to find a number; where it is lost or
// torn it is made anew from the specs. The state directory must be prepared.
[[nodiscard]] Result<std::uint32_t> claim_id(const StateDirectory& state, const std::string& name);
// The same for many at once, in the order of `names`, reading and writing the claims once.
[[nodiscard]] Result<std::vector<std::uint32_t>> claim_ids(const StateDirectory& state,
                                                           const std::vector<std::string>& names);

// The id that was claimed for `name`, only looked up; nothing if the file does not tell.
[[nodiscard]] std::optional<std::uint32_t> claimed_id(const StateDirectory& state, const std::string& name);

}  // namespace forever
