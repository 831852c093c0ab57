// Which apps there are: those with an entry, and those known only by their lock or a pid file.
#include <algorithm>
#include <charconv>
#include <iterator>

#include "app/name.hpp"
#include "app/ours.hpp"
#include "app/state_directory.hpp"
#include "platform/files.hpp"
#include "platform/lock.hpp"

namespace forever {

std::vector<std::string> StateDirectory::names() const {
  std::vector<std::string> names = list_directory(path_ + "/apps");
  std::erase_if(names, [](const std::string& name) { return fault_in_name(name).has_value(); });
  std::sort(names.begin(), names.end());
  std::vector<std::string> orphaned;
  for (std::string& name : list_directory(path_ + "/locks")) {
    if (fault_in_name(name) || std::binary_search(names.begin(), names.end(), name)) continue;
    const Result<LockState> lock = probe_lock(lock_path(name));
    if (lock && *lock == LockState::held) orphaned.push_back(std::move(name));
  }
  std::optional<Ours> ours;  // few directories have a pid file without an entry
  for (const std::string& file : list_directory(path_ + "/pids")) {
    std::string name = file.substr(0, file.rfind('-'));
    if (std::binary_search(names.begin(), names.end(), name) || fault_in_name(name)) continue;
    if (app_of_pid_file(file) != name) continue;
    if (!ours) ours.emplace(*this);
    std::uint32_t slot = 0;
    std::from_chars(file.data() + name.size() + 1, file.data() + file.size(), slot);
    if (ours->pid_by_file(name, slot)) orphaned.push_back(std::move(name));
  }
  names.insert(names.end(), std::make_move_iterator(orphaned.begin()), std::make_move_iterator(orphaned.end()));
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

}  // namespace forever
