// init: writes an apps file that explains itself. It is read by our own parser in a test.
#include "cli/apps_file/apps_file.hpp"
#include "cli/grammar/verb.hpp"
#include "cli/terminal/print.hpp"
#include "platform/files.hpp"
#include "text/printable.hpp"

namespace forever::cli {

std::string_view example_apps_file() {
  return R"({
  // The apps of this project. Comments and trailing commas are allowed; forever(1) lists all keys under APPS FILE.
  //   forever start apps.json                 start all (--only web,worker: these alone)
  //   forever apply apps.json --dry-run       what would change
  //   forever stop apps.json
  "apps": [
    {
      "name": "web",
      "script": "server.js",              // run by node, for its extension
      "args": ["--port", "8081"],
      // "cwd": "/srv/app",               // else the directory of this file
      // "interpreter": "node",
      // "interpreter_args": "--max-old-space-size=512",

      "env": {"NODE_ENV": "development"},
      "env_production": {"NODE_ENV": "production"},  // forever start apps.json --env-name production
      // "env_file": ".env",

      // "instances": 4,                  // all share the port
      // "max_memory_restart": "300M",
      // "cron_restart": "0 4 * * *",
      // "restart": "always",             // on-failure, never
      // "kill_signal": "TERM",
      // "kill_timeout": "10s",           // a bare number is milliseconds
      // "out_file": "logs/web.log",      // else in the state directory, rotated in any case
    },
    {
      "name": "worker",
      "script": "worker.py",
      "depends_on": ["web"],              // is started once web is ready
    },
  ],
}
)";
}

namespace {

struct Init final : Command {
  std::string file = "apps.json";
  [[nodiscard]] std::optional<UsageError> take(Operands& operands) override;
  [[nodiscard]] int carry_out() const override;
};

}  // namespace

constinit const Verb kInitVerb{
    .name = "init",
    .family = family::kRunning,
    .operands = "[FILE]",
    .summary = "write a commented example of an apps file",
    .text = "Writes apps.json, or FILE, unless the file exists.",
    .examples = "forever init",
    .kind = OperandKind::file,
    .begin = begin<Init>,
};

std::optional<UsageError> Init::take(Operands& operands) {
  join(operands);
  if (operands.words.size() > 1) return UsageError{"init takes one file; without one it writes apps.json"};
  if (!operands.words.empty()) file = std::move(operands.words.front());
  return std::nullopt;
}

int Init::carry_out() const {
  const std::string path = absolute_path(file);
  if (exists(path)) return fail({ExitCode::failed, file + " already exists; nothing was written"}, false);
  if (const Status written = write_atomically(path, example_apps_file(), Durability::synced); !written)
    return fail({ExitCode::failed, written.error().message()}, false);
  return print(printable(file) + " written; edit it, then: forever start " + printable(file) + "\n");
}

}  // namespace forever::cli
