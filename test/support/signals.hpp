// The numbers of signals by POSIX' names, Linux' numbers where the system has none.
#pragma once

#include <signal.h>

#ifndef SIGKILL
#define SIGHUP 1
#define SIGKILL 9
#define SIGUSR1 10
#define SIGUSR2 12
#define SIGCONT 18
#define SIGSTOP 19
#define SIGWINCH 28
#endif
