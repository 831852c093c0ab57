// The talking child: a program that does what its arguments say, and tells what it sees. Arguments are words, done one
// after the other; when there are none left, it exits 0. A line that it says goes to standard output (or, after
// `to FILE`, is appended to that file) by one write, at once.
//
//   telling                                                  | what it says
//     print-pid, print-session, print-users                  | "pid 7", "session pid 7 ppid 1 pgid 7 sid 7", "uid 0 gid 0 groups 0"
//     print-args                                             | "args N" and "arg I HEX" for each argument after `--`
//     print-cwd, print-umask, print-limits, print-terminal   | "cwd /x", "umask 0022", "limit nofile SOFT HARD", "terminal 0 no"
//     print-env NAME, print-environment                      | "env NAME=VALUE" or "env NAME unset"; all, sorted
//     print-signals                                          | "signals blocked MASK ignored MASK caught MASK" (hex, /proc/self/status)
//     print-descriptors                                      | "descriptor N TARGET" for each
//     print-progname, say TEXT                               | "progname ARGV0"; the text
//     to FILE                                                | from now on it says to the file
//     stamp FILE TEXT                                        | appends "TEXT PID NANOSECONDS" (monotonic clock) to the file
//   signals
//     trap SIGNAL, trap-all                                  | says "signal TERM" each time it comes, and goes on
//     ignore SIGNAL, default SIGNAL
//     on SIGNAL WORDS… end                                   | does these words when it comes; the signal is seen between
//                                                            | two words, and in every pause and wait
//   ending
//     exit N, die SIGNAL, abort
//   processes (each says "forked PID"; the new one does WORDS and exits 0)
//     prefork WORDS… end                                     | a child that answers on what was listened on before
//     fork WORDS… end, session WORDS… end (setsid), orphan WORDS… end (double fork), daemon WORDS… end (double fork, setsid)
//   output
//     lines N LENGTH, blocks N LENGTH                        | numbered lines of LENGTH bytes, line end included: "0000000001 xxx…";
//                                                            | one write a line, or writes of 64 KiB
//     stream out|err, pace MS, number-from N                 | for `lines` and `blocks`: where to, pause after each write, first number
//     partial TEXT, binary N                                 | text without a line end; N bytes of every value
//     close FD
//   living
//     wait, sleep MS, burn MS, spin MS, allocate BYTES       | for ever; …; so much processor time; busy for so long; memory, touched
//     listen PORT                                            | says "listening PORT"; requests are answered with "PID\n" in every pause and wait
//     respond-after MS, stop-listening
//     notify STATE                                           | to NOTIFY_SOCKET
//   the world
//     read-lines                                             | says "got LINE" for each of its standard input, and "end"
//     touch FILE, wait-for FILE                              | make it; wait until it exists
//     count FILE                                             | adds a byte to the file, and says "count N", its size
//     first K WORDS… end                                     | only if the count is at most K
//     repeat N WORDS… end
//
// Example: child count runs first 3 say crash exit 1 end trap TERM listen 8081 wait
#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <string>
#include <vector>

#include "test/child/acts.hpp"

namespace {

namespace fs = std::filesystem;
using namespace forever::child;
using Script = std::vector<std::string>;

struct Writing {
  int descriptor = 1;
  int pace = 0;
  long long next_number = 1;
};

class Interpreter {
 public:
  Interpreter(std::string program, Script arguments) : program_(std::move(program)), arguments_(std::move(arguments)) {}

  void run(const Script& script) {
    for (std::size_t at = 0; at < script.size();) {
      do_word(script, at);
      handle_signals();
    }
  }

 private:
  [[noreturn]] static void refuse(const std::string& why) {
    std::fprintf(stderr, "child: %s\n", why.c_str());
    std::exit(99);
  }

  // Words up to the `end` that belongs to the block which begins at `at`.
  static Script block(const Script& script, std::size_t& at) {
    static const std::array<std::string, 5> plain{"fork", "prefork", "session", "orphan", "daemon"};
    static const std::array<std::string, 3> with_parameter{"on", "first", "repeat"};
    Script words;
    for (int depth = 1; at < script.size(); ++at) {
      const std::string& word = script[at];
      if (word == "end" && --depth == 0) {
        ++at;
        return words;
      }
      if (std::find(plain.begin(), plain.end(), word) != plain.end() ||
          std::find(with_parameter.begin(), with_parameter.end(), word) != with_parameter.end()) {
        ++depth;
      }
      words.push_back(word);
    }
    refuse("a block without its end");
  }

