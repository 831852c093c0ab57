// Linux: logind's configuration, /proc/sys, cgroup2.
#include "platform/surroundings.hpp"

#include <algorithm>
#include <charconv>
#include <map>
#include <string_view>

#include "platform/cgroup.hpp"
#include "platform/files.hpp"
#include "platform/posix/sys.hpp"
#include "platform/users.hpp"

namespace forever {
namespace {

std::string contents_of(const std::string& path) {
  auto text = read_file(path, 1U << 20U);
  return text ? std::move(*text) : std::string{};
}

std::optional<std::uint64_t> number_in(const std::string& path) {
  const std::string text = contents_of(path);
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc{} ? std::optional{number} : std::nullopt;
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t' || text.back() == '\r')) text.remove_suffix(1);
  return text;
}

// The last word on `key` in a file of systemd's kind.
void take_setting(std::string_view text, std::string_view key, std::optional<bool>& into) {
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = trimmed(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    const std::size_t equals = line.find('=');
    if (equals == std::string_view::npos || trimmed(line.substr(0, equals)) != key) continue;
    const std::string_view value = trimmed(line.substr(equals + 1));
    into = value == "yes" || value == "true" || value == "on" || value == "1";
  }
}

// logind.conf(5): the main file, then the drop-ins by name; of two with one name, that in /etc counts, then /run's.
std::optional<bool> kill_user_processes(const std::string& root) {
  std::optional<bool> kills;
  for (const char* main : {"/usr/lib/systemd/logind.conf", "/etc/systemd/logind.conf"}) {
    if (!exists(root + main)) continue;
    kills = kills.value_or(false);
    take_setting(contents_of(root + main), "KillUserProcesses", kills);
  }
  std::map<std::string, std::string> drop_ins;
  for (const char* folder :
       {"/usr/lib/systemd/logind.conf.d", "/run/systemd/logind.conf.d", "/etc/systemd/logind.conf.d"}) {
    for (const std::string& name : list_directory(root + folder)) {
      if (name.ends_with(".conf")) drop_ins[name] = root + folder + "/" + name;
    }
  }
  for (const auto& [name, path] : drop_ins) take_setting(contents_of(path), "KillUserProcesses", kills);
  return kills;
}

}  // namespace

Surroundings look_around(const std::string& root) {
  Surroundings found;
  found.root = effective_uid() == 0;
  found.user = user_name(effective_uid());
  found.kill_user_processes = kill_user_processes(root);
  found.lingers = exists(root + "/var/lib/systemd/linger/" + found.user);
  found.inotify_watches = number_in(root + "/proc/sys/fs/inotify/max_user_watches");
  found.inotify_instances = number_in(root + "/proc/sys/fs/inotify/max_user_instances");
  rlimit limit{};
  if (sys::getrlimit(RLIMIT_NOFILE, &limit) == 0) {
    found.open_files = limit.rlim_cur;
    found.open_files_most = limit.rlim_max;
  }
  if (sys::getrlimit(RLIMIT_NPROC, &limit) == 0) found.processes = limit.rlim_cur;
  if (const std::string actions = contents_of(root + "/proc/sys/kernel/seccomp/actions_avail"); !actions.empty())
    found.user_notification = actions.find("user_notif") != std::string::npos;
  if (const auto scope = number_in(root + "/proc/sys/kernel/yama/ptrace_scope"))
    found.ptrace_scope = static_cast<unsigned>(*scope);
  if (const auto place = cgroup_place(root)) {
    found.cgroup_delegated = place->delegated;
    if (const std::string list = contents_of(place->path + "/cgroup.controllers"); !list.empty())
      found.cgroup_controllers = list.substr(0, list.find('\n'));
  }
  return found;
}

}  // namespace forever
