"""The rows of the bench that are about restart on change: forever beside nodemon and pm2 --watch."""

import json
import os
import subprocess
import time

from contestants import FromNpm, Forever, Pm2
from measure import App, cpu_ms, dirty_kb, wait_until

MS = 1_000_000


class WatchingForever(Forever):
    rest, saves = 0.2, 30   # seconds until the next save may come; how many

    def watch(self, app, tree, quick):
        delay = ["--watch-delay", "0"] if quick else []
        self.call([self.bench.forever, "start", "--name", app.name, f"--watch={tree}", *delay, self.bench.app, "--",
                   *app.arguments])


class WatchingPm2(Pm2):
    rest, saves = 1.2, 5

    def watch(self, app, tree, quick):
        file = self.folder / f"{app.name}.json"
        file.write_text(json.dumps({"apps": [{"name": app.name, "script": self.bench.app, "interpreter": "none",
                                              "args": app.arguments, "watch": [str(tree)],
                                              **({"watch_delay": 1} if quick else {})}]}))
        self.call([str(self.binary()), "start", str(file)])


class Nodemon(FromNpm):
    name = package = "nodemon"
    rest, saves = 1.2, 5

    def end(self):
        for process in self.processes:
            process.terminate()
            process.wait()

    def ready(self):
        self.processes = []

    def watch(self, app, tree, quick):
        delay = ["--delay", "1ms"] if quick else []
        command = [str(self.binary()), "--quiet", "--watch", str(tree), "--ext", "js", *delay, "--exec",
                   " ".join([self.bench.app, *app.arguments])]
        self.processes.append(subprocess.Popen(command, env=self.env, cwd=self.folder, stdin=subprocess.DEVNULL,
                                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))

    def supervisors(self):
        return [pid for pid in super().supervisors() if os.path.basename(os.path.realpath(f"/proc/{pid}/exe")) == "node"]


WATCHERS = (WatchingForever, Nodemon, WatchingPm2)


def watchers(bench):
    taking = {contestant.name for contestant in bench.taking}
    for kind in WATCHERS:
        one = kind(bench)
        if one.missing() or (one.name != "nodemon" and one.name not in taking):
            continue
        yield one


def make_tree(folder, folders, files):
    for number in range(folders):
        below = folder / f"d{number // 50}" / f"e{number % 50}"
        below.mkdir(parents=True)
        for file in range(files):
            (below / f"f{file}.js").touch()
    (folder / "main.js").touch()
    return folder


def add(samples, contestant, **figures):
    for figure, value in figures.items():
        samples.setdefault(contestant.name, {}).setdefault(figure, []).append(value)


def save(bench):
    """save of a watched file to the first instruction of the next (shortest quiet period / default), ms"""
    samples = {}
    for contestant in watchers(bench):
        for quick in (True, False):
            with bench.opened(contestant):
                tree = make_tree(contestant.folder / "tree", 1, 1)
                app = App(contestant.folder, "app0")
                contestant.watch(app, tree, quick)
                app.wait_birth(1)
                time.sleep(2)   # some have the app run before they watch
                for turn in range(min(bench.repeat * 2, contestant.saves)):
                    count = len(app.births())
                    (tree / "main.js~").write_text(str(turn))
                    saved = time.monotonic_ns()
                    os.rename(tree / "main.js~", tree / "main.js")
                    born = app.wait_birth(count + 1)[1]
                    add(samples, contestant, **{"quick" if quick else "plain": (born - saved) / MS})
                    time.sleep(contestant.rest if quick else 1.2)
    return samples


def tree(bench):
    """watched tree of 10,000 files in 1,000 folders: start until the app runs, ms / private dirty kB / CPU ms in 10 s after 1000 saves"""
    samples = {}
    for contestant in watchers(bench):
        with bench.opened(contestant):
            folder = make_tree(contestant.folder / "tree", 1000, 10)
            app = App(contestant.folder, "app0")
            begun = time.monotonic_ns()
            contestant.watch(app, folder, False)
            born = app.wait_birth(1)[1]
            time.sleep(5)
            pids = contestant.supervisors()
            private = sum(dirty_kb(pid)[0] for pid in pids)
            before = sum(cpu_ms(pid) for pid in pids)
            for number in range(1000):
                (folder / "d0" / f"e{number % 50}" / "f0.js").write_text("x")
            wait_until(lambda: len(app.births()) > 1, 20, "a restart")
            time.sleep(10)
            add(samples, contestant, runs=(born - begun) / MS, private=private,
                cpu=sum(cpu_ms(pid) for pid in pids) - before)
    return samples


def arm(bench):
    """start with a watched tree of 100,000 files in 2,000 folders: the app runs, all being watched, ms / private dirty kB"""
    samples = {}
    for contestant in watchers(bench):
        if contestant.name != "forever":
            continue
        with bench.opened(contestant):
            folder = make_tree(contestant.folder / "tree", 2000, 50)
            app = App(contestant.folder, "app0")
            begun = time.monotonic_ns()
            contestant.watch(app, folder, False)
            born = app.wait_birth(1)[1]
            add(samples, contestant, runs=(born - begun) / MS,
                private=sum(dirty_kb(pid)[0] for pid in contestant.supervisors()))
    return samples
