// The apps file: many apps and their settings in one place, in PM2's form, in forever's, or with our own names. Pure:
// text in, apps out.
//
// {"apps": [{"name": "web", "script": "server.js", "env": {"PORT": 8081}, "depends_on": ["db"]}, …]}, a list of apps
// alone, or one app alone; comments and trailing commas allowed. Every setting (app/settings) is a key; the other keys are in
// one table (attributes.cpp).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cli/apps_file/question.hpp"
#include "cli/grammar/app_request.hpp"
#include "platform/result.hpp"

namespace forever::cli {

// One app of the file, as if it had been typed: with a name, a program and a cwd.
struct AppEntry {
  AppRequest request;
  std::vector<std::string> depends_on;  // names of other entries
  // What the file says of it, "key=value" in one spelling and order: two readings are the same app if these are equal.
  std::vector<std::string> declared;
};

struct AppsFile {
  std::vector<AppEntry> apps;         // in the order of the file, but after those they depend on
  std::vector<std::string> warnings;  // one line each: what cannot be carried over
};

// The Error is one whole line that begins with `what`: not JSON, an unknown key and the nearest known one, a value that
// makes no sense, a name that is there twice, a dependency that is missing or leads back to itself.
[[nodiscard]] Result<AppsFile> parse_apps(std::string_view text, const AppsQuestion& question);

// Whether an operand means an apps file: "-", or by its end (.json .config.js .config.cjs .config.mjs .yaml .yml).
[[nodiscard]] bool names_apps_file(std::string_view word);

// A commented apps file, as `forever init` writes it.
[[nodiscard]] std::string_view example_apps_file();

}  // namespace forever::cli
