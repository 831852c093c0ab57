// What every verb needs: answers, failures and the state directory.
#include "cli/terminal/print.hpp"

#include <cerrno>
#include <cstdio>

#include "cli/apps/json.hpp"
#include "client/view.hpp"
#include "platform/console.hpp"
#include "text/printable.hpp"

namespace forever::cli {

void complain(std::string_view message) {
  // If standard error fails, nothing can be reported.
  (void)write_all(Stream::err, "forever: " + printable(message) + "\n");
}

void tell(std::string_view text) { (void)write_all(Stream::err, printable(text) + "\n"); }

int print(std::string_view text, int code) {
  if (text.empty()) return code;
  const Status written = write_all(Stream::out, text);
  if (written) return code;
  // The reader is gone (a pager that was quit): not a failure.
  if (written.error().code.value() == EPIPE) return code;
  complain(written.error().message());
  return code != 0 ? code : to_int(ExitCode::failed);
}

int fail(const Failure& failure, bool json, const std::string& state_directory) {
  complain(failure.message);
  const int code = to_int(failure.code);
  if (!json) return code;
  std::string place = state_directory;
  if (place.empty()) {
    if (const auto state = StateDirectory::locate()) place = state->path();
  }
  return print(json_list(place, {}, failure.message), code);
}

namespace {

void tell_made_private(const StateDirectory& state, unsigned old_mode) {
  char mode[16];
  std::snprintf(mode, sizeof mode, "%04o", old_mode);
  complain("other users could write to the state directory " + state.path() + " (mode " + mode +
           "); it has mode 0700 now");
}

}  // namespace

std::variant<StateDirectory, Failure> open_state(bool create) {
  auto state = StateDirectory::locate();
  if (!state) return Failure{ExitCode::failed, state.error().message()};
  // Before anything that it holds is believed.
  if (const Status usable = state->check(); !usable) return Failure{ExitCode::failed, usable.error().message()};
  const auto old_mode = state->make_private();
  if (!old_mode) return Failure{ExitCode::failed, old_mode.error().message()};
  if (*old_mode) tell_made_private(*state, **old_mode);
  if (create) {
    bring_back(*state);
    if (const Status made = state->prepare(); !made) return Failure{ExitCode::failed, made.error().message()};
  }
  return std::move(*state);
}

}  // namespace forever::cli
