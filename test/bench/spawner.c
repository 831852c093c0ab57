/* Runs commands for the bench and notes the clock around them, so that Python's own cost is in no figure.
 *
 *   spawner [-w PID]... -- COMMAND ARG...    spawn it, wait for it and for the end of every PID; prints
 *                                            "spawned returned exit_code gone..." (CLOCK_MONOTONIC, ns)
 *   spawner -k SIGNAL -w PID...              send SIGNAL to each PID instead, print the same
 *   spawner -b [-n]                          commands from standard input, each argument ended by NUL and each command by
 *                                            one NUL more; one after the other (-n: all at once, never waited for);
 *                                            prints "first_spawned last_returned failures"
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char** environ;

enum { kMostWatched = 2048, kMostArguments = 2048, kPatienceMs = 120000 };

static long long now_ns(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (long long)now.tv_sec * 1000000000LL + now.tv_nsec;
}

static pid_t launch(char** argv) {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
  if (getenv("BENCH_SHOW_ERRORS") == NULL) posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
  pid_t pid = -1;
  int error = posix_spawnp(&pid, argv[0], &actions, NULL, argv, environ);
  posix_spawn_file_actions_destroy(&actions);
  if (error != 0) {
    fprintf(stderr, "spawner: %s: %s\n", argv[0], strerror(error));
    exit(127);
  }
  return pid;
}

static int exit_code(int status) { return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status); }

/* Waits for the command (its pidfd is last, -1 for none) and for all that is watched, in whatever order they end. */
static int watch(struct pollfd* fds, long long* ended, int count) {
  int left = 0;
  for (int i = 0; i < count; ++i) left += fds[i].fd >= 0;
  while (left > 0) {
    if (poll(fds, (nfds_t)count, kPatienceMs) <= 0) return -1;
    long long now = now_ns();
    for (int i = 0; i < count; ++i) {
      if (fds[i].fd < 0 || fds[i].revents == 0) continue;
      ended[i] = now;
      close(fds[i].fd);
      fds[i].fd = -1;
      --left;
    }
  }
  return 0;
}

static int batch(int wait_for_each) {
  static char input[1 << 20];
  size_t size = 0;
  ssize_t got;
  while (size < sizeof input && (got = read(0, input + size, sizeof input - size)) > 0) size += (size_t)got;
  char* argv[kMostArguments + 1];
  int argc = 0, failures = 0;
  long long first = 0, last = 0;
  for (char* at = input; at < input + size; at += strlen(at) + 1) {
    if (*at != '\0') {
      if (argc < kMostArguments) argv[argc++] = at;
      continue;
    }
    argv[argc] = NULL;
    argc = 0;
    if (first == 0) first = now_ns();
    pid_t pid = launch(argv);
    int status = 0;
    if (wait_for_each) waitpid(pid, &status, 0);
    if (status != 0) ++failures;
    last = now_ns();
  }
  printf("%lld %lld %d\n", first, last, failures);
  return 0;
}

int main(int argc, char** argv) {
  static struct pollfd fds[kMostWatched + 1];
  static long long ended[kMostWatched + 1];
  static pid_t pids[kMostWatched];
  int watched = 0, signal_number = 0, from_input = 0, wait_for_each = 1, option;
  while ((option = getopt(argc, argv, "+w:k:bn")) != -1) {
    if (option == 'w' && watched < kMostWatched)
      pids[watched++] = (pid_t)atoi(optarg);
    else if (option == 'k')
      signal_number = atoi(optarg);
    else if (option == 'b')
      from_input = 1;
    else if (option == 'n')
      wait_for_each = 0;
    else
      return 2;
  }
  if (from_input) return batch(wait_for_each);
  for (int i = 0; i < watched; ++i) {
    fds[i].fd = (int)syscall(SYS_pidfd_open, pids[i], 0);
    fds[i].events = POLLIN;
  }
  fds[watched].fd = -1;
  pid_t command = -1;
  long long start = now_ns();
  if (signal_number != 0) {
    for (int i = 0; i < watched; ++i) kill(pids[i], signal_number);
    ended[watched] = now_ns();
  } else {
    command = launch(argv + optind);
    fds[watched].fd = (int)syscall(SYS_pidfd_open, command, 0);
    fds[watched].events = POLLIN;
  }
  if (watch(fds, ended, watched + 1) != 0) return 4;
  int status = 0;
  if (command > 0) waitpid(command, &status, 0);
  printf("%lld %lld %d", start, ended[watched], exit_code(status));
  for (int i = 0; i < watched; ++i) printf(" %lld", ended[i]);
  printf("\n");
  return 0;
}
