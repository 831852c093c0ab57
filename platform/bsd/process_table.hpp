// One line of the kernel's process table, as sysctl(3) KERN_PROC gives it on macOS and FreeBSD. For the back end's own use.
#pragma once

#include <cstdint>
#include <vector>

#include "platform/process.hpp"

namespace forever::table {

struct Row {
  Pid pid = 0;
  Pid parent = 0;
  Pid group = 0;
  bool zombie = false;
  std::uint32_t user = 0;  // effective uid
  std::uint32_t real_user = 0, saved_user = 0;
  std::uint64_t start_time = 0;  // microseconds since 1970: the boot's clock was not kept by the kernel
  std::string name;
};

// false if there is no such process.
[[nodiscard]] bool read_row(Pid pid, Row& into) noexcept;
[[nodiscard]] std::vector<Row> read_all();
// Adds the memory and processor time of one process.
void add_use(Pid pid, Usage& sum) noexcept;

}  // namespace forever::table
