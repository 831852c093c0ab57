// Reads /proc for the processes of a chaos run.
#include "test/chaos/world.hpp"

#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <set>
#include <sstream>

#include "test/support/process.hpp"

namespace forever::chaos {
namespace {

namespace fs = std::filesystem;

fs::path proc(int pid) { return "/proc/" + std::to_string(pid); }

std::string content_of(const fs::path& file) {
  std::ostringstream text;
  text << std::ifstream(file, std::ios::binary).rdbuf();
  return text.str();
}

std::string variable_in(const std::string& environment, const std::string& name) {
  const std::string text = '\0' + environment;
  const auto at = text.find('\0' + name + "=");
  if (at == std::string::npos) return "";
  const auto begin = at + name.size() + 2;
  return text.substr(begin, text.find('\0', begin) - begin);
}

struct Stat {
  char state = '\0';
  int parent = 0;
};

Stat stat_of(int pid) {
  const std::string text = content_of(proc(pid) / "stat");
  const auto end_of_name = text.rfind(") ");
  Stat stat;
  if (end_of_name == std::string::npos) return stat;
  std::istringstream(text.substr(end_of_name + 2)) >> stat.state >> stat.parent;
  return stat;
}

std::vector<int> all_pids() {
  std::vector<int> pids;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator("/proc", error)) {
    if (const int pid = std::atoi(entry.path().filename().c_str()); pid > 0) pids.push_back(pid);
  }
  return pids;
}

void say_who(Process& process) {
  constexpr std::string_view kOurs = "forever: ";
  constexpr std::string_view kKeeper = " (keeper)";
  std::string title = process.title;
  if (title.starts_with(kOurs)) {
    title.erase(0, kOurs.size());
    process.kind = title.ends_with(kKeeper) ? Kind::keeper : Kind::supervisor;
    if (process.kind == Kind::keeper) title.resize(title.size() - kKeeper.size());
    process.app = title;
    return;
  }
  const auto blank = title.find(' ');
  if (!title.substr(0, blank).ends_with("/chaos-program")) return;
  process.kind = Kind::instance;
  process.app = fs::path(title.substr(blank + 1, title.find(' ', blank + 1) - blank - 1)).filename();
  const std::string environment = content_of(proc(process.pid) / "environ");
  process.marker = variable_in(environment, "FOREVER_INSTANCE_ID");
  process.slot = std::atoi(variable_in(environment, "FOREVER_INSTANCE").c_str());
  process.leader = !content_of(proc(process.pid) / "comm").starts_with("descendant");
}

}  // namespace

bool World::is_ours(int pid) const {
  std::error_code error;
  return fs::read_symlink(proc(pid) / "exe", error).string().starts_with(root_.string() + "/");
}

std::vector<Process> World::look() const {
  std::vector<Process> found;
  std::vector<Process> zombies;
  std::set<int> ours;
  for (const int pid : all_pids()) {
    if (!is_ours(pid)) {
      const Stat stat = stat_of(pid);
      if (stat.state != 'Z') continue;
      Process zombie;
      zombie.kind = Kind::zombie;
      zombie.pid = pid;
      zombie.parent = stat.parent;
      zombies.push_back(zombie);
      continue;
    }
    const Stat stat = stat_of(pid);
    if (stat.state == '\0' || stat.state == 'X') continue;
    Process process;
    process.pid = pid;
    process.parent = stat.parent;
    process.title = test::command_line_of(pid);
    say_who(process);
    ours.insert(pid);
    found.push_back(std::move(process));
  }
  for (const Process& zombie : zombies) {
    if (ours.contains(zombie.parent)) found.push_back(zombie);
  }
  return found;
}

void World::signal(int pid, int number) const {
  const auto descriptor = static_cast<int>(syscall(SYS_pidfd_open, pid, 0));
  if (descriptor < 0) return;
  if (is_ours(pid)) syscall(SYS_pidfd_send_signal, descriptor, number, nullptr, 0);
  close(descriptor);
}

std::string text_of(const std::vector<Process>& processes) {
  std::ostringstream text;
  for (const Process& process : processes) {
    text << process.pid << " (parent " << process.parent << ") ";
    if (process.kind == Kind::zombie) text << "zombie ";
    text << process.title;
    if (!process.marker.empty()) text << " [" << process.marker << "]";
    text << '\n';
  }
  return text.str();
}

}  // namespace forever::chaos
