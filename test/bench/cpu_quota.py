"""Processes that are held to a share of a core, as those in most containers are (cgroups(7), cpu.max; cpu.cfs_quota_us of version 1)."""

import os
import pathlib
import time

ROOT = pathlib.Path("/sys/fs/cgroup")
PERIOD = 10_000  # microseconds


class CpuQuota:
    """Each of `pids` alone in a group with `share` of one core. OSError: no right to make groups, or no such controller here."""

    def __init__(self, pids, share):
        self.groups = []
        first = ROOT / "cpu" if (ROOT / "cpu" / "cpu.cfs_quota_us").exists() else ROOT
        for pid in pids:
            group = first / f"forever-bench-{os.getpid()}-{pid}"
            group.mkdir()
            self.groups.append(group)
            if first == ROOT:
                (group / "cpu.max").write_text(f"{int(PERIOD * share)} {PERIOD}")
            else:
                (group / "cpu.cfs_period_us").write_text(str(PERIOD))
                (group / "cpu.cfs_quota_us").write_text(str(int(PERIOD * share)))
            (group / "cgroup.procs").write_text(str(pid))

    def remove(self):
        """Once the processes have ended."""
        for group in self.groups:
            for _ in range(500):
                try:
                    group.rmdir()
                    break
                except OSError:
                    time.sleep(0.01)
