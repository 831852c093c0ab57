// Questions about an app of several instances, and about the load on its port.
#pragma once

#include <algorithm>
#include <cstdlib>

#include "platform/port_sharing.hpp"
#include "test/e2e/apps.hpp"
#include "test/support/load.hpp"

namespace forever::test {

inline bool installed(const char* program) {
  return std::system((std::string{"command -v "} + program + " >/dev/null 2>&1").c_str()) == 0;
}

// Slot by slot; 0 for one that has none. Empty: no such app.
inline std::vector<int> pids_of(const TemporaryHome& home, const std::string& name = "web") {
  std::vector<int> pids;
  const Json app = listed(home, name);
  if (app.is_null()) return pids;
  for (const Json& instance : app.at("instances"))
    pids.push_back(instance.at("pid").is_null() ? 0 : instance.at("pid").get<int>());
  return pids;
}

// Whether each instance listens.
inline bool all_ready(const TemporaryHome& home, const std::string& name = "web") {
  const Json instances = listed(home, name).at("instances");
  return std::all_of(instances.begin(), instances.end(), [](const Json& one) { return one.at("ready") == true; });
}

// Whether so many requests more are answered.
inline bool served(const Load& load, std::size_t more) {
  const std::size_t before = load.requests();
  return wait_until([&] { return load.requests() >= before + more; }, 30s);
}

inline void require_none_lost(const LoadResult& result) {
  INFO(result.requests << " answered, first failure: " << result.first_failure);
  CHECK(result.refused == 0);
  CHECK(result.failed == 0);
}

}  // namespace forever::test

#define NEED_SHARING() \
  if (const auto fault_ = forever::share_ports_fault()) SKIP_CASE("ports cannot be shared here: " + *fault_)
#define NEED(program) \
  if (!forever::test::installed(program)) SKIP_CASE(std::string{program} + " is not installed")
