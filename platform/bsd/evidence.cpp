// By sysctl(3): it returns the users of a process and nothing else.
#include "platform/evidence.hpp"

#include "platform/bsd/process_table.hpp"

namespace forever {

std::optional<ProcessOwner> owner_of(Pid pid) {
  table::Row row;
  if (!table::read_row(pid, row)) return std::nullopt;
  return ProcessOwner{row.real_user, row.user, row.saved_user};
}

std::optional<StandardStream> standard_stream_of(Pid, int) { return std::nullopt; }
bool shares_pids(Pid) { return true; }
std::vector<std::string> files_locked_by(Pid, std::string_view) { return {}; }
bool shows_environment(Pid) { return false; }

}  // namespace forever
