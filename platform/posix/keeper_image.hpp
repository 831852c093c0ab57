// What the two ways to a keeper share: executed (keeper_exec.cpp) or forked (keeper_fork.cpp). Private to the POSIX back end.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "platform/keeper.hpp"

namespace forever {

// What a keeper and its supervisor need of the caller's environment ("PATH=…"), copied once; the rest would only cost memory.
[[nodiscard]] std::vector<std::string>& kept_variables();

// How many bytes argv's strings and those of the environment take, as they lie one after the other (execve(2)): the room for a
// title. `environment` may be null.
[[nodiscard]] std::size_t title_room(char** argv, char** environment) noexcept;
// From now on titles may take the environment's room, too; it is overwritten.
void claim_title_room(char** argv, char** environment) noexcept;

// A keeper of the process that was set aside; nothing if there is none, or it does not answer. The Error is chdir's or fork's.
[[nodiscard]] std::optional<Result<Pid>> fork_keeper(const KeeperFace& face, KeepersToCome to_come);

}  // namespace forever
