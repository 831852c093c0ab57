// The control groups of one app: one for each run of an instance, named after app, slot and generation, so that a later supervisor
// finds it without a record.
#pragma once

#include <cstdint>
#include <string>

#include "platform/cgroup.hpp"

namespace forever {

class Cgroups {
 public:
  Cgroups() = default;
  // `marker_prefix`: what distinguishes this app from all others on the machine, "<state directory id>/<app>".
  explicit Cgroups(const std::string& marker_prefix);

  // Makes the group of a run. What stands empty of earlier ones goes.
  [[nodiscard]] Result<std::string> make(const CgroupLimits& limits, std::uint32_t slot,
                                         std::uint64_t generation) const;
  // The group of a run that lives; empty if it has none.
  [[nodiscard]] std::string find(std::uint32_t slot, std::uint64_t generation) const;

 private:
  [[nodiscard]] std::string name(std::uint32_t slot, std::uint64_t generation) const;
  std::string prefix_;
};

}  // namespace forever
