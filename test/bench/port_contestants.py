"""Who serves on one port in test/bench/cluster, each behind the same few operations, and what they serve.

A contestant that was asked for and does not run with as many workers as it should ends the bench.
"""

import json
import os
import pathlib
import signal
import socket
import subprocess
import sys
import time

SERVER = "require('http').createServer((q, r) => r.end(process.pid + '\\n')).listen(+process.argv[2], '127.0.0.1');\n"

# The same with work to do: a page of 250 rows, rendered for each request.
PAGE = """const rows = Array.from({ length: 250 }, (_, i) => ({ id: i, name: 'Tea & "biscuits" <' + i + '>', price: i * 1.37 }));
const safe = text => text.replace(/[&<>"]/g, c => '&#' + c.charCodeAt(0) + ';');
const row = one => '<tr><td>' + one.id + '<td>' + safe(one.name) + '<td>' + one.price.toFixed(2);
require('http').createServer((q, r) => r.end('<table>' + rows.map(row).join('') + '</table>')).listen(+process.argv[2], '127.0.0.1');
"""

# Answers what is under way when it is to end, and tells its clients to come again. Not by http's own close(): that drops connections
# whose next request it has not read yet.
GRACEFUL = """let ending = false;
const s = require('http').createServer((q, r) => { if (ending) r.setHeader('Connection', 'close'); r.end(process.pid + '\\n'); });
s.listen(+process.argv[2], '127.0.0.1');
const end = () => { ending = true; require('net').Server.prototype.close.call(s, () => process.exit(0)); };
process.on('SIGTERM', end);
process.on('SIGINT', end);
"""

# Node's own way: a primary that accepts and hands out.
CLUSTER = """const c = require('cluster');
if (c.isPrimary) { c.fork(); c.fork(); c.on('exit', () => c.fork()); } else require(process.argv[3]);
"""

SCRIPTS = {"server.js": SERVER, "page.js": PAGE, "graceful.js": GRACEFUL, "cluster.js": CLUSTER}


def children_of(pid):
    try:
        lists = [(task / "children").read_text() for task in pathlib.Path(f"/proc/{pid}/task").iterdir()]
    except OSError:
        return []
    return [int(word) for words in lists for word in words.split()]


class Contestant:
    name = ""
    tireless = ()  # options by which it restarts at once, however often

    def __init__(self, bench, folder, port):
        self.bench, self.folder, self.port = bench, folder, port
        self.env = dict(os.environ)
        folder.mkdir()
        for script, text in SCRIPTS.items():
            (folder / script).write_text(text)

    def call(self, *words):
        done = subprocess.run(words, env=self.env, cwd=self.folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              text=True, timeout=120)
        if done.returncode != 0:
            print(f"{self.name}: {' '.join(words[1:])}: {done.stdout}", file=sys.stderr)
        return done

    def parent(self):
        """Of the workers; none if there is nobody to restart them."""
        return None

    def processes(self):
        """Those that have a part in serving: the workers, and who hands them their connections or watches over them."""
        return self.workers()

    def await_port(self):
        for _ in range(500):
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                break
            except OSError:
                time.sleep(0.02)
        else:
            sys.exit(f"{self.name}: nothing listens")
        time.sleep(1)  # until the other worker does, too, and both have compiled what they run
        if len(self.workers()) != self.wanted:
            sys.exit(f"{self.name}: {self.wanted} workers were to run, there are {len(self.workers())}")


class Bare(Contestant):
    name = "bare node"
    wanted = 1
    can_reload = False

    def words(self, script):
        return ["node", script, str(self.port)]

    def begin(self, script="server.js", _=()):
        self.process = subprocess.Popen(self.words(script), cwd=self.folder, start_new_session=True)

    def workers(self):
        return [self.process.pid]

    def end(self):
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


class NodeCluster(Bare):
    name = "node cluster"
    wanted = 2

    def words(self, script):
        return ["node", "cluster.js", str(self.port), f"./{script}"]

    def workers(self):
        return children_of(self.process.pid)

    def parent(self):
        return self.process.pid

    def processes(self):
        return [self.process.pid, *self.workers()]


class Pm2(Contestant):
    name = "pm2 -i 2"
    tireless = ("--max-restarts", "1000000")
    wanted = 2
    can_reload = True

    def begin(self, script="server.js", options=()):
        self.env["PM2_HOME"] = str(self.folder / "pm2")
        self.binary = str(self.bench.pm2)
        self.call(self.binary, "start", script, "-i", "2", "--name", "web", *options, "--", str(self.port))

    def reload(self):
        self.call(self.binary, "reload", "web")

    def workers(self):
        return [app["pid"] for app in json.loads(self.call(self.binary, "jlist").stdout.splitlines()[-1]) if app["pid"]]

    def parent(self):
        return int((self.folder / "pm2" / "pm2.pid").read_text())

    def processes(self):
        return [self.parent(), *self.workers()]

    def end(self):
        self.call(self.binary, "kill")


class Forever(Contestant):
    name = "forever -i 2"
    tireless = ("--min-uptime", "100ms")
    wanted = 2
    can_reload = True

    def begin(self, script="server.js", options=()):
        self.env["FOREVER_HOME"] = str(self.folder / "forever")
        self.binary = str(self.bench.binary)
        self.call(self.binary, "start", script, "-i", "2", "--name", "web", "--wait", "--drain-timeout", "1s", *options,
                  "--", str(self.port))

    def reload(self):
        self.call(self.binary, "reload", "web")

    def workers(self):
        return [int(word) for word in self.call(self.binary, "pid", "web").stdout.split() if word.isdigit()]

    def parent(self):
        return json.loads(self.call(self.binary, "list", "--json").stdout)["apps"][0]["supervisor_pid"]

    def processes(self):
        return [self.parent(), *self.workers()]

    def end(self):
        self.call(self.binary, "delete", "web")


EVERYBODY = (Bare, NodeCluster, Pm2, Forever)
