// What the talking child can do that differs between systems. child.cpp knows the language, this the acts.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

namespace forever::child {

using Words = std::function<void()>;  // the rest of a script, to be run in a new process or later

// All writing goes straight to the descriptor: nothing is lost in a buffer when the child dies.
void write_all(int descriptor, const char* data, std::size_t size);
void talk_to_file(const std::string& file);  // from now on `say` appends to this file
void say(const std::string& line);

// argv without the program's name, UTF-8 on Windows.
[[nodiscard]] std::vector<std::string> own_arguments(int argc, char** argv);
[[nodiscard]] int own_pid();
void print_session();
void print_users();
void print_limits();
void print_umask();
void print_signals();
void print_descriptors();
void print_environment();
void print_terminal();
[[nodiscard]] long long monotonic_ns();

// Names as "TERM" or numbers. Unknown names end the child with code 99.
[[nodiscard]] int signal_number(const std::string& name);
[[nodiscard]] std::string signal_name(int number);
void note_signal(int number);  // from now on it wakes `rest`, and `next_signal` tells it
void ignore_signal(int number);
void default_signal(int number);
[[nodiscard]] int next_signal();  // 0: none is waiting
[[noreturn]] void die_by_signal(int number);

enum class Relation { child, worker, session, orphan, daemon };
// Starts a process that does `words` and exits 0; says "forked PID". An orphan's parent has ended by then; a daemon is
// an orphan in a session of its own.
// POSIX forks; Windows starts this program again with `script`, which are the same words.
void fork_and(Relation relation, const Words& words, const std::vector<std::string>& script);

void close_descriptor(int descriptor);
void listen_on(int port);  // says "listening PORT"
void set_response_delay(int milliseconds);
void stop_listening();

// Sleeps until a signal that was noted arrives, or the time is over (milliseconds; negative: for ever); answers HTTP
// requests meanwhile, each with "PID\n".
void rest(int milliseconds);
void notify(const std::string& state);  // sd_notify(3)

}  // namespace forever::child
