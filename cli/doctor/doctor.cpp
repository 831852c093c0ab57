#include "cli/doctor/doctor.hpp"

#include "text/printable.hpp"
#include "text/units.hpp"

namespace forever::cli {
namespace {

using Level = Finding::Level;

constexpr std::uint64_t kFewWatches = 65536;  // one for each directory that is watched
constexpr std::uint64_t kFewInstances = 128;  // one for each app, and all that the user's other programs have
constexpr std::uint64_t kFewFiles = 1024;
constexpr std::uint64_t kFewProcesses = 512;
constexpr std::uint64_t kLittleDisk = 64U << 20U;
constexpr unsigned kNoPtrace = 3;  // Yama: no process may
constexpr unsigned kManyFailures = 5;

bool has_word(const std::string& text, const std::string& word) {
  return (" " + text + " ").find(" " + word + " ") != std::string::npos;
}

Finding logind(const Surroundings& machine) {
  if (!machine.kill_user_processes) return {"logind", Level::ok, "no logind that kills users' processes", {}};
  if (!*machine.kill_user_processes) return {"logind", Level::ok, "apps outlive the session that started them", {}};
  if (machine.root) return {"logind", Level::ok, "KillUserProcesses=yes, but root's processes are excluded", {}};
  if (machine.lingers) return {"logind", Level::ok, "KillUserProcesses=yes, but " + machine.user + " lingers", {}};
  return {
      "logind", Level::wrong,
      "KillUserProcesses=yes: all apps are killed when the last session of " + machine.user + " ends",
      "loginctl enable-linger " + machine.user + ", and start the apps from a service (systemd-run --user --scope)"};
}

Finding inotify(const Surroundings& machine) {
  if (!machine.inotify_watches) return {"inotify", Level::note, "no inotify; watching uses polling", {}};
  const std::uint64_t instances = machine.inotify_instances.value_or(kFewInstances);
  const std::string text = std::to_string(*machine.inotify_watches) + " watches and " + std::to_string(instances) +
                           " instances for each user";
  if (*machine.inotify_watches >= kFewWatches && instances >= kFewInstances) return {"inotify", Level::ok, text, {}};
  return {"inotify", Level::wrong, text + " are too few to watch large trees",
          "sysctl fs.inotify.max_user_watches=524288 fs.inotify.max_user_instances=512, and the same in /etc/sysctl.d"};
}

void limits(const Surroundings& machine, std::vector<Finding>& into) {
  if (machine.open_files) {
    const std::string text = std::to_string(*machine.open_files) + " open files for each process";
    if (*machine.open_files >= kFewFiles) {
      into.push_back({"ulimit", Level::ok, text, {}});
    } else {
      into.push_back({"ulimit", Level::wrong, text + " are few, and apps started from here inherit this limit",
                      machine.open_files_most.value_or(0) >= kFewFiles
                          ? "ulimit -n 4096 before `forever start`"
                          : "raise nofile in /etc/security/limits.d, or LimitNOFILE= of the service"});
    }
  }
  if (machine.processes && *machine.processes < kFewProcesses)
    into.push_back({"ulimit", Level::wrong, std::to_string(*machine.processes) + " processes for this user are few",
                    "raise nproc in /etc/security/limits.d, or TasksMax= of the service"});
}

Finding seccomp(const Surroundings& machine) {
  constexpr const char* kInstead = "give each instance its own port; FOREVER_INSTANCE contains its slot";
  if (!machine.user_notification)
    return {"seccomp", Level::note, "no seccomp: instances cannot share a port unless the program supports it",
            kInstead};
  if (!*machine.user_notification)
    return {
        "seccomp", Level::note,
        "seccomp without user notification (Linux 5.0): instances cannot share a port unless the program supports it",
        kInstead};
  if (machine.ptrace_scope == kNoPtrace)
    return {"seccomp", Level::note,
            "kernel.yama.ptrace_scope is 3: instances cannot share a port unless the program supports it",
            "boot with kernel.yama.ptrace_scope=1"};
  return {"seccomp", Level::ok, "instances can share a port", {}};
}

Finding cgroup(const Surroundings& machine) {
  if (!machine.cgroup_delegated)
    return {"cgroup", Level::note, "no cgroup of version 2: no limits by cgroup",
            "boot with systemd.unified_cgroup_hierarchy=1"};
  if (!*machine.cgroup_delegated)
    return {"cgroup", Level::note, "the cgroup of this process is not delegated: no limits by cgroup",
            "run in a service with Delegate=yes, or systemd-run --user --scope -p Delegate=yes"};
  for (const char* controller : {"memory", "cpu"}) {
    if (!has_word(machine.cgroup_controllers, controller))
      return {"cgroup", Level::note,
              std::string{"the cgroup of this process has no "} + controller + " controller: no such limits",
              "boot with systemd.unified_cgroup_hierarchy=1; in a service: Delegate=memory cpu"};
  }
  return {"cgroup", Level::ok, "memory and processor can be limited by cgroups", {}};
}

Finding disk(const ExaminedDisk& disk) {
  if (!disk.facts)
    return {"disk", Level::wrong, disk.what + " cannot be examined", "check that its file system is mounted"};
  const DiskFacts& facts = *disk.facts;
  const std::string free =
      format_size(facts.free_bytes) + " of " + format_size(facts.total_bytes) + " free for " + disk.what;
  if (facts.free_bytes < kLittleDisk && facts.free_bytes < facts.total_bytes / 10)
    return {"disk", Level::wrong, free + ": log output is dropped when the disk is full",
            "free some space; `forever flush APP` empties logs"};
  if (facts.total_files > 0 && facts.free_files < facts.total_files / 100)
    return {"disk", Level::wrong, "almost no inode is free for " + disk.what, "remove files"};
  return {"disk", Level::ok, free, {}};
}

void app_findings(const ExaminedApp& app, std::vector<Finding>& into) {
  const std::string name = printable(app.name);
  if (app.foreign) {
    into.push_back({"state", Level::wrong, name + " is kept by another machine or container",
                    "stop it there; if that is gone: forever delete " + name + " --force"});
    return;
  }
  if (!app.trouble.empty())
    into.push_back({"state", Level::wrong, name + ": " + app.trouble, "start it again, or: forever delete " + name});
  if (app.state == "unsupervised")
    into.push_back({"state", Level::wrong, name + " runs without a supervisor", "forever list"});
  if (app.state == "errored")
    into.push_back({"state", Level::wrong, name + " is errored and is not restarted",
                    "forever describe " + name + ", and when the cause is fixed: forever start " + name});
  const std::string mend = "forever logs " + name + ", forever describe " + name;
  if (app.state == "crashing" || app.state == "backoff") {
    const bool waits = app.state == "backoff";
    into.push_back({"state", Level::wrong,
                    name + (waits ? " is in back-off" : " is crashing") +
                        (app.last_failure.empty() ? "" : ": " + app.last_failure),
                    mend});
  } else if (app.state == "online" && app.failures >= kManyFailures) {
    into.push_back({"state", Level::note,
                    name + " has failed " + std::to_string(app.failures) + " times within an hour: " + app.last_failure,
                    mend});
  }
  if (app.state == "stopped" && app.wanted)
    into.push_back({"state", Level::wrong, name + " was online before the last boot", "forever start " + name});
  if (app.other_binary)
    into.push_back({"version", Level::wrong, "the supervisor of " + name + " runs another binary than this command",
                    "forever upgrade " + name});
}

}  // namespace

std::vector<Finding> examine(const Surroundings& machine, const std::vector<ExaminedDisk>& disks,
                             const std::vector<ExaminedApp>& apps) {
  std::vector<Finding> findings{logind(machine), inotify(machine)};
  limits(machine, findings);
  findings.push_back(seccomp(machine));
  findings.push_back(cgroup(machine));
  for (const ExaminedDisk& one : disks) findings.push_back(disk(one));
  const std::size_t before = findings.size();
  for (const ExaminedApp& app : apps) app_findings(app, findings);
  if (findings.size() == before)
    findings.push_back(
        {"state",
         Level::ok,
         std::to_string(apps.size()) + (apps.size() == 1 ? " app" : " apps") + " recorded, no problems found",
         {}});
  return findings;
}

}  // namespace forever::cli
