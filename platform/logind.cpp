// Whether systemd-logind ends what a user has started when they log out.
#include "platform/logind.hpp"

#include <algorithm>

#include "platform/files.hpp"
#include "platform/users.hpp"

namespace forever {
namespace {

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t' || text.back() == '\r')) text.remove_suffix(1);
  return text;
}

// systemd.syntax(7): yes, true, on, 1.
bool truth(std::string_view value) { return value == "yes" || value == "true" || value == "on" || value == "1"; }

bool has_word(std::string_view list, std::string_view word) {
  while (!list.empty()) {
    const std::size_t end = list.find(' ');
    if (list.substr(0, end) == word) return true;
    if (end == std::string_view::npos) break;
    list.remove_prefix(end + 1);
  }
  return false;
}

// logind.conf(5): the file itself first, then drop-ins in the order of their names, /etc over /run over /usr/lib.
std::vector<std::string> configuration() {
  std::vector<std::string> texts;
  for (const char* place : {"/usr/lib/systemd/logind.conf", "/run/systemd/logind.conf", "/etc/systemd/logind.conf"}) {
    if (auto text = read_file(place)) texts.push_back(std::move(*text));
  }
  std::vector<std::pair<std::string, std::string>> dropped;  // name, path
  for (const char* place : {"/usr/lib/systemd", "/run/systemd", "/etc/systemd"}) {
    const std::string directory = std::string{place} + "/logind.conf.d";
    for (const std::string& name : list_directory(directory)) {
      if (!name.ends_with(".conf")) continue;
      std::erase_if(dropped, [&](const auto& other) { return other.first == name; });
      dropped.emplace_back(name, directory + "/" + name);
    }
  }
  std::sort(dropped.begin(), dropped.end());
  for (const auto& [name, path] : dropped) {
    if (auto text = read_file(path)) texts.push_back(std::move(*text));
  }
  return texts;
}

}  // namespace

std::optional<bool> kills_user_processes(const std::vector<std::string>& files, std::string_view user) {
  std::optional<bool> kills;
  std::string only, exclude = "root";
  for (const std::string& file : files) {
    std::string_view rest = file;
    bool login = false;
    while (!rest.empty()) {
      const std::size_t end = rest.find('\n');
      const std::string_view line = trimmed(rest.substr(0, end));
      rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end + 1);
      if (line.starts_with('[')) login = line == "[Login]";
      const std::size_t equals = line.find('=');
      if (!login || equals == std::string_view::npos || line.starts_with('#') || line.starts_with(';')) continue;
      const std::string_view key = trimmed(line.substr(0, equals)), value = trimmed(line.substr(equals + 1));
      if (key == "KillUserProcesses") kills = truth(value);
      if (key == "KillOnlyUsers") only = value;
      if (key == "KillExcludeUsers") exclude = value;
    }
  }
  if (!kills || !*kills) return kills;
  return (only.empty() || has_word(only, user)) && !has_word(exclude, user);
}

std::string logout_warning() {
  if (!exists("/run/systemd/system")) return {};
  // Outside a login session (a service, a container, cron) nothing is ended by a logout.
  const auto group = read_file("/proc/self/cgroup");
  if (!group || group->find("/session-") == std::string::npos) return {};
  const std::string user = user_name(effective_uid());
  if (!kills_user_processes(configuration(), user).value_or(false)) return {};
  // systemd-run(1), the last of its examples: lingering alone does not move a process out of its session.
  return "systemd-logind will end this app when you log out (KillUserProcesses=yes in logind.conf); to keep it: "
         "`loginctl enable-linger " +
         user + "`, then start it by `systemd-run --user --scope forever start ...`";
}

}  // namespace forever
