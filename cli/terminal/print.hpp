// What every verb needs: where the state is, how a result is printed, how a failure is reported.
#pragma once

#include <string>
#include <string_view>
#include <variant>

#include "app/exit_codes.hpp"
#include "app/state_directory.hpp"
#include "cli/apps/selector.hpp"

namespace forever::cli {

struct Failure {
  ExitCode code = ExitCode::failed;
  std::string message;  // one line, without "forever: "
};

// "forever: message" on standard error, control characters made visible.
void complain(std::string_view message);
// A line about what is under way, on standard error.
void tell(std::string_view text);
// Writes an answer to standard output at once; `code`, or `failed` where it could not be written.
[[nodiscard]] int print(std::string_view text, int code = 0);
// Reports the failure on standard error, and with `json` also as {"version":1,…,"error":"…"} on standard output. Its exit code.
// Without a `state_directory` that is the one that the environment names.
int fail(const Failure& failure, bool json, const std::string& state_directory = {});

// Where the state is. `create` for the verbs that write: makes what is missing. The others take an absent directory for an empty one.
[[nodiscard]] std::variant<StateDirectory, Failure> open_state(bool create);

}  // namespace forever::cli
