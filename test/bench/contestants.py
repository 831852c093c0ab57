"""Who takes part in the bench: this program and its peers, each behind the same few operations.

Every process of a contestant carries a marker in its environment; by it the supervising processes are found and, at the
end, whatever is left over is ended. A contestant that is not installed says so and is left out.
"""

import json
import os
import pathlib
import shutil
import signal
import subprocess
import uuid

from measure import alive, marked, read, wait_until

BIG_LOG = "10485760"


class Contestant:
    name = ""
    programs = ()        # that must be found in PATH
    most_apps = 100      # more would take minutes
    has_logs = False
    has_stamps = False
    slow = False         # commands take hundreds of ms: fewer repetitions

    def __init__(self, bench):
        self.bench = bench
        self.folder = None

    def missing(self):
        lost = [program for program in self.programs if not shutil.which(program)]
        return f"{', '.join(lost)} not found" if lost else ""

    def open(self, folder):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True)
        self.marker = "BENCH_MARKER=" + uuid.uuid4().hex
        key, _, value = self.marker.partition("=")
        self.env = {**os.environ, key: value, "HOME": str(self.folder)}
        self.ready()

    def close(self):
        try:
            self.end()
        finally:
            self.sweep()

    def sweep(self):
        left = [pid for pid in marked(self.marker.encode()) if alive(pid)]
        while left:
            for pid in left:
                try:
                    os.kill(pid, signal.SIGKILL)
                except ProcessLookupError:
                    pass
            left = [pid for pid in marked(self.marker.encode()) if alive(pid)]
        # The files stay until the end of the run: for seconds after many deletions ext4 creates files ten times slower.

    def ready(self):
        """Starts what must run before the first app."""

    def end(self):
        """Ends it politely."""

    def prepare(self, app):
        """Writes what must be there before `start`; not timed."""

    def call(self, command):
        subprocess.run(command, env=self.env, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL, check=False)

    def again(self, app):
        """The command that starts a stopped app."""
        return self.start(app)

    def supervisors(self):
        """All marked processes but the apps themselves."""
        return [pid for pid in marked(self.marker.encode())
                if alive(pid) and os.path.realpath(f"/proc/{pid}/exe") != self.bench.app]

    def command_of(self, app):
        return [self.bench.app, *app.arguments]


class Forever(Contestant):
    name = "forever"
    most_apps = 1000
    has_logs = has_stamps = True

    def missing(self):
        return "" if os.access(self.bench.forever, os.X_OK) else f"{self.bench.forever} is not built"

    def ready(self):
        self.env["FOREVER_HOME"] = str(self.folder / "state")

    def end(self):
        pids = self.supervisors()
        self.call([self.bench.forever, "stopall"])
        self.call([self.bench.forever, "delete", "all"])
        for pid in pids:
            if alive(pid) and "forever" in read(f"/proc/{pid}/stat"):
                os.kill(pid, signal.SIGKILL)

    def told(self):
        done = subprocess.run([self.bench.forever, "list", "--json"], env=self.env, capture_output=True, check=False)
        return json.loads(done.stdout)["apps"] if done.stdout else []

    def supervisors(self):
        pids = [app.get(key) for app in self.told() for key in ("supervisor_pid", "keeper_pid")]
        return [pid for pid in pids if pid]

    def start(self, app):
        options = []
        if app.settings.get("killed"):   # so often that it would be taken for a crash loop
            options += ["--min-uptime", "0"]
        if app.settings.get("stamps"):
            options.append("--log-time")
        if app.settings.get("logs"):
            options += ["--log-max-size", "10M", "--log-keep", "20"]
        return [self.bench.forever, "start", *options, "--name", app.name, self.bench.app, "--", *app.arguments]

    def again(self, app):
        return [self.bench.forever, "start", app.name]

    def listing(self):
        return [self.bench.forever, "list"]

    def stop(self, app):
        return [self.bench.forever, "stop", app.name]

    def stop_all(self):
        return [self.bench.forever, "stopall"]

    def restart(self, app):
        return [self.bench.forever, "restart", app.name]

    def logs(self, app):
        return sorted((self.folder / "state" / "logs").glob(f"{app.name}.out.log*"))


class Bare(Contestant):
    """No supervisor: the app spawned and nothing more."""
    name = "bare spawn"
    most_apps = 0

    def start(self, app):
        return self.command_of(app)


class Loop(Contestant):
    """while :; do app; done, put into the background by a shell that returns: near the bare limit of fork and exec."""
    name = "shell loop"

    def start(self, app):
        return ["/bin/sh", "-c", 'while :; do "$0" "$@"; done &', *self.command_of(app)]


