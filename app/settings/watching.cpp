// The settings that say whether and how an app is restarted when its files change.
#include "app/settings/setting.hpp"
#include "text/split.hpp"

namespace forever {
namespace {

// Without a path what was watched before stays, at first the directory it runs in.
Fault take_watch(AppSpec& spec, std::span<const std::string> values) {
  spec.watch.on = true;
  std::vector<std::string> paths;
  for (const std::string& value : values) {
    if (!value.empty()) paths.push_back(value);
  }
  if (!paths.empty()) spec.watch.paths = std::move(paths);
  return {};
}

Fault take_extensions(AppSpec& spec, std::span<const std::string> values) {
  spec.watch.extensions.clear();
  for (const std::string& value : values) {
    for (std::string_view extension : split_words(value, ',')) {
      if (extension.starts_with('*')) extension.remove_prefix(1);
      if (extension.starts_with('.')) extension.remove_prefix(1);
      if (extension.empty() || extension.find('/') != std::string_view::npos)
        return "is not a list of extensions, such as js,mjs,json";
      spec.watch.extensions.emplace_back(extension);
    }
  }
  return spec.watch.extensions.empty() ? Fault{"is empty"} : Fault{};
}

Fault take_poll(AppSpec& spec, std::span<const std::string> values) {
  spec.watch.poll = Milliseconds{1000};
  if (values.back().empty()) return {};
  Fault fault = take_duration(spec.watch.poll, values.back());
  if (!fault && spec.watch.poll.count() == 0) return "is not a polling interval; try 1s";
  return fault;
}

constexpr Setting kWatchRows[] = {
    {.option = {.names = "-w,--watch",
                .kind = ValueKind::file,
                .value = "PATH",
                .help = "Restarts the app when files in PATH change: a directory, a file or a pattern such as "
                        "\"src/**/*.js\". May be repeated. Without PATH: the working directory. After PROGRAM, or "
                        "if it is a directory, PATH may be the next word; otherwise write it with = (--watch=x.js).",
                .value_optional = true},
     .json = "watch.paths",
     .field = IN(watch.paths),
     .peers = "--watchDirectory",
     .take = take_watch},
    {.option =
         {"--ignore", ValueKind::text, "PATTERN",
          "Ignores changes of these files or directories, as in .gitignore: \"*.tmp\", dist/, /data. May be "
          "repeated. .foreverignore contains such lines, too; .git, node_modules, logs and editors' swap files are "
          "always ignored."},
     .json = "watch.ignore",
     .field = IN(watch.ignore),
     .keys = "ignore_watch watchIgnorePatterns watchIgnore",
     .peers = "--ignore-watch --watchIgnore"},
    {.option = {"--ext", ValueKind::text, "LIST",
                "Watches only files with these extensions: js,mjs,json. Default: all files."},
     .json = "watch.extensions",
     .field = IN(watch.extensions),
     .take = take_extensions},
    {.option = {"--watch-delay", ValueKind::time, "TIME",
                "The quiet period after the last change before the restart. A bare number is seconds. Default 200ms."},
     .json = "watch.delay",
     .field = IN(watch.delay),
     .peers = "--delay"},
    {.option =
         {.names = "--poll",
          .kind = ValueKind::time,
          .value = "TIME",
          .help =
              "Polls the files every TIME instead of using the kernel's notification: for network file systems. A bare "
              "number is seconds. Default 1s.",
          .value_optional = true},
     .json = "watch.poll",
     .field = IN(watch.poll),
     .peers = "--legacy-watch --usePolling",
     .take = take_poll},
    {.option = {"--watch-hash", ValueKind::none, "",
                "Compares contents instead of times: a file saved without a change does not count."},
     .json = "watch.hash",
     .field = IN(watch.hash)},
    {.option = {"--watch-on-crash", ValueKind::word, "WHAT",
                "wait (after its end only a change starts it again) or restart. Default: restart; for `run`: wait."},
     .json = "watch.on_crash",
     .field = IN(watch.on_crash)},
};

}  // namespace

constinit const SettingGroup kWatchSettings{"Restart on change", kWatchRows};

}  // namespace forever
