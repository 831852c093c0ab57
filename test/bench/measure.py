"""What the rows of the bench measure with: processes, clocks and medians."""

import os
import pathlib
import statistics
import subprocess
import time

TICK_NS = 1_000_000_000 // os.sysconf("SC_CLK_TCK")


def wait_until(condition, seconds, what):
    """Waits for a condition with a deadline; returns its first true value."""
    end = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise TimeoutError(f"{what}: not within {seconds} s")
        time.sleep(0.002)


class Spawner:
    """The C program that runs commands and notes the clock around them (see spawner.c)."""

    def __init__(self, program):
        self.program = str(program)

    def _run(self, arguments, env, given=None):
        done = subprocess.run([self.program, *arguments], input=given, env=env, capture_output=True, check=False)
        if done.returncode != 0:
            raise RuntimeError(f"spawner {arguments}: {done.stderr.decode().strip()}")
        return [int(word) for word in done.stdout.split()]

    def run(self, command, env, watched=()):
        """Returns (spawned, returned, exit code, ends of the watched pids), in ns of CLOCK_MONOTONIC."""
        options = [word for pid in watched for word in ("-w", str(pid))]
        spawned, returned, code, *gone = self._run([*options, "--", *command], env)
        return spawned, returned, code, gone

    def kill(self, pids, number):
        """Signals the pids and waits for their end; returns (sent, ends), in ns."""
        options = [word for pid in pids for word in ("-w", str(pid))]
        spawned, _, _, *gone = self._run(["-k", str(number), *options], os.environ)
        return spawned, gone

    def batch(self, commands, env, wait=True):
        """Runs commands in a row (or all at once, not waiting); returns (first spawned, last returned, failures)."""
        given = b"".join(b"".join(word.encode() + b"\0" for word in command) + b"\0" for command in commands)
        return self._run(["-b"] if wait else ["-b", "-n"], env, given)


class App:
    """One app of a contestant: its name, its arguments and the file in which each of its processes notes its birth."""

    def __init__(self, folder, name, *arguments, **settings):
        self.name = name
        self.note = pathlib.Path(folder) / "notes" / name
        self.note.parent.mkdir(exist_ok=True)
        self.note.touch()
        self.arguments = [str(self.note), *map(str, arguments)]
        self.settings = settings

    def births(self):
        """[(pid, ns)] of every process of this app so far."""
        lines = self.note.read_text().splitlines()
        return [(int(pid), int(ns)) for pid, ns in (line.split() for line in lines)]

    def wait_birth(self, count, seconds=20):
        """Waits until the app was started `count` times; returns the last (pid, ns)."""
        wait_until(lambda: len(self.births()) >= count, seconds, f"start {count} of {self.name}")
        return self.births()[-1]

    def pid(self):
        return self.births()[-1][0]


def read(path):
    try:
        return pathlib.Path(path).read_text()
    except (OSError, UnicodeDecodeError):
        return ""


def marked(marker):
    """The pids of all processes in whose environment the marker stands."""
    found = []
    for entry in os.listdir("/proc"):
        if not entry.isdigit():
            continue
        try:
            if marker in pathlib.Path(f"/proc/{entry}/environ").read_bytes():
                found.append(int(entry))
        except OSError:
            pass
    return found


def alive(pid):
    state = read(f"/proc/{pid}/stat").rpartition(")")[2].split()
    return bool(state) and state[0] not in "ZX"


def cpu_ms(pid):
    """User and system time; exact for a process of one thread, by the tick for others."""
    fields = read(f"/proc/{pid}/stat").rpartition(")")[2].split()
    if not fields:
        return 0.0
    if fields[17] == "1":
        exact = read(f"/proc/{pid}/schedstat").split()
        if exact and exact[0] != "0":
            return int(exact[0]) / 1e6
    return (int(fields[11]) + int(fields[12])) * TICK_NS / 1e6


def switches(pid):
    """Context switches of all threads, wanted and unwanted."""
    total = 0
    for status in pathlib.Path(f"/proc/{pid}/task").glob("*/status"):
        for line in read(status).splitlines():
            if "ctxt_switches" in line:
                total += int(line.split()[1])
    return total


def dirty_kb(pid):
    """(private dirty, proportional share of all dirty pages), in kB."""
    private = share = 0
    for line in read(f"/proc/{pid}/smaps_rollup").splitlines():
        if line.startswith("Private_Dirty:"):
            private = int(line.split()[1])
        elif line.startswith("Pss_Dirty:"):
            share = int(line.split()[1])
    return private, share


def middle(samples):
    return statistics.median(samples)


def spread(samples):
    """Half of the interquartile range."""
    if len(samples) < 3:
        return 0.0
    low, _, high = statistics.quantiles(samples, n=4)
    return (high - low) / 2


def lines_wrong(files, count):
    """Of `count` lines of app.c: how many are lost, how many torn (or told twice) in these log files. A prefix is allowed."""
    seen = bytearray(count)
    wrong = 0
    for file in files:
        for line in pathlib.Path(file).read_bytes().split(b"\n"):
            if not line:
                continue
            body = line[-99:]
            number = int(body[:10]) if body[:10].isdigit() else count
            if number >= count or seen[number] or body[10:] != b" " + bytes([97 + number % 26]) * 88:
                wrong += 1
            else:
                seen[number] = 1
    return count - sum(seen), wrong
