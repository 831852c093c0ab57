// What has to be done so that what runs is what an apps file says. Pure: a comparison of specs.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "app/spec.hpp"

namespace forever::cli {

enum class Change : std::uint8_t {
  fresh,    // not on record: is started
  stopped,  // as it should be, but does not run: is started
  changed,  // is restarted with the new settings
  same,     // is left alone
  gone,     // came from this file, in which it no longer is: is deleted, its logs stay
};

// How what has changed gets its new settings.
enum class Way : std::uint8_t {
  restart,
  reload,  // its ports are shared or held, before and after: no connection is lost
  scale,   // nothing but the number of instances differs
};

struct Planned {
  std::string name;
  Change change = Change::same;
  std::vector<std::string> what;  // for `changed`: the keys that differ; values are not told, some are secrets
  Way way = Way::restart;         // for `changed`
};

struct OnRecord {
  AppSpec spec;
  bool running = false;  // online, starting, or waiting to be started again
};

// The planned apps are in the order of `wanted`, then those that are gone. With `only`, none is gone. What the caller's shell
// gives (environment beyond the file's, umask, limits) makes no difference.
[[nodiscard]] std::vector<Planned> plan_apply(const std::vector<AppSpec>& wanted,
                                              const std::map<std::string, OnRecord>& recorded,
                                              const std::string& apps_file, bool only);

// "+ web     new: will be started", one line for each app that is not the same, and a last one that counts.
[[nodiscard]] std::string describe_plan(const std::vector<Planned>& plan);

}  // namespace forever::cli
