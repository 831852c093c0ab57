// What `forever doctor` makes of what it has seen. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "platform/surroundings.hpp"

namespace forever::cli {

struct Finding {
  enum class Level : std::uint8_t {
    ok,
    note,   // something that this machine cannot give; no fault
    wrong,  // apps are in danger, or something that was asked for does not work
  };
  std::string check;  // "logind", "inotify" …
  Level level = Level::ok;
  std::string text;
  std::string remedy;  // a command, or what to do; empty for ok
};

struct ExaminedApp {
  std::string name;
  std::string state;
  std::string trouble;  // of its files
  bool foreign = false;
  bool wanted = false;        // it was online when it was last heard of
  bool other_binary = false;  // its supervisor runs another binary than this command
  std::string last_failure;   // "exit 1 after 1.2s"; empty: none on record
  unsigned failures = 0;      // of the program, among those on record, within the last hour
};

struct ExaminedDisk {
  std::string what;  // "the state directory /home/me/.forever"
  std::optional<DiskFacts> facts;
};

[[nodiscard]] std::vector<Finding> examine(const Surroundings& machine, const std::vector<ExaminedDisk>& disks,
                                           const std::vector<ExaminedApp>& apps);

}  // namespace forever::cli
