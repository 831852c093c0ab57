// What every verb needs: answers, failures and the state directory.
#include "cli/terminal/print.hpp"

#include <cerrno>

#include "cli/apps/json.hpp"
#include "client/view.hpp"
#include "platform/console.hpp"
#include "text/printable.hpp"

namespace forever::cli {

void complain(std::string_view message) {
  // What cannot be told on standard error cannot be told at all.
  (void)write_all(Stream::err, "forever: " + printable(message) + "\n");
}

void tell(std::string_view text) { (void)write_all(Stream::err, printable(text) + "\n"); }

int print(std::string_view text, int code) {
  if (text.empty()) return code;
  const Status written = write_all(Stream::out, text);
  if (written) return code;
  // Nobody reads any more (a pager that was left): no failure of ours.
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

std::variant<StateDirectory, Failure> open_state(bool create) {
  auto state = StateDirectory::locate();
  if (!state) return Failure{ExitCode::failed, state.error().message()};
  if (create) bring_back(*state);
  const Status usable = create ? state->prepare() : state->check();
  if (!usable) return Failure{ExitCode::failed, usable.error().message()};
  return std::move(*state);
}

}  // namespace forever::cli
