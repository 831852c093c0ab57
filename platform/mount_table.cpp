#include "platform/mount_table.hpp"

#include <algorithm>
#include <array>

namespace forever {
namespace {

constexpr auto kElsewhere = std::to_array<std::string_view>(
    {"nfs",       "nfs4",        "cifs",         "smb3",       "smbfs",          "9p",
     "afs",       "ceph",        "coda",         "lustre",     "gpfs",           "beegfs",
     "vboxsf",    "prl_fs",      "virtiofs",     "fuse.sshfs", "fuse.glusterfs", "fuse.vmhgfs-fuse",
     "fuse.s3fs", "fuse.rclone", "fuse.gcsfuse", "fuse.davfs", "fuse.cephfs",    "fuse.portal"});

// Blanks and backslashes stand as \040 and the like.
std::string unescaped(std::string_view text) {
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto digit = [&](std::size_t at) { return at < text.size() && text[at] >= '0' && text[at] <= '7'; };
    if (text[i] == '\\' && digit(i + 1) && digit(i + 2) && digit(i + 3)) {
      plain += static_cast<char>((text[i + 1] - '0') * 64 + (text[i + 2] - '0') * 8 + (text[i + 3] - '0'));
      i += 3;
    } else {
      plain += text[i];
    }
  }
  return plain;
}

// The word number `index` of a line, from 0.
std::string_view word_of(std::string_view line, int index) {
  for (; index > 0 && !line.empty(); --index) line.remove_prefix(std::min(line.find(' '), line.size() - 1) + 1);
  return line.substr(0, line.find(' '));
}

bool holds(std::string_view mount, std::string_view path) {
  if (mount == "/") return true;
  return path.starts_with(mount) && (path.size() == mount.size() || path[mount.size()] == '/');
}

}  // namespace

std::string file_system_type(std::string_view mountinfo, std::string_view path) {
  std::string type;
  std::size_t longest = 0;
  while (!mountinfo.empty()) {
    const std::size_t end = std::min(mountinfo.find('\n'), mountinfo.size());
    const std::string_view line = mountinfo.substr(0, end);
    mountinfo.remove_prefix(std::min(end + 1, mountinfo.size()));
    const std::string mount = unescaped(word_of(line, 4));
    const std::size_t separator = line.find(" - ");
    // Of two on one place the later one covers the other.
    if (separator == std::string_view::npos || mount.size() < longest || !holds(mount, path)) continue;
    longest = mount.size();
    type = word_of(line.substr(separator + 3), 0);
  }
  return type;
}

bool is_changed_from_elsewhere(std::string_view type) noexcept {
  return std::find(kElsewhere.begin(), kElsewhere.end(), type) != kElsewhere.end();
}

}  // namespace forever
