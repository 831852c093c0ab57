#include "platform/cgroup.hpp"

#include <sys/xattr.h>

#include <array>
#include <cerrno>
#include <charconv>

#include "platform/files.hpp"
#include "platform/posix/sys.hpp"
#include "platform/users.hpp"

namespace forever {
namespace {

// systemd mounts it there; beside version 1 ("hybrid") one below.
constexpr std::array<const char*, 2> kMounts{"/sys/fs/cgroup", "/sys/fs/cgroup/unified"};
constexpr std::string_view kLeaf = "/forever-others";  // where the members of a place are put aside
constexpr std::uint64_t kPeriod = 100'000;             // microseconds, cpu.max's default
constexpr int kMoves = 100;                            // rounds: members fork while they are moved
constexpr const char* kRemedy =
    "; run it in a service with Delegate=yes, or by `systemd-run --user --scope -p Delegate=yes forever start ...`";

std::string text_of(const std::string& path) {
  auto text = read_file(path, 1U << 20U);
  return text ? std::move(*text) : std::string{};
}

// A file of the kernel's takes a value in one write, and is never made by us.
Status put(const std::string& path, std::string_view value) {
  const Handle file{sys::uninterrupted([&] { return sys::open(path.c_str(), O_WRONLY | O_CLOEXEC); })};
  if (!file) return last_error("open " + path);
  if (sys::uninterrupted([&] { return sys::write(file.get(), value.data(), value.size()); }) < 0)
    return last_error("write " + std::string{value} + " to " + path);
  return Done{};
}

bool writable(const std::string& path) noexcept { return sys::access(path.c_str(), W_OK) == 0; }

// systemd marks what it has delegated to whom it did so: to root by the first of these names, to a user by the second.
bool marked(const std::string& path) noexcept {
  for (const char* name : {"trusted.delegate", "user.delegate"}) {
    std::array<char, 4> value{};
    if (FOREVER_SYS(getxattr, ssize_t{-1}, path.c_str(), name, value.data(), value.size()) == 1 && value[0] == '1')
      return true;
  }
  return false;
}

// A mount that is read-only (a container's) grants nothing, whatever the mode says: access(2) knows.
bool is_ours(const CgroupPlace& place) {
  if (!writable(place.path) || !writable(place.path + "/cgroup.subtree_control")) return false;
  return effective_uid() != 0 || place.name == "/" || marked(place.path);
}

bool has_word(std::string_view text, std::string_view word) {
  while (!text.empty()) {
    const std::size_t end = text.find_first_of(" \n");
    if (text.substr(0, end) == word) return true;
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return false;
}

std::vector<std::string> controllers_for(const CgroupLimits& limits) {
  std::vector<std::string> names;
  if (limits.memory != 0) names.emplace_back("memory");
  if (limits.cpu_percent != 0) names.emplace_back("cpu");
  return names;
}

// Processes that are being moved may fork, and one may have ended; what cannot be moved is seen by what comes after.
void put_members_aside(const std::string& place) {
  const std::string leaf = place + std::string{kLeaf};
  (void)sys::mkdir(leaf.c_str(), mode_t{0755});
  for (int round = 0; round < kMoves; ++round) {
    const std::vector<Pid> members = cgroup_members(place);
    bool moved = false;
    for (const Pid pid : members) moved = put(leaf + "/cgroup.procs", std::to_string(pid)).ok() || moved;
    if (members.empty() || !moved) return;
  }
}

}  // namespace

std::optional<CgroupPlace> cgroup_place(const std::string& root) {
  const std::string own = text_of(root + "/proc/self/cgroup");
  std::size_t at = own.starts_with("0::/") ? 0 : own.find("\n0::/");
  if (at == std::string::npos) return std::nullopt;
  at = own.find('/', at);
  CgroupPlace place;
  place.name = own.substr(at, own.find('\n', at) - at);
  if (place.name.ends_with(kLeaf)) place.name.resize(place.name.size() - kLeaf.size());
  if (place.name.empty()) place.name = "/";
  for (const char* mount : kMounts) {
    place.path = root + mount + (place.name == "/" ? "" : place.name);
    if (!exists(place.path + "/cgroup.controllers")) continue;
    place.delegated = is_ours(place);
    return place;
  }
  return std::nullopt;
}

Result<CgroupPlace> place_for(const CgroupLimits& limits, const std::string& root) {
  auto place = cgroup_place(root);
  if (!place)
    return Error{
        "limit memory or processor by a cgroup: this system has no cgroups of version 2 (Linux, booted with "
        "systemd.unified_cgroup_hierarchy=1)",
        {}};
  if (!place->delegated)
    return Error{"limit memory or processor by a cgroup: the cgroup of this process, " + place->name +
                     ", is not delegated" + kRemedy,
                 {}};
  const std::string there = text_of(place->path + "/cgroup.controllers");
  for (const std::string& name : controllers_for(limits)) {
    if (!has_word(there, name))
      return Error{"limit by a cgroup: the " + name + " controller is missing in " + place->name +
                       (place->name == "/" ? " (it may be in use by cgroups of version 1)" : kRemedy),
                   {}};
  }
  return std::move(*place);
}

Status prepare_cgroups(const CgroupPlace& place, const CgroupLimits& limits) {
  const std::string control = place.path + "/cgroup.subtree_control";
  const std::string handed_down = text_of(control);
  for (const std::string& name : controllers_for(limits)) {
    if (has_word(handed_down, name)) continue;
    Status done = put(control, "+" + name);
    if (!done && done.error().code.value() == EBUSY) {
      put_members_aside(place.path);
      done = put(control, "+" + name);
    }
    if (!done) return done;
  }
  return Done{};
}

Status make_cgroup(const std::string& path, const CgroupLimits& limits) {
  if (sys::mkdir(path.c_str(), mode_t{0755}) != 0 && errno != EEXIST) return last_error("make " + path);
  Status done = Done{};
  if (limits.memory != 0) done = put(path + "/memory.max", std::to_string(limits.memory));
  if (done && limits.cpu_percent != 0)
    done = put(path + "/cpu.max", std::to_string(limits.cpu_percent * kPeriod / 100) + " " + std::to_string(kPeriod));
  if (!done) remove_cgroup(path);
  return done;
}

Status enter_cgroup(const std::string& path, Pid pid) { return put(path + "/cgroup.procs", std::to_string(pid)); }

std::vector<Pid> cgroup_members(const std::string& path) {
  std::vector<Pid> members;
  const std::string text = text_of(path + "/cgroup.procs");
  const char* at = text.data();
  const char* const end = at + text.size();
  while (at < end) {
    Pid pid = 0;
    const auto [stop, error] = std::from_chars(at, end, pid);
    if (error != std::errc{}) break;
    if (pid > 0) members.push_back(pid);  // 0: of another pid namespace
    at = stop + 1;
  }
  return members;
}

bool kill_cgroup(const std::string& path) noexcept {
  const Handle file{sys::open((path + "/cgroup.kill").c_str(), O_WRONLY | O_CLOEXEC)};
  return file && sys::write(file.get(), "1", std::size_t{1}) == 1;
}

std::uint64_t cgroup_memory_kills(const std::string& path) {
  const std::string events = text_of(path + "/memory.events");
  constexpr std::string_view kKey = "oom_kill ";
  const std::size_t at = events.find(kKey);
  std::uint64_t count = 0;
  if (at != std::string::npos) std::from_chars(events.data() + at + kKey.size(), events.data() + events.size(), count);
  return count;
}

bool remove_cgroup(const std::string& path) noexcept { return sys::rmdir(path.c_str()) == 0 || errno == ENOENT; }

void remove_empty_cgroups(const std::string& place, const std::string& prefix) {
  for (const std::string& name : list_directory(place)) {
    if (name.starts_with(prefix)) remove_cgroup(place + "/" + name);
  }
}

}  // namespace forever
