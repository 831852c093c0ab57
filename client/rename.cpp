#include "client/rename.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <string_view>
#include <tuple>

#include "app/ids.hpp"
#include "app/log_paths.hpp"
#include "client/launch_lock.hpp"
#include "platform/files.hpp"

namespace forever {
namespace {

// "web.out.log", "web.err.log.2.gz"
void move_logs(const StateDirectory& state, const std::string& from, const std::string& to) {
  constexpr std::array<std::string_view, 3> kEnds{".out.log", ".err.log", ".forever.log"};
  const std::string folder = state.path() + "/logs/";
  for (const std::string& file : list_directory(folder)) {
    for (const std::string_view end : kEnds) {
      const std::string begin = from + std::string{end};
      const bool ours = file == begin || (file.starts_with(begin + ".") && file.size() > begin.size() + 1);
      const std::string target = ours ? folder + to + file.substr(from.size()) : std::string{};
      if (ours && !exists(target)) (void)rename_file(folder + file, target).ok();
    }
  }
}

// Those that come after it, for resurrect.
void rename_in_others(const StateDirectory& state, const std::string& from, const std::string& to) {
  for (const std::string& name : state.names()) {
    auto other = state.read_spec(name);
    if (!other) continue;
    const auto place = std::find(other->depends_on.begin(), other->depends_on.end(), from);
    if (place == other->depends_on.end()) continue;
    *place = to;
    (void)state.write_spec(*other).ok();
  }
}

}  // namespace

Result<AppSpec> rename_app(const StateDirectory& state, const std::string& from, AppSpec spec) {
  const std::string& to = spec.name;
  auto lock = lock_for_launch(state, from, host_id(), nullptr);
  if (!lock) return lock.error();
  if (!*lock) return Error{"it has been started meanwhile", {}};
  const auto names = state.names();
  if (std::find(names.begin(), names.end(), to) != names.end()) return Error{"the name '" + to + "' is taken", {}};
  auto status = state.read_status(from);
  if (const Status moved = rename_file(state.app_directory(from), state.app_directory(to)); !moved)
    return moved.error();
  release_ids(state, {from});
  const auto id = claim_id(state, to);
  if (id) spec.id = *id;
  if (const Status written = state.write_spec(spec); !written) {
    (void)rename_file(state.app_directory(to), state.app_directory(from)).ok();
    return written.error();
  }
  if (status) {
    for (const InstanceStatus& instance : status->instances)
      (void)remove_tree(state.pid_path(from, instance.slot)).ok();
    status->name = to;
    status->id = spec.id;
    std::tie(status->out_log, status->err_log) = log_paths(state, spec);
    (void)state.write_status(*status).ok();
  }
  move_logs(state, from, to);
  rename_in_others(state, from, to);
  return spec;
}

}  // namespace forever
