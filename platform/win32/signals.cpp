// The names of the requests to stop, with the numbers that they have on other systems; and of those that other systems have
// for the user's own use, which cannot be sent here.
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
// The numbers are Linux's, so that a record means the same on both.
constexpr auto kNames = std::to_array<Named>({{"HUP", kHangUpSignal},
                                              {"INT", kInterruptSignal},
                                              {"QUIT", kQuitSignal},
                                              {"ILL", 4},
                                              {"TRAP", 5},
                                              {"ABRT", 6},
                                              {"BUS", 7},
                                              {"FPE", 8},
                                              {"KILL", kKillSignal},
                                              {"USR1", 10},
                                              {"SEGV", 11},
                                              {"USR2", 12},
                                              {"PIPE", 13},
                                              {"ALRM", 14},
                                              {"TERM", kTermSignal},
                                              {"CHLD", 17},
                                              {"CONT", 18},
                                              {"STOP", 19},
                                              {"TSTP", 20},
                                              {"TTIN", 21},
                                              {"TTOU", 22},
                                              {"URG", 23},
                                              {"XCPU", 24},
                                              {"XFSZ", 25},
                                              {"VTALRM", 26},
                                              {"PROF", 27},
                                              {"WINCH", 28},
                                              {"IO", 29},
                                              {"PWR", 30}});

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

bool is_ignored(int) noexcept { return false; }

}  // namespace forever
