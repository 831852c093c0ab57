// Linux: /proc/PID/exe, cmdline, comm and status.
#include "platform/program.hpp"

#include <array>
#include <charconv>
#include <cstdio>

#include "platform/files.hpp"
#include "platform/linux/proc.hpp"
#include "platform/posix/sys.hpp"

namespace forever {
namespace {

std::string path_below(Pid pid, const char* file) { return "/proc/" + std::to_string(pid) + "/" + file; }

std::string file_of(Pid pid) {
  std::array<char, 4096> target;
  const ssize_t length = sys::readlink(path_below(pid, "exe").c_str(), target.data(), target.size());
  std::string path(target.data(), length > 0 ? static_cast<std::size_t>(length) : 0);
  // A program that was replaced while it runs.
  constexpr std::string_view kDeleted = " (deleted)";
  if (path.ends_with(kDeleted)) path.resize(path.size() - kDeleted.size());
  return path;
}

std::string short_name_of(Pid pid) {
  std::string name = proc::read_whole(path_below(pid, "comm").c_str());
  while (!name.empty() && name.back() == '\n') name.pop_back();
  return name;
}

std::string_view base_name(std::string_view path) { return path.substr(path.rfind('/') + 1); }

// The second number after "Uid:" (proc_pid_status(5)). The owner of /proc/PID would be root for a process that may not be dumped.
std::uint32_t effective_user(Pid pid) {
  const std::string status = proc::read_whole(path_below(pid, "status").c_str());
  std::uint32_t real = 0, effective = 0;
  if (const std::size_t at = status.find("\nUid:"); at != std::string::npos)
    (void)std::sscanf(status.c_str() + at, "\nUid: %u %u", &real, &effective);
  return effective;
}

bool is_called(std::string_view name, std::string_view file, const std::vector<std::string>& command,
               std::string_view short_name) {
  if (name.find('/') != std::string_view::npos) return file == name;
  if (base_name(file) == name || short_name == name) return true;
  if (command.empty()) return false;
  std::string_view called = command.front();
  if (called.starts_with('-')) called.remove_prefix(1);
  return base_name(called) == name;
}

// A program that has given itself a title ("nginx: worker process") leaves the rest of its arguments' room as empty words.
void trim_title(std::vector<std::string>& command) {
  if (command.empty() || command.front().find(": ") == std::string::npos) return;
  while (command.size() > 1 && command.back().empty()) command.pop_back();
}

std::optional<ProgramFacts> facts_of_program(Pid pid, std::string_view name) {
  proc::Stat stat;
  if (pid <= 0 || !proc::read_stat(pid, stat) || stat.state == 'Z' || stat.state == 'X') return std::nullopt;
  const std::string file = file_of(pid);
  const std::string short_name = short_name_of(pid);
  std::vector<std::string> command = arguments_of(pid);
  if (!name.empty() && !is_called(name, file, command, short_name)) return std::nullopt;
  static const auto page = static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
  ProgramFacts facts;
  facts.id = {pid, stat.start_time};
  facts.parent = stat.parent;
  facts.user = effective_user(pid);
  facts.image = file.empty() ? short_name : std::string{base_name(file)};
  trim_title(command);
  facts.command = std::move(command);
  facts.use.memory_bytes = stat.resident_pages * page;
  facts.use.processes = 1;
  return facts;
}

}  // namespace

std::optional<ProgramFacts> program_of(Pid pid) { return facts_of_program(pid, {}); }

std::vector<ProgramFacts> programs_called(std::string_view name) {
  std::vector<ProgramFacts> found;
  if (name.empty()) return found;
  for (const std::string& entry : list_directory("/proc")) {
    Pid pid = 0;
    const auto [end, error] = std::from_chars(entry.data(), entry.data() + entry.size(), pid);
    if (error != std::errc{} || *end != '\0') continue;
    if (auto facts = facts_of_program(pid, name)) found.push_back(std::move(*facts));
  }
  return found;
}

bool same_program(Pid a, Pid b) {
  struct stat image {};
  const std::string path = path_below(b, "exe");
  return sys::stat(path.c_str(), &image) != 0 || runs_file(a, path);
}

bool runs_file(Pid pid, const std::string& path) {
  struct stat image {
  }, file{};
  if (sys::stat(path_below(pid, "exe").c_str(), &image) != 0) return true;
  return sys::stat(path.c_str(), &file) == 0 && image.st_dev == file.st_dev && image.st_ino == file.st_ino;
}

}  // namespace forever
