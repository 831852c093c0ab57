"""The rows of the bench: each does one kind of work with every contestant, interleaved, and returns samples.

A row returns {contestant: {figure: [samples]}}; the same figures, in the order of FIGURES, make its cells.
"""

import os
import signal
import time

from measure import App, alive, cpu_ms, dirty_kb, lines_wrong, switches, wait_until
from watching import arm, save, tree

MS = 1_000_000


class Samples(dict):
    def add(self, contestant, **figures):
        for figure, value in figures.items():
            self.setdefault(contestant.name, {}).setdefault(figure, []).append(value)


def births(apps):
    return all(app.births() for app in apps)


def bring_up(bench, contestant, apps):
    """Starts the apps, waits until all run, returns (first command at, last command back)."""
    if not apps:
        return 0, 0
    if contestant.name == "bare spawn":
        first, last, _ = bench.spawner.batch([contestant.start(app) for app in apps], contestant.env, wait=False)
    else:
        if hasattr(contestant, "prepare_many"):
            contestant.prepare_many(apps)
        else:
            for app in apps:
                contestant.prepare(app)
        many = contestant.start_many(apps) if hasattr(contestant, "start_many") and len(apps) > 1 else None
        first, last, failed = bench.spawner.batch(many or [contestant.start(app) for app in apps], contestant.env)
        if failed:
            raise RuntimeError(f"{contestant.name}: start failed {failed} times")
    wait_until(lambda: births(apps), 90, f"{len(apps)} apps of {contestant.name}")
    return first, last


def make_apps(contestant, first, end, *arguments, **settings):
    return [App(contestant.folder, f"app{number:04d}", *arguments, **settings) for number in range(first, end)]


def start(bench):
    """start of a new app: command returns / app runs, ms"""
    samples = Samples()
    with bench.everybody() as contestants:
        for turn in range(bench.repeat):
            for contestant in contestants:
                if contestant.slow and turn >= bench.slow_repeat:
                    continue
                app, = make_apps(contestant, turn, turn + 1)
                first, last = bring_up(bench, contestant, [app])
                samples.add(contestant, returns=(last - first) / MS, runs=(app.births()[0][1] - first) / MS)
    return samples


def listing(bench):
    """list of 1 / 10 / 100 / 1000 apps, ms"""
    samples = Samples()
    with bench.everybody(without=("bare spawn", "shell loop")) as contestants:
        before = 0
        for count in (1, 10, 100, 1000):
            taking = [one for one in contestants if one.most_apps >= count]
            for contestant in taking:
                bring_up(bench, contestant, make_apps(contestant, before, count))
            for turn in range(bench.repeat):
                for contestant in taking:
                    if contestant.slow and turn >= bench.slow_repeat:
                        continue
                    spawned, returned, _, _ = bench.spawner.run(contestant.listing(), contestant.env)
                    samples.add(contestant, **{f"of {count}": (returned - spawned) / MS})
            before = count
    return samples


def crash(bench):
    """kill -9 to the first instruction of the next (app old / young), ms"""
    samples = Samples()
    with bench.everybody(without=("bare spawn",)) as contestants:
        apps = {contestant.name: make_apps(contestant, 0, 1, killed=True)[0] for contestant in contestants}
        for contestant in contestants:
            bring_up(bench, contestant, [apps[contestant.name]])
        for _ in range(bench.repeat):
            for contestant in contestants:
                app = apps[contestant.name]
                wait_until(lambda: time.monotonic_ns() - app.births()[-1][1] > 1300 * MS, 10, "an old app")
                for age in ("old", "young"):
                    count = len(app.births())
                    pid = app.pid()
                    time.sleep(0.02)
                    sent, _ = bench.spawner.kill([pid], signal.SIGKILL)
                    born = app.wait_birth(count + 1)[1]
                    samples.add(contestant, **{age: (born - sent) / MS})
    return samples


def memory(bench):
    """dirty memory per app, 10 -> 100 apps: private / share of all, kB"""
    samples = Samples()
    os.sync()   # pages of a new binary that are not on disk yet would count as dirty
    for contestant in bench.contestants(without=("bare spawn", "npm forever")):
        with bench.opened(contestant):
            seen = []
            for before, count in ((0, 10), (10, 100)):
                bring_up(bench, contestant, make_apps(contestant, before, count))
                time.sleep(0.5)
                pages = [dirty_kb(pid) for pid in contestant.supervisors()]
                seen.append([sum(column) for column in zip(*pages)])
            private, share = ((after - early) / 90 for early, after in zip(*seen))
            samples.add(contestant, private=private, share=share)
    return samples


def idle(bench):
    """10 idle apps: context switches / CPU ms"""
    samples = Samples()
    with bench.everybody(without=("bare spawn",)) as contestants:
        for contestant in contestants:
            bring_up(bench, contestant, make_apps(contestant, 0, 10))
        time.sleep(3)
        pids = {contestant.name: contestant.supervisors() for contestant in contestants}
        before = {name: [(switches(pid), cpu_ms(pid)) for pid in some] for name, some in pids.items()}
        time.sleep(bench.idle_seconds)
        for contestant in contestants:
            now = [(switches(pid), cpu_ms(pid)) for pid in pids[contestant.name]]
            changes = [(s - t, c - d) for (s, c), (t, d) in zip(now, before[contestant.name])]
            samples.add(contestant, switches=sum(s for s, _ in changes), cpu=sum(c for _, c in changes))
    return samples


def size_of(file):
    try:
        return os.stat(file).st_size
    except FileNotFoundError:   # just being rotated
        return 0


