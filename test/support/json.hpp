// The machine output of the binary under test, parsed. A header of its own, since JSON's is heavy.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "test/support/home.hpp"

namespace forever::test {

using Json = nlohmann::json;

// Each fails the test, with what was printed, if it is not JSON.
[[nodiscard]] Json parse_json(const std::string& text);
[[nodiscard]] Json read_json(const std::filesystem::path& file);

// `forever list --json`: the whole object. `forever describe NAME --json`: one app. Null if the command failed.
[[nodiscard]] Json list_json(const TemporaryHome& home);
[[nodiscard]] Json describe_json(const TemporaryHome& home, const std::string& name);

// The element of `list --json` with that name; null if there is none.
[[nodiscard]] Json listed(const TemporaryHome& home, const std::string& name);
[[nodiscard]] std::string status_of(const TemporaryHome& home, const std::string& name);  // "" if it is not listed
[[nodiscard]] int pid_of(const TemporaryHome& home, const std::string& name, std::size_t slot = 0);  // 0: no pid
// Until `list` shows a process of `name` that is not `old`; one look decides, since a second may see a dead one.
[[nodiscard]] bool wait_for_other_pid(const TemporaryHome& home, const std::string& name, int old);
[[nodiscard]] bool wait_for_status(const TemporaryHome& home, const std::string& name, const std::string& status,
                                   Milliseconds deadline = 10s);

}  // namespace forever::test
