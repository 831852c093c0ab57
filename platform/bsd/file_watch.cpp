// kqueue(2) wants an open descriptor for each file and reports no names: polling is the better way here.
#include "platform/file_watch.hpp"

#include <cerrno>

namespace forever {

Result<std::unique_ptr<FileWatch>> watch_by_kernel(WatchPlan) { return error_from(ENOSYS, "watch directories"); }

}  // namespace forever
