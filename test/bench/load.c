// Load of new connections: so many clients at a time, each of which connects, asks, reads until the server closes, and begins anew.
// load PORT CLIENTS SECONDS prints one object of JSON, at the end or when INT comes: requests answered, their rate per second, p50 and p99 in ms, those that failed
// and those that were refused, and its own CPU time per request in us, to be told apart from the server's.
// It is lean, so that a processor is left for who serves.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { kMostClients = 1024, kRequestsKept = 1 << 22 };

static const char kRequest[] = "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n";

static struct client {
  int fd;
  int asked;
  int answered;
  double began;
} clients[kMostClients];

static float took[kRequestsKept];  // ms
static size_t requests, failed, refused;
static struct sockaddr_in server;
static int queue;

static double seconds_of(clockid_t clock) {
  struct timespec now;
  clock_gettime(clock, &now);
  return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static void watch(struct client* client, int operation, unsigned events) {
  struct epoll_event event = {.events = events, .data.ptr = client};
  epoll_ctl(queue, operation, client->fd, &event);
}

static void ask(struct client* client) {
  client->asked = send(client->fd, kRequest, sizeof kRequest - 1, MSG_NOSIGNAL) == (ssize_t)(sizeof kRequest - 1);
}

static void end(struct client* client, size_t* count) {
  if (count == &requests) took[requests % kRequestsKept] = (float)((seconds_of(CLOCK_MONOTONIC) - client->began) * 1e3);
  ++*count;
  close(client->fd);
  client->fd = -1;
}

// One that is refused has no connection afterwards.
static void begin(struct client* client) {
  client->asked = client->answered = 0;
  client->began = seconds_of(CLOCK_MONOTONIC);
  client->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  if (connect(client->fd, (struct sockaddr*)&server, sizeof server) == 0 || errno == EINPROGRESS) {
    // On the loopback device the connection stands already, unless the server's queue is full.
    ask(client);
    if (client->asked || errno == EAGAIN) {
      watch(client, EPOLL_CTL_ADD, client->asked ? EPOLLIN : EPOLLIN | EPOLLOUT);
      return;
    }
  }
  end(client, errno == ECONNREFUSED ? &refused : &failed);
}

static void go_on(struct client* client) {
  char answer[65536];
  if (!client->asked) {
    ask(client);
    if (client->asked) watch(client, EPOLL_CTL_MOD, EPOLLIN);
    if (!client->asked && errno != EAGAIN) {
      end(client, errno == ECONNREFUSED ? &refused : &failed);
      return;
    }
  }
  const ssize_t got = recv(client->fd, answer, sizeof answer, 0);
  if (got < 0 && errno == EAGAIN) return;
  if (got > 0) {
    client->answered = client->answered || (got > 12 && memcmp(answer + 8, " 200", 4) == 0);
    return;
  }
  end(client, got == 0 && client->answered ? &requests : &failed);
}

static volatile sig_atomic_t over;
static void finish(int signal_number) { over = signal_number; }

static int compare(const void* left, const void* right) {
  const float a = *(const float*)left, b = *(const float*)right;
  return (a > b) - (a < b);
}

int main(int count, char** words) {
  if (count != 4 || atoi(words[2]) > kMostClients) return 2;
  server.sin_family = AF_INET;
  server.sin_port = htons((in_port_t)atoi(words[1]));
  server.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  queue = epoll_create1(0);
  const double from = seconds_of(CLOCK_MONOTONIC), until = from + atof(words[3]);
  const int clients_wanted = atoi(words[2]);
  for (int i = 0; i < clients_wanted; ++i) clients[i].fd = -1;
  signal(SIGINT, finish);
  double now = from;
  while (now < until && !over) {
    int without = 0;  // tried again a millisecond later
    for (int i = 0; i < clients_wanted; ++i) {
      if (clients[i].fd < 0) begin(&clients[i]);
      without += clients[i].fd < 0;
    }
    struct epoll_event ready[64];
    const int found = epoll_wait(queue, ready, 64, without > 0 ? 1 : (int)((until - now) * 1e3) + 1);
    for (int i = 0; i < found; ++i) go_on(ready[i].data.ptr);
    now = seconds_of(CLOCK_MONOTONIC);
  }
  const double cpu = seconds_of(CLOCK_PROCESS_CPUTIME_ID);
  const size_t kept = requests < kRequestsKept ? requests : (size_t)kRequestsKept;
  qsort(took, kept, sizeof *took, compare);
  printf("{\"requests\":%zu,\"rate\":%.0f,\"p50\":%.3f,\"p99\":%.3f,\"failed\":%zu,\"refused\":%zu,\"cpu\":%.1f}\n",
         requests, (double)requests / (now - from), (double)took[kept / 2], (double)took[kept * 99 / 100], failed,
         refused, requests ? cpu * 1e6 / (double)requests : 0.0);
  return 0;
}