class ScanFolder(Contestant):
    """The daemontools family: a folder of services that a scanner watches."""
    scanner = ()
    logger = ""
    stamped_logger = ""
    has_logs = has_stamps = True

    def ready(self):
        self.scan = self.folder / "scan"
        self.scan.mkdir()
        with open(os.devnull, "r+b") as null:
            self.process = subprocess.Popen([*self.scanner, str(self.scan)], env=self.env, stdin=null, stdout=null,
                                            stderr=null, start_new_session=True)

    def end(self):
        for service in self.services():
            os.unlink(service)
        self.process.kill()
        self.process.wait()

    def prepare(self, app):
        service = self.folder / "services" / app.name
        service.mkdir(parents=True)
        self.script(service / "run", "exec " + " ".join(self.command_of(app)))
        if app.settings.get("logs"):
            (service / "log" / "main").mkdir(parents=True)
            (service / "log" / "main" / "config").write_text(f"s{BIG_LOG}\nn20\n")
            self.script(service / "log" / "run",
                        "exec " + (self.stamped_logger if app.settings.get("stamps") else self.logger))

    @staticmethod
    def script(path, line):
        path.write_text(f"#!/bin/sh\n{line}\n")
        path.chmod(0o755)

    def service(self, app):
        return str(self.scan / app.name)

    def services(self):
        return sorted(str(service) for service in self.scan.iterdir() if service.is_symlink())

    def start(self, app):
        return ["ln", "-s", str(self.folder / "services" / app.name), self.service(app)]

    def logs(self, app):
        folder = self.folder / "services" / app.name / "log" / "main"
        return [file for file in sorted(folder.iterdir()) if file.name[0] in "@c" and file.name != "config"]


class S6(ScanFolder):
    name = "s6"
    programs = ("s6-svscan", "s6-svscanctl", "s6-svc", "s6-svstat", "s6-log")
    scanner = ("s6-svscan",)
    logger = f"s6-log n20 s{BIG_LOG} ./main"
    stamped_logger = f"s6-log n20 s{BIG_LOG} T ./main"

    def start(self, app):
        return ["/bin/sh", "-c", 'ln -s "$0" "$1" && exec s6-svscanctl -a "$2"',
                str(self.folder / "services" / app.name), self.service(app), str(self.scan)]

    def again(self, app):
        return ["s6-svc", "-u", self.service(app)]

    def listing(self):
        return ["/bin/sh", "-c", 'for s in "$0"/*; do s6-svstat "$s"; done', str(self.scan)]

    def stop(self, app):
        return ["s6-svc", "-wD", "-d", self.service(app)]

    def stop_all(self):
        return ["/bin/sh", "-c", 'for s in "$0"/*; do s6-svc -wD -d "$s" & done; wait', str(self.scan)]

    def restart(self, app):
        return ["s6-svc", "-wr", "-r", self.service(app)]


class Runit(ScanFolder):
    name = "runit"
    programs = ("runsvdir", "sv", "svlogd")
    scanner = ("runsvdir", "-P")
    logger = "svlogd ./main"
    stamped_logger = "svlogd -tt ./main"

    def again(self, app):
        return ["sv", "up", self.service(app)]

    def listing(self):
        return ["sv", "status", *self.services()]

    def stop(self, app):
        return ["sv", "stop", self.service(app)]

    def stop_all(self):
        return ["sv", "stop", *self.services()]

    def restart(self, app):
        return ["sv", "restart", self.service(app)]


class Daemontools(ScanFolder):
    name = "daemontools"
    programs = ("svscan", "svc", "svstat", "multilog")
    scanner = ("svscan",)
    logger = f"multilog n20 s{BIG_LOG} ./main"
    stamped_logger = f"multilog t n20 s{BIG_LOG} ./main"

    def again(self, app):
        return ["svc", "-u", self.service(app)]

    def listing(self):
        return ["svstat", *self.services()]

    def stop(self, app):
        return ["svc", "-d", self.service(app)]

    def stop_all(self):
        return ["svc", "-d", *self.services()]

    def restart(self, app):
        return ["svc", "-t", self.service(app)]


