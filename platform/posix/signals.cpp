// Signal names and numbers: signal(7) by one table.
#include "platform/signals.hpp"

#include <signal.h>

#include <array>
#include <cctype>
#include <charconv>

#include "platform/posix/sys.hpp"

namespace forever {
namespace {

struct Named {
  std::string_view name;
  int number;
};

// The first name of a number is the one that is shown; aliases follow.
constexpr auto kNames = std::to_array<Named>({
    {"HUP", SIGHUP},       {"INT", SIGINT},   {"QUIT", SIGQUIT}, {"ILL", SIGILL},     {"TRAP", SIGTRAP},
    {"ABRT", SIGABRT},     {"BUS", SIGBUS},   {"FPE", SIGFPE},   {"KILL", SIGKILL},   {"USR1", SIGUSR1},
    {"SEGV", SIGSEGV},     {"USR2", SIGUSR2}, {"PIPE", SIGPIPE}, {"ALRM", SIGALRM},   {"TERM", SIGTERM},
    {"CHLD", SIGCHLD},     {"CONT", SIGCONT}, {"STOP", SIGSTOP}, {"TSTP", SIGTSTP},   {"TTIN", SIGTTIN},
    {"TTOU", SIGTTOU},     {"URG", SIGURG},   {"XCPU", SIGXCPU}, {"XFSZ", SIGXFSZ},   {"VTALRM", SIGVTALRM},
    {"PROF", SIGPROF},     {"SYS", SIGSYS},   {"IO", SIGIO},     {"WINCH", SIGWINCH},
#ifdef SIGSTKFLT
    {"STKFLT", SIGSTKFLT},
#endif
#ifdef SIGPWR
    {"PWR", SIGPWR},
#endif
#ifdef SIGEMT
    {"EMT", SIGEMT},
#endif
#ifdef SIGINFO
    {"INFO", SIGINFO},
#endif
#ifdef SIGPOLL
    {"POLL", SIGPOLL},
#endif
    {"IOT", SIGABRT},      {"CLD", SIGCHLD},
});

#ifdef SIGRTMIN
int first_realtime() noexcept { return SIGRTMIN; }
int last_realtime() noexcept { return SIGRTMAX; }
#else
int first_realtime() noexcept { return NSIG; }
int last_realtime() noexcept { return NSIG - 1; }
#endif

std::optional<int> number_from(std::string_view text) noexcept {
  int number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

// "MIN", "MIN+3", "MAX-1": what follows RT.
std::optional<int> realtime_from(std::string_view text) noexcept {
  const bool from_minimum = text.starts_with("MIN");
  if (!from_minimum && !text.starts_with("MAX")) return std::nullopt;
  text.remove_prefix(3);
  int distance = 0;
  if (!text.empty()) {
    if (text[0] != (from_minimum ? '+' : '-')) return std::nullopt;
    const auto number = number_from(text.substr(1));
    if (!number || *number < 0) return std::nullopt;
    distance = *number;
  }
  const int signal = from_minimum ? first_realtime() + distance : last_realtime() - distance;
  if (signal < first_realtime() || signal > last_realtime()) return std::nullopt;
  return signal;
}

}  // namespace

std::optional<int> signal_from_name(std::string_view name) {
  if (const auto number = number_from(name)) {
    const int last = last_realtime() >= first_realtime() ? last_realtime() : NSIG - 1;
    if (*number < 1 || *number > last) return std::nullopt;
    return number;
  }
  std::string upper(name);
  for (char& c : upper) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  std::string_view rest = upper;
  if (rest.starts_with("SIG")) rest.remove_prefix(3);
  for (const Named& named : kNames) {
    if (named.name == rest) return named.number;
  }
  if (rest.starts_with("RT")) return realtime_from(rest.substr(2));
  return std::nullopt;
}

std::string signal_name(int signal) {
  for (const Named& named : kNames) {
    if (named.number == signal) return "SIG" + std::string(named.name);
  }
  if (signal >= first_realtime() && signal <= last_realtime()) {
    const int distance = signal - first_realtime();
    return distance == 0 ? "SIGRTMIN" : "SIGRTMIN+" + std::to_string(distance);
  }
  return "signal " + std::to_string(signal);
}

bool is_ignored(int signal) noexcept {
  struct sigaction now {};
  return FOREVER_SYS(sigaction, -1, signal, nullptr, &now) == 0 && now.sa_handler == SIG_IGN;
}

}  // namespace forever