def talking(bench, mode, stamps):
    samples = Samples()
    for _ in range(bench.log_repeat):
        for contestant in bench.contestants():
            if not contestant.has_logs or (stamps and not contestant.has_stamps):
                continue
            with bench.opened(contestant):
                app, = make_apps(contestant, 0, 1, mode, bench.lines, logs=True, stamps=stamps)
                contestant.prepare(app)
                bench.spawner.run(contestant.start(app), contestant.env)
                pid = app.wait_birth(1)[0]
                size, moved = -1, time.monotonic()
                # The app sleeps when all is written; the log is complete when it no longer grows.
                while time.monotonic() - moved < 1.0:
                    new = sum(size_of(file) for file in contestant.logs(app)), cpu_ms(pid)
                    if new != size:
                        size, moved = new, time.monotonic()
                    time.sleep(0.05)
                cpu = sum(cpu_ms(one) for one in contestant.supervisors())
                lost, torn = lines_wrong(contestant.logs(app), bench.lines)
                samples.add(contestant, cpu=cpu, wrong=lost + torn)
    return samples


def blocks(bench):
    """10^6 lines x 100 B written in blocks: supervisor CPU ms / lines lost or torn"""
    return talking(bench, "blocks", False)


def lines(bench):
    """the same written line by line"""
    return talking(bench, "lines", False)


def stamps(bench):
    """the same in blocks, with time stamps"""
    return talking(bench, "blocks", True)


def stop(bench):
    """stop of an obedient app: command returns / app gone, ms"""
    samples = Samples()
    with bench.everybody(without=("shell loop",)) as contestants:
        apps = {contestant.name: make_apps(contestant, 0, 1)[0] for contestant in contestants}
        for contestant in contestants:
            bring_up(bench, contestant, [apps[contestant.name]])
        for turn in range(bench.repeat):
            for contestant in contestants:
                if contestant.slow and turn >= bench.slow_repeat:
                    continue
                app = apps[contestant.name]
                count = len(app.births())
                time.sleep(0.02)
                if contestant.name == "bare spawn":
                    sent, (gone,) = bench.spawner.kill([app.pid()], signal.SIGTERM)
                    samples.add(contestant, returns=(gone - sent) / MS, gone=(gone - sent) / MS)
                    bring_up(bench, contestant, [app])
                else:
                    spawned, returned, _, (gone,) = bench.spawner.run(contestant.stop(app), contestant.env, [app.pid()])
                    samples.add(contestant, returns=(returned - spawned) / MS, gone=(gone - spawned) / MS)
                    bench.spawner.run(contestant.again(app), contestant.env)
                app.wait_birth(count + 1)
    return samples


def hundred(bench):
    """100 apps in a row: start until the last runs / stop until all are gone, ms"""
    samples = Samples()
    for turn in range(bench.log_repeat):
        for contestant in bench.contestants(without=("bare spawn",)):
            if contestant.most_apps < 100 or (contestant.slow and turn):
                continue
            with bench.opened(contestant):
                apps = make_apps(contestant, 0, 100)
                first, _ = bring_up(bench, contestant, apps)
                born = max(app.births()[0][1] for app in apps)
                samples.add(contestant, start=(born - first) / MS)
                time.sleep(0.3)
                pids = [app.pid() for app in apps]
                if contestant.name == "shell loop":
                    sent, gone = bench.spawner.kill(contestant.supervisors() + pids, signal.SIGTERM)
                    samples.add(contestant, stop=(max(gone) - sent) / MS)
                else:
                    spawned, returned, _, gone = bench.spawner.run(contestant.stop_all(), contestant.env, pids)
                    samples.add(contestant, stop=(max([returned, *gone]) - spawned) / MS)
    return samples


def restart(bench):
    """restart: command returns / next runs, ms"""
    samples = Samples()
    with bench.everybody(without=("bare spawn", "shell loop")) as contestants:
        apps = {contestant.name: make_apps(contestant, 0, 1)[0] for contestant in contestants}
        for contestant in contestants:
            bring_up(bench, contestant, [apps[contestant.name]])
        for turn in range(bench.repeat):
            for contestant in contestants:
                if contestant.slow and turn >= bench.slow_repeat:
                    continue
                app = apps[contestant.name]
                count = len(app.births())
                wait_until(lambda: time.monotonic_ns() - app.births()[-1][1] > 1100 * MS, 10, "an old app")
                spawned, returned, _, _ = bench.spawner.run(contestant.restart(app), contestant.env)
                born = app.wait_birth(count + 1)[1]
                samples.add(contestant, returns=(returned - spawned) / MS, runs=(born - spawned) / MS)
    return samples


def loop(bench):
    """app that exits at once, 6 s: starts / supervisor CPU ms"""
    samples = Samples()
    for contestant in bench.contestants(without=("bare spawn",)):
        with bench.opened(contestant):
            app, = make_apps(contestant, 0, 1, "exit", looping=True)
            contestant.prepare(app)
            bench.spawner.batch([contestant.start(app)], contestant.env, wait=False)
            app.wait_birth(1)
            pids = contestant.supervisors()
            before = {pid: cpu_ms(pid) for pid in pids}
            time.sleep(6)
            spent = sum(cpu_ms(pid) - before.get(pid, 0) for pid in contestant.supervisors() if alive(pid))
            samples.add(contestant, starts=len(app.births()), cpu=spent)
    return samples


ROWS = {"start": start, "list": listing, "crash": crash, "memory": memory, "idle": idle, "blocks": blocks, "lines": lines,
        "stamps": stamps, "stop": stop, "hundred": hundred, "restart": restart, "loop": loop, "save": save,
        "tree": tree, "arm": arm}
