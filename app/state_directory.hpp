// The state directory: where everything about apps is kept, and the only code that knows its layout.
//
//   apps/<name>/spec.json status.json control out.fifo err.fifo    locks/<name>    pids/<name>-<slot>.pid    logs/    lost
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "app/spec.hpp"
#include "app/status.hpp"
#include "platform/handle.hpp"
#include "platform/result.hpp"

namespace forever {

// The FIFO that an instance of an app with an input reads, in the app's directory.
[[nodiscard]] std::string input_path(const std::string& directory, std::uint32_t slot);

// Whose a file of the logs directory is: web's "web.out.log", "web.err.log.3", "web.forever.log.1". `app` empty: no log.
struct LogOwner {
  std::string_view app;
  bool rotated = false;
};
[[nodiscard]] LogOwner owner_of_log(std::string_view file);

// Whether a file was refused because a newer forever has written it: then it is left to that one.
[[nodiscard]] bool is_of_newer_format(const Error& error) noexcept;

class StateDirectory {
 public:
  // `path` absolute. Touches nothing.
  explicit StateDirectory(std::string path) : path_(std::move(path)) {}

  // $FOREVER_HOME, else $FOREVER_ROOT, else ~/.forever (of the effective user). The Error: none of them is set.
  [[nodiscard]] static Result<StateDirectory> locate();
  // Creates what is missing (0700) and checks that it is a directory of ours that can be written.
  [[nodiscard]] Status prepare() const;
  // An absent directory is no error (no apps); one of another user is. For root so is one that another user could exchange, or
  // write to: what is on record there would be run by root.
  [[nodiscard]] Status check() const;
  // Removes the write permission of all but its owner, unless other users have put files there. Returns the previous mode if
  // that was necessary. Not reached for root, since check() refuses such a directory.
  [[nodiscard]] Result<std::optional<unsigned>> make_private() const;
  // Whether every part of the layout exists: a missing part was never created, or the directory is being deleted.
  [[nodiscard]] bool is_laid_out() const;
  // Records that the directory was deleted while apps were running, before it is created again; and whether this was recorded in the
  // last seconds. Then an app without any file may be running: its supervisor has not yet written them again.
  void note_loss() const;
  [[nodiscard]] bool lost_lately() const;

  // The app's directory, made 0700 where it is missing. A file or a FIFO in its place makes way.
  [[nodiscard]] Status make_app_directory(const std::string& name) const;

  // All that is ever ours in it. It may be any directory of the user's (FOREVER_HOME=.), and the rest is not ours.
  [[nodiscard]] std::vector<std::string> own_paths() const;

  [[nodiscard]] const std::string& path() const noexcept { return path_; }
  [[nodiscard]] std::string app_directory(const std::string& name) const { return path_ + "/apps/" + name; }
  [[nodiscard]] std::string spec_path(const std::string& name) const { return app_directory(name) + "/spec.json"; }
  [[nodiscard]] std::string status_path(const std::string& name) const { return app_directory(name) + "/status.json"; }
  [[nodiscard]] std::string lock_path(const std::string& name) const { return path_ + "/locks/" + name; }
  [[nodiscard]] std::string pid_path(const std::string& name, unsigned slot) const;
  [[nodiscard]] std::string out_log_path(const std::string& name) const { return path_ + "/logs/" + name + ".out.log"; }
  [[nodiscard]] std::string err_log_path(const std::string& name) const { return path_ + "/logs/" + name + ".err.log"; }
  [[nodiscard]] std::string event_log_path(const std::string& name) const {
    return path_ + "/logs/" + name + ".forever.log";
  }
  // A short id for FOREVER_INSTANCE_ID, derived from the directory's path, so that it is the same after everything was deleted and created
  // again, and differs below another root directory.
  [[nodiscard]] std::string identity() const;

  // Names with an entry under apps/, sorted; also names whose lock is held, or for which a pid file names a living process,
  // although the entry was deleted.
  [[nodiscard]] std::vector<std::string> names() const;

  [[nodiscard]] Result<AppSpec> read_spec(const std::string& name) const;
  [[nodiscard]] Status write_spec(const AppSpec& spec) const;  // not synced; see KeeperLink::sync
  [[nodiscard]] Result<AppStatus> read_status(const std::string& name) const;
  [[nodiscard]] Status write_status(const AppStatus& status) const;
  // Removes the entry, its pid files and, if asked, its logs, for the start that made them: it holds the lock. The lock file stays.
  [[nodiscard]] Status remove_app(const std::string& name, bool logs_too) const;
  // The same for many apps, except those whose lock is held, with the results in the same order; the directories of pid files and logs are
  // read once.
  [[nodiscard]] std::vector<Status> remove_apps(const std::vector<std::string>& names, bool logs_too) const;

 private:
  // "" for itself, "/apps" and so on: the directories that are made first.
  [[nodiscard]] static std::span<const char* const> parts() noexcept;
  [[nodiscard]] Status write_in(const std::string& name, const std::string& path, std::string_view text) const;

  std::string path_;
};

// The app of a pid file: "web" for "web-3.pid", "web-1" for "web-1-0.pid", and for their spares "web-3.pid~"; empty for other files.
[[nodiscard]] std::string_view app_of_pid_file(std::string_view file);
// The status on record, if it is of this boot or names another. One without a boot id is useless, since its pids may be of another boot.
[[nodiscard]] Result<AppStatus> read_own_status(const StateDirectory& state, const std::string& name,
                                                const HostId& host);
// The Error for such a record: as good as none, the pids in it may be anybody's.
[[nodiscard]] Error none_of_this_boot(const std::string& path);

}  // namespace forever