  static const std::string& next(const Script& script, std::size_t& at) {
    if (at >= script.size()) refuse("a word misses its parameter");
    return script[at++];
  }

  static int number(const Script& script, std::size_t& at) {
    const std::string& text = next(script, at);
    try {
      return std::stoi(text);
    } catch (const std::exception&) {
      refuse("not a number: " + text);
    }
  }

  void do_word(const Script& script, std::size_t& at) {
    const std::string& word = script[at++];
    if (tell(word, script, at) || signals(word, script, at) || processes(word, script, at) ||
        output(word, script, at) || living(word, script, at) || world(word, script, at)) {
      return;
    }
    refuse("unknown word: " + word);
  }

  bool tell(const std::string& word, const Script& script, std::size_t& at) {
    static const std::map<std::string, void (*)()> facts{
        {"print-session", print_session},   {"print-users", print_users},
        {"print-limits", print_limits},     {"print-umask", print_umask},
        {"print-signals", print_signals},   {"print-descriptors", print_descriptors},
        {"print-terminal", print_terminal}, {"print-environment", print_environment}};
    if (const auto fact = facts.find(word); fact != facts.end()) {
      fact->second();
    } else if (word == "print-pid") {
      say("pid " + std::to_string(own_pid()));
    } else if (word == "print-args") {
      print_arguments();
    } else if (word == "print-cwd") {
      std::error_code error;
      const fs::path directory = fs::current_path(error);
      say("cwd " + (error ? error.message() : directory.string()));
    } else if (word == "print-env") {
      const std::string& name = next(script, at);
      const char* value = std::getenv(name.c_str());
      say("env " + name + (value ? std::string("=") + value : " unset"));
    } else if (word == "print-progname") {
      say("progname " + program_);
    } else if (word == "say") {
      say(next(script, at));
    } else if (word == "to") {
      talk_to_file(next(script, at));
    } else if (word == "stamp") {
      const std::string& file = next(script, at);
      const std::string& text = next(script, at);
      std::ofstream(file, std::ios::app) << text + " " + std::to_string(own_pid()) + " " +
                                                std::to_string(monotonic_ns()) + "\n";
    } else {
      return false;
    }
    return true;
  }

  void print_arguments() const {
    say("args " + std::to_string(arguments_.size()));
    for (std::size_t i = 0; i < arguments_.size(); ++i) {
      std::string hex;
      for (const char c : arguments_[i]) {
        std::array<char, 3> digits{};
        std::snprintf(digits.data(), digits.size(), "%02x", static_cast<unsigned char>(c));
        hex += digits.data();
      }
      say("arg " + std::to_string(i) + " " + hex);
    }
  }

  bool signals(const std::string& word, const Script& script, std::size_t& at) {
    if (word == "trap" || word == "on") {
      const int signal = signal_number(next(script, at));
      handlers_[signal] = word == "on" ? block(script, at) : Script{"say", "signal " + signal_name(signal)};
      note_signal(signal);
    } else if (word == "trap-all") {
      for (int signal = 1; signal < 32; ++signal) {
        handlers_[signal] = {"say", "signal " + signal_name(signal)};
        note_signal(signal);
      }
    } else if (word == "ignore") {
      ignore_signal(signal_number(next(script, at)));
    } else if (word == "default") {
      default_signal(signal_number(next(script, at)));
    } else if (word == "exit") {
      std::_Exit(number(script, at));
    } else if (word == "die") {
      die_by_signal(signal_number(next(script, at)));
    } else if (word == "abort") {
      std::abort();
    } else {
      return false;
    }
    return true;
  }

  void handle_signals() {
    while (const int signal = next_signal()) {
      const Script words = handlers_[signal];
      run(words);
    }
  }

  bool processes(const std::string& word, const Script& script, std::size_t& at) {
    static const std::map<std::string, Relation> relations{{"fork", Relation::child},
                                                           {"prefork", Relation::worker},
                                                           {"session", Relation::session},
                                                           {"orphan", Relation::orphan},
                                                           {"daemon", Relation::daemon}};
    const auto relation = relations.find(word);
    if (relation == relations.end()) return false;
    const Script words = block(script, at);
    fork_and(
        relation->second, [&] { run(words); }, words);
    return true;
  }

