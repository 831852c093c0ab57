/* The app of the bench: notes the clock before anything else of its own runs, so that "the app runs" means its first
 * instruction and not its first useful one. Static, so that the dynamic loader is not measured.
 *
 *   app NOTE                 append "pid nanoseconds\n" to NOTE, then wait for a signal
 *   app NOTE exit            note and exit with 1 at once
 *   app NOTE blocks COUNT    note, write COUNT numbered lines of 100 bytes in blocks of 64 KiB, then wait
 *   app NOTE lines COUNT     the same with one write a line
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { kLine = 100, kBlock = 65536 };

static struct timespec born;

/* Constructors of this priority come first in a static program. */
__attribute__((constructor(101))) static void note_birth(void) { clock_gettime(CLOCK_MONOTONIC, &born); }

static void put(const char* data, size_t size) {
  while (size > 0) {
    ssize_t done = write(STDOUT_FILENO, data, size);
    if (done < 0 && errno == EINTR) continue;
    if (done < 0) _exit(3);
    data += done;
    size -= (size_t)done;
  }
}

/* A line is its number in ten digits, then a filling that depends on the number, so that a tear is seen. */
static void fill_line(char* line, long number) {
  memset(line, 'a' + (int)(number % 26), kLine);
  for (int place = 9; place >= 0; --place, number /= 10) line[place] = (char)('0' + number % 10);
  line[10] = ' ';
  line[kLine - 1] = '\n';
}

static void talk(long count, size_t block) {
  static char buffer[kBlock + kLine];
  size_t used = 0;
  for (long number = 0; number < count; ++number) {
    fill_line(buffer + used, number);
    used += kLine;
    if (used < block) continue;
    put(buffer, used < block ? used : block);
    used -= block;
    memmove(buffer, buffer + block, used);
  }
  put(buffer, used);
}

int main(int argc, char** argv) {
  if (argc < 2) return 2;
  char text[64];
  int length =
      snprintf(text, sizeof text, "%ld %lld\n", (long)getpid(), (long long)born.tv_sec * 1000000000LL + born.tv_nsec);
  int fd = open(argv[1], O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (fd < 0 || write(fd, text, (size_t)length) != length) return 3;
  close(fd);
  if (argc > 2 && strcmp(argv[2], "exit") == 0) return 1;
  if (argc > 3 && strcmp(argv[2], "blocks") == 0) talk(atol(argv[3]), kBlock);
  if (argc > 3 && strcmp(argv[2], "lines") == 0) talk(atol(argv[3]), kLine);
  for (;;) pause();
}
