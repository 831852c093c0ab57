// The names of the requests to stop, with the numbers that they have on other systems; and of those that other systems have
// for the user's own use, which nobody can send here.
#include "platform/signals.hpp"

#include <array>
#include <cctype>
#include <charconv>

namespace forever {
namespace {

struct Named {
  std::string_view name;
  int number;
};
constexpr auto kNames = std::to_array<Named>({{"HUP", kHangUpSignal},
                                              {"INT", kInterruptSignal},
                                              {"QUIT", kQuitSignal},
                                              {"KILL", kKillSignal},
                                              {"USR1", 10},
                                              {"USR2", 12},
                                              {"TERM", kTermSignal}});

}  // namespace

std::optional<int> signal_from_name(std::string_view name) {
  std::string upper(name);
  for (char& c : upper) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  std::string_view rest = upper;
  if (rest.starts_with("SIG")) rest.remove_prefix(3);
  for (const Named& named : kNames) {
    if (rest == named.name || name == std::to_string(named.number)) return named.number;
  }
  return std::nullopt;
}

std::string signal_name(int signal) {
  for (const Named& named : kNames) {
    if (named.number == signal) return "SIG" + std::string(named.name);
  }
  return "signal " + std::to_string(signal);
}

}  // namespace forever