  bool output(const std::string& word, const Script& script, std::size_t& at) {
    if (word == "lines" || word == "blocks") {
      const int count = number(script, at);
      const int length = number(script, at);
      write_lines(count, static_cast<std::size_t>(std::max(length, 12)), word == "blocks" ? 65536 : 0);
    } else if (word == "stream") {
      writing_.descriptor = next(script, at) == "err" ? 2 : 1;
    } else if (word == "pace") {
      writing_.pace = number(script, at);
    } else if (word == "number-from") {
      writing_.next_number = number(script, at);
    } else if (word == "partial") {
      const std::string& text = next(script, at);
      write_all(writing_.descriptor, text.data(), text.size());
    } else if (word == "binary") {
      std::string bytes(static_cast<std::size_t>(number(script, at)), '\0');
      for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<char>(i % 256);
      write_all(writing_.descriptor, bytes.data(), bytes.size());
    } else if (word == "close") {
      close_descriptor(number(script, at));
    } else {
      return false;
    }
    return true;
  }

  // Writes whenever more than `block` bytes have been gathered.
  void write_lines(int count, std::size_t length, std::size_t block) {
    std::string gathered;
    const auto flush = [&] {
      write_all(writing_.descriptor, gathered.data(), gathered.size());
      gathered.clear();
      if (writing_.pace > 0) pause(writing_.pace);
    };
    for (int i = 0; i < count; ++i) {
      std::array<char, 24> head{};
      std::snprintf(head.data(), head.size(), "%010lld ", writing_.next_number++);
      std::string line = head.data();
      line.resize(length - 1, 'x');
      gathered += line + '\n';
      if (gathered.size() > block) flush();
      if (block == 0) handle_signals();
    }
    if (!gathered.empty()) flush();
  }

  void pause(int milliseconds) {
    using namespace std::chrono;
    const auto end = steady_clock::now() + std::chrono::milliseconds(milliseconds);
    for (auto left = end - steady_clock::now(); left.count() > 0; left = end - steady_clock::now()) {
      rest(static_cast<int>(duration_cast<std::chrono::milliseconds>(left).count()) + 1);
      handle_signals();
    }
  }

  bool living(const std::string& word, const Script& script, std::size_t& at) {
    if (word == "wait") {
      while (true) {
        rest(-1);
        handle_signals();
      }
    } else if (word == "sleep") {
      pause(number(script, at));
    } else if (word == "burn") {
      const std::clock_t end = std::clock() + std::clock_t{CLOCKS_PER_SEC} * number(script, at) / 1000;
      while (std::clock() < end) handle_signals();
    } else if (word == "spin") {
      const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(number(script, at));
      while (std::chrono::steady_clock::now() < end) handle_signals();
    } else if (word == "allocate") {
      memory_.emplace_back(std::stoull(next(script, at)), 'm');
    } else if (word == "listen") {
      listen_on(number(script, at));
    } else if (word == "respond-after") {
      set_response_delay(number(script, at));
    } else if (word == "stop-listening") {
      stop_listening();
    } else if (word == "notify") {
      notify(next(script, at));
    } else {
      return false;
    }
    return true;
  }

  bool world(const std::string& word, const Script& script, std::size_t& at) {
    if (word == "read-lines") {
      for (std::string line; std::getline(std::cin, line);) say("got " + line);
      say("end");
    } else if (word == "touch") {
      std::ofstream(next(script, at), std::ios::app).flush();
    } else if (word == "wait-for") {
      const fs::path file = next(script, at);
      while (!fs::exists(file)) pause(2);
    } else if (word == "count") {
      const std::string& file = next(script, at);
      // A byte for each run: two that run at once are both counted.
      std::ofstream(file, std::ios::app | std::ios::binary) << '.';
      count_ = static_cast<int>(std::filesystem::file_size(file));
      say("count " + std::to_string(count_));
    } else if (word == "first") {
      const int limit = number(script, at);
      const Script words = block(script, at);
      if (count_ <= limit) run(words);
    } else if (word == "repeat") {
      const int times = number(script, at);
      const Script words = block(script, at);
      for (int i = 0; i < times; ++i) run(words);
    } else {
      return false;
    }
    return true;
  }

  std::string program_;
  Script arguments_;  // after `--`
  std::map<int, Script> handlers_;
  std::vector<std::string> memory_;
  Writing writing_;
  int count_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> all = own_arguments(argc, argv);
  const auto dashes = std::find(all.begin(), all.end(), "--");
  const std::vector<std::string> arguments(dashes == all.end() ? dashes : dashes + 1, all.end());
  Interpreter(argv[0], arguments).run({all.begin(), dashes});
  return 0;
}
