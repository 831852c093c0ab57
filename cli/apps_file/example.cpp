// What `forever init` writes: an apps file that explains itself. It is read by our own parser in a test.
#include "cli/apps_file/apps_file.hpp"

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

}  // namespace forever::cli
