// System calls as the strip makes them. The child may share its memory with the supervisor (start_strip), and with it
// errno: so each returns its result or the negative of an error number, and leaves errno alone. All are
// async-signal-safe (signal-safety(7)), and can be made to fail like those of sys.hpp.
#pragma once

#include <sys/resource.h>
#include <sys/types.h>

#include <cstddef>
#include <span>

namespace forever::strip_calls {

int close(int descriptor) noexcept;
int close_range(unsigned first, unsigned last) noexcept;  // -ENOSYS where the system cannot do it in one call
int open(const char* path, int flags) noexcept;
int dup2(int from, int to) noexcept;
int keep_over_exec(int descriptor) noexcept;             // fcntl(2), F_SETFD
int duplicate_from(int descriptor, int least) noexcept;  // fcntl(2), F_DUPFD_CLOEXEC
pid_t getpid() noexcept;
// A new description of the FIFO for reading and writing, so that its flags are the instance's own; where the system has no way
// to it, a duplicate.
int reopen_fifo(int descriptor) noexcept;
ssize_t read(int descriptor, void* into, std::size_t size) noexcept;
ssize_t write(int descriptor, const void* from, std::size_t size) noexcept;

int setsid() noexcept;
int setpgid(pid_t process, pid_t group) noexcept;
int set_nice(int nice) noexcept;  // of this process
void umask(mode_t mask) noexcept;
int getrlimit(int resource, rlimit& value) noexcept;
int setrlimit(int resource, const rlimit& value) noexcept;
int setgroups(std::span<const gid_t> groups) noexcept;
int setgid(gid_t group) noexcept;
int setuid(uid_t user) noexcept;
int chdir(const char* path) noexcept;

// For every signal, those too that the C library keeps to itself and sigaction(2) refuses: glibc's posix_spawn leaves
// them ignored in what it starts, make(1) and all below it for instance.
void default_dispositions() noexcept;
int unblock_all_signals() noexcept;
int execve(const char* program, char* const* argv, char* const* environment) noexcept;
[[noreturn]] void exit(int code) noexcept;

}  // namespace forever::strip_calls
