// A keeper and a supervisor for an app whose lock we took: made, and heard from.
#pragma once

#include <string>

#include "app/start_report.hpp"
#include "app/state_directory.hpp"
#include "platform/handle.hpp"
#include "platform/keeper.hpp"
#include "platform/result.hpp"

namespace forever {

// What the supervisor does first.
enum class Beginning : std::uint8_t {
  start,  // everything that is not alive is started by hand
  adopt,  // what was under way goes on
};

// With fewer descriptors than this a supervisor could start an app, and then neither look at it nor stop it.
[[nodiscard]] Status enough_descriptors();
// Makes both; the end of the pipe on which the supervisor's first word comes.
[[nodiscard]] Result<Handle> begin_supervisor(const StateDirectory& state, const std::string& name, Handle lock,
                                              Beginning how, KeepersToCome to_come);
// That word; waits for it.
[[nodiscard]] StartReport first_word(NativeHandle word);

}  // namespace forever
