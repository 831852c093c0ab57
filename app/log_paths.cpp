#include "app/log_paths.hpp"

#include "platform/files.hpp"
#include "platform/lock.hpp"

namespace forever {
namespace {

// A relative log path is meant from the app's own directory.
std::string in_directory(const std::string& path, const std::string& directory) {
  return is_absolute(path) ? path : directory + '/' + path;
}

}  // namespace

void merge_same_logs(AppSpec& spec) {
  LogSettings& logs = spec.logs;
  if (logs.merge || logs.out.empty() || logs.err.empty()) return;
  logs.merge =
      canonical_path(in_directory(logs.out, spec.directory)) == canonical_path(in_directory(logs.err, spec.directory));
}

std::optional<std::string> log_in_use(const AppSpec& spec) {
  for (const std::string& log : {spec.logs.out, spec.logs.err}) {
    if (log.empty()) continue;
    const std::string path = in_directory(log, spec.directory);
    const auto folder = GuardedFolder::enter(folder_of_path(path), trust_in_log(spec, log));
    if (!folder) continue;
    const auto facts = folder->facts(name_of_path(path));
    if (!facts || facts->fifo || facts->directory) continue;
    const auto file = folder->open_for_reading(name_of_path(path));
    if (!file) continue;
    if (const auto lock = probe_open_lock(file->get()); lock && *lock == LockState::held) return canonical_path(path);
  }
  return std::nullopt;
}

PathTrust trust_in_log(const AppSpec& spec, const std::string& given) {
  return {.ours = given.empty(), .user = other_user_of(spec)};
}

std::pair<std::string, std::string> log_paths(const StateDirectory& state, const AppSpec& spec) {
  std::string out = spec.logs.out.empty() ? state.out_log_path(spec.name) : in_directory(spec.logs.out, spec.directory);
  if (spec.logs.merge) return {std::move(out), {}};
  std::string err = spec.logs.err.empty() ? state.err_log_path(spec.name) : in_directory(spec.logs.err, spec.directory);
  return {std::move(out), std::move(err)};
}

std::string rotated_path(const std::string& path, unsigned number) { return path + '.' + std::to_string(number); }

}  // namespace forever
