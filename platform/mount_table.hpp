// What Linux says of its mounts (proc_pid_mountinfo(5)). Pure.
#pragma once

#include <string>
#include <string_view>

namespace forever {

// The type of the file system that holds `path`, which is absolute and leads through no link: "ext4", "nfs4", "fuse.sshfs". Empty
// if the table does not say.
[[nodiscard]] std::string file_system_type(std::string_view mountinfo, std::string_view path);

// Whether others than this kernel change files there, so that this kernel reports only its own programs' changes: network file systems, and
// the directories of a host in its virtual machine (WSL's drives are 9p).
[[nodiscard]] bool is_changed_from_elsewhere(std::string_view type) noexcept;

}  // namespace forever
