// The layout of the state directory, and how its files are read and written; see state_directory.hpp.
#include "app/state_directory.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <map>

#include "app/name.hpp"
#include "platform/environment.hpp"
#include "platform/files.hpp"
#include "platform/lock.hpp"
#include "platform/state_place.hpp"
#include "text/number.hpp"
#include "text/printable.hpp"

namespace forever {

namespace {

constexpr const char* kLossNote = "/lost";
constexpr Milliseconds kLately{10000};  // time for a supervisor to write its files again, on a very busy machine

constexpr int kReadAttempts = 5;  // a reader that loses the race with two writes five times over has met no race

// No file of ours is touched for a name that could lead out of the directory.
std::optional<Error> fault_as_error(const std::string& name) {
  const std::optional<std::string> fault = fault_in_name(name);
  if (!fault) return std::nullopt;
  return Error{"'" + printable(name) + "' cannot be the name of an app: " + *fault, {}};
}

bool is_missing(const Error& error) {
  return error.code.value() == ENOENT && error.code.category() == std::system_category();
}

std::string_view app_of_log(std::string_view file) { return owner_of_log(file).app; }

// Removes the files of those apps; a failure becomes the app's.
void remove_files_of(const std::map<std::string_view, Status*>& apps, const std::string& directory,
                     std::string_view (*app_of)(std::string_view)) {
  for (const std::string& file : list_directory(directory)) {
    const auto app = apps.find(app_of(file));
    if (app == apps.end()) continue;
    Status removed = remove_tree(directory + "/" + file);
    if (!removed && *app->second) *app->second = std::move(removed);
  }
}

}  // namespace

std::string_view app_of_pid_file(std::string_view file) {
  if (file.ends_with('~')) file.remove_suffix(1);
  constexpr std::string_view kEnd = ".pid";
  const std::size_t dash = file.rfind('-');
  if (dash == std::string_view::npos || !file.ends_with(kEnd)) return {};
  const bool slot = only_digits(file.substr(dash + 1, file.size() - dash - 1 - kEnd.size()));
  return slot ? file.substr(0, dash) : std::string_view{};
}

std::string input_path(const std::string& directory, std::uint32_t slot) {
  return directory + "/in-" + std::to_string(slot) + ".fifo";
}

LogOwner owner_of_log(std::string_view file) {
  const std::size_t dot = file.rfind('.');
  const bool rotated = dot != std::string_view::npos && only_digits(file.substr(dot + 1));
  if (rotated) file = file.substr(0, dot);
  for (const std::string_view kind : {".out.log", ".err.log", ".forever.log"}) {
    if (file.ends_with(kind)) return {file.substr(0, file.size() - kind.size()), rotated};
  }
  return {};
}

bool is_of_newer_format(const Error& error) noexcept {
  return error.code == std::make_error_code(std::errc::not_supported);
}

Result<StateDirectory> StateDirectory::locate() {
  for (const char* variable : {"FOREVER_HOME", "FOREVER_ROOT"}) {
    if (const std::optional<std::string> path = environment_variable(variable); path && !path->empty()) {
      return StateDirectory(absolute_path(*path));
    }
  }
  const std::string place = default_state_directory();
  if (place.empty())
    return Error{"there is no home directory for the state; set FOREVER_HOME to a directory of your own", {}};
  return StateDirectory(absolute_path(place));
}

Status StateDirectory::prepare() const {
  if (Status usable = check(); !usable) return usable;
  bool made_some = false;
  for (const char* part : parts()) {
    made_some = made_some || !exists(path_ + part);
    if (Status made = make_private_directory(path_ + part); !made) return made;
  }
  // In a directory where every user can write another user could have created it first.
  return made_some ? check() : Status{Done{}};
}

bool StateDirectory::is_laid_out() const {
  return std::all_of(parts().begin(), parts().end(), [&](const char* part) { return exists(path_ + part); });
}

void StateDirectory::note_loss() const {
  if (check() && make_private_directory(path_))
    (void)write_atomically(path_ + kLossNote, "", Durability::rename_only).ok();
}

bool StateDirectory::lost_lately() const {
  const auto note = facts_of(path_ + kLossNote);
  return note && std::abs(to_ms(wall_now()) - note->modified_ms) < Milliseconds{kLately}.count();
}

Status StateDirectory::make_app_directory(const std::string& name) const {
  const std::string path = app_directory(name);
  Status made = make_private_directory(path);
  if (const auto facts = facts_of(path); made || (facts && facts->directory)) return made;
  if (Status removed = remove_tree(path); !removed) return removed;
  return make_private_directory(path);
}

// Writes to the app's directory, which is created again if it was deleted.
Status StateDirectory::write_in(const std::string& name, const std::string& path, std::string_view text) const {
  Status written = write_atomically(path, text, Durability::rename_only);
  if (written || (!is_missing(written.error()) && written.error().code.value() != ENOTDIR)) return written;
  if (Status made = make_app_directory(name); !made) return made;
  return write_atomically(path, text, Durability::rename_only);
}

std::string StateDirectory::pid_path(const std::string& name, unsigned slot) const {
  return path_ + "/pids/" + name + "-" + std::to_string(slot) + ".pid";
}

std::vector<std::string> StateDirectory::own_paths() const {
  std::vector<std::string> paths;
  for (const std::string_view part : parts()) {
    if (!part.empty()) paths.push_back(path_ + std::string{part});
  }
  for (const char* file : {"ids", "secret", "saved.json", "until-resurrect.json", "columns.json", "lost"}) {
    const std::string path = path_ + '/' + file;
    for (const char* form : {"", "~", ".lock"})
      paths.push_back(path + form);  // itself, what it is written as, and its lock
  }
  return paths;
}

std::string StateDirectory::identity() const {
  std::string place = canonical_path(path_);
  if (const Result<FileFacts> root = facts_of("/"))
    place += '\0' + std::to_string(root->device) + '\0' + std::to_string(root->inode);
  std::uint64_t hash = 0xcbf29ce484222325;  // FNV-1a
  for (const char byte : place) hash = (hash ^ static_cast<unsigned char>(byte)) * 0x100000001b3;
  char text[17];
  std::snprintf(text, sizeof text, "%016llx", static_cast<unsigned long long>(hash));
  return text;
}

Result<AppSpec> StateDirectory::read_spec(const std::string& name) const {
  if (std::optional<Error> fault = fault_as_error(name)) return *fault;
  const std::string path = spec_path(name);
  const Result<std::string> text = read_record(path);
  if (!text) return text.error();
  Result<AppSpec> spec = spec_from_json(*text, path);
  if (spec && spec->name != name)
    return Error{
        path + " belongs to another app ('" + printable(spec->name) + "'); move it away, or `forever delete` the app",
        {}};
  return spec;
}

Status StateDirectory::write_spec(const AppSpec& spec) const {
  if (std::optional<Error> fault = fault_as_error(spec.name)) return *fault;
  return write_in(spec.name, spec_path(spec.name), spec_to_json(spec));
}

Result<AppStatus> StateDirectory::read_status(const std::string& name) const {
  if (std::optional<Error> fault = fault_as_error(name)) return *fault;
  const std::string path = status_path(name);
  for (int attempt = 1;; ++attempt) {
    const Result<std::string> text = read_record(path);
    if (!text) return text.error();
    Result<AppStatus> status = status_from_json(*text, path);
    if (status && status->name != name)
      return Error{path + " belongs to another app ('" + printable(status->name) + "'); move it away", {}};
    if (status || attempt == kReadAttempts) return status;
  }
}

Status StateDirectory::write_status(const AppStatus& status) const {
  if (std::optional<Error> fault = fault_as_error(status.name)) return *fault;
  // Any number serves that no earlier write had, whichever process made it.
  const auto sequence = static_cast<std::uint64_t>(steady_now().time_since_epoch().count());
  return write_in(status.name, status_path(status.name), status_to_json(status, sequence));
}

namespace {

// A process that starts the app holds its lock from the beginning. A lock that cannot be tried does not prevent the deletion.
Status remove_unless_locked(const StateDirectory& state, const std::string& name) {
  const Result<Handle> lock = try_lock(state.lock_path(name));
  if (lock && !*lock) return Error{printable(name) + " was started again meanwhile; it was not deleted", {}};
  return remove_tree(state.app_directory(name));
}

Status remove_entry(const StateDirectory& state, const std::string& name) {
  return remove_tree(state.app_directory(name));
}

// Each entry by `remove`, and then the files beside it.
std::vector<Status> remove_all(const StateDirectory& state, const std::vector<std::string>& names, bool logs_too,
                               Status (*remove)(const StateDirectory&, const std::string&)) {
  std::vector<Status> removed(names.size(), Status{Done{}});
  std::map<std::string_view, Status*> apps;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (std::optional<Error> fault = fault_as_error(names[i])) {
      removed[i] = *fault;
      continue;
    }
    removed[i] = remove(state, names[i]);
    if (!removed[i]) continue;
    apps.emplace(names[i], &removed[i]);
  }
  remove_files_of(apps, state.path() + "/pids", app_of_pid_file);
  if (logs_too) remove_files_of(apps, state.path() + "/logs", app_of_log);
  return removed;
}

}  // namespace

Status StateDirectory::remove_app(const std::string& name, bool logs_too) const {
  return std::move(remove_all(*this, {name}, logs_too, remove_entry).front());
}

std::vector<Status> StateDirectory::remove_apps(const std::vector<std::string>& names, bool logs_too) const {
  return remove_all(*this, names, logs_too, remove_unless_locked);
}

Error none_of_this_boot(const std::string& path) {
  return Error{path + " does not tell of this boot", std::make_error_code(std::errc::no_such_file_or_directory)};
}

Result<AppStatus> read_own_status(const StateDirectory& state, const std::string& name, const HostId& host) {
  auto status = state.read_status(name);
  if (status && status->host.boot.empty() && !host.boot.empty()) return none_of_this_boot(state.status_path(name));
  return status;
}

}  // namespace forever