class Supervisord(Contestant):
    name = "supervisord"
    programs = ("supervisord", "supervisorctl")
    has_logs = True
    slow = True

    def ready(self):
        self.settings = self.folder / "supervisord.conf"
        self.settings.write_text(f"""[unix_http_server]
file={self.folder}/socket
[supervisord]
logfile={self.folder}/supervisord.log
pidfile={self.folder}/supervisord.pid
childlogdir={self.folder}
[rpcinterface:supervisor]
supervisor.rpcinterface_factory=supervisor.rpcinterface:make_main_rpcinterface
[supervisorctl]
serverurl=unix://{self.folder}/socket
""")
        self.call(["supervisord", "-c", str(self.settings)])
        wait_until(lambda: (self.folder / "socket").exists(), 10, "supervisord")

    def control(self, *words):
        return ["supervisorctl", "-c", str(self.settings), *words]

    def end(self):
        self.call(self.control("shutdown"))

    def prepare(self, app):
        self.prepare_many([app])

    def prepare_many(self, apps):
        with open(self.settings, "a", encoding="utf-8") as settings:
            for app in apps:
                seconds = 1 if app.settings.get("looping") else 0
                settings.write(f"""[program:{app.name}]
command={" ".join(self.command_of(app))}
autostart=false
autorestart=true
startsecs={seconds}
stdout_logfile={self.folder}/{app.name}.out.log
stdout_logfile_maxbytes={BIG_LOG}
stdout_logfile_backups=20
""")
        self.call(self.control("update"))

    def start(self, app):
        return self.control("start", app.name)

    def start_many(self, apps):
        return [self.control("start", *(app.name for app in apps))]

    def listing(self):
        return self.control("status")

    def stop(self, app):
        return self.control("stop", app.name)

    def stop_all(self):
        return self.control("stop", "all")

    def restart(self, app):
        return self.control("restart", app.name)

    def logs(self, app):
        return sorted(self.folder.glob(f"{app.name}.out.log*"))


class FromNpm(Contestant):
    """A peer that npm installs into the bench's own folder."""
    package = ""
    slow = True
    has_logs = True

    def missing(self):
        if not shutil.which("node"):
            return "node not found"
        return "" if self.binary().exists() else f"npm package {self.package} not installed"

    def binary(self):
        return self.bench.npm / "node_modules" / ".bin" / self.package


class Pm2(FromNpm):
    name = "pm2"
    package = "pm2"
    has_stamps = True

    def ready(self):
        self.env["PM2_HOME"] = str(self.folder / "pm2")
        self.call([str(self.binary()), "ping"])

    def end(self):
        self.call([str(self.binary()), "kill"])

    def start(self, app):
        stamps = ["--time"] if app.settings.get("stamps") else []
        return [str(self.binary()), "start", self.bench.app, "--name", app.name, "--interpreter", "none", *stamps, "--",
                *app.arguments]

    def start_many(self, apps):
        file = self.folder / f"many-{len(list(self.folder.glob('many*')))}.json"
        file.write_text(json.dumps({"apps": [{"name": app.name, "script": self.bench.app, "interpreter": "none",
                                              "args": app.arguments} for app in apps]}))
        return [[str(self.binary()), "start", str(file)]]

    def again(self, app):
        return [str(self.binary()), "start", app.name]

    def listing(self):
        return [str(self.binary()), "list"]

    def stop(self, app):
        return [str(self.binary()), "stop", app.name]

    def stop_all(self):
        return [str(self.binary()), "stop", "all"]

    def restart(self, app):
        return [str(self.binary()), "restart", app.name]

    def logs(self, app):
        return sorted((self.folder / "pm2" / "logs").glob(f"{app.name}-out*.log"))


class NpmForever(FromNpm):
    name = "npm forever"
    package = "forever"
    most_apps = 10       # a Node process an app: 100 take 2.2 GB and half a minute

    def ready(self):
        self.env["FOREVER_ROOT"] = str(self.folder / "root")
        self.env.pop("FOREVER_HOME", None)

    def end(self):
        self.call([str(self.binary()), "stopall"])

    def start(self, app):
        out = str(self.folder / f"{app.name}.out.log")
        return [str(self.binary()), "start", "--uid", app.name, "-a", "-o", out, "--minUptime", "1", "--spinSleepTime", "0",
                "-c", self.bench.app, *app.arguments]

    def again(self, app):
        return self.start(app)

    def listing(self):
        return [str(self.binary()), "list"]

    def stop(self, app):
        return [str(self.binary()), "stop", app.name]

    def stop_all(self):
        return [str(self.binary()), "stopall"]

    def restart(self, app):
        return [str(self.binary()), "restart", app.name]

    def logs(self, app):
        return sorted(self.folder.glob(f"{app.name}.out.log*"))


EVERYBODY = (Forever, Bare, Loop, S6, Runit, Daemontools, Supervisord, Pm2, NpmForever)
