// Finds processes of the app without a record by their marks: the disk was full, or files were deleted.
#pragma once

#include <optional>

#include "app/status.hpp"
#include "supervisor/supervised_app.hpp"

namespace forever {

// Adds to the last record what it does not tell of. The newest of a slot is taken for its own, what is older is stopped. Where the leader
// is gone the rest is stopped, as after any other end.
void recover_lost(const SupervisedApp& app, AppStatus& last);
// Spec and status are lost both: what the kernel knows of processes with our marker, with default settings.
[[nodiscard]] std::optional<AppStatus> status_from_kernel(const SupervisedApp& app);

}  // namespace forever
