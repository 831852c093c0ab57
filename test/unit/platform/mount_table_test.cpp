// Which file systems are changed from elsewhere, as the kernel's table of mounts tells.
#include "platform/mount_table.hpp"

#include "test/support/catch.hpp"

using namespace forever;

TEST_CASE("WATCH5 a tree on a network file system is recognized by its innermost and latest mount", "[watch]") {
  const std::string table =
      "22 27 0:21 / /proc rw,relatime - proc proc rw\n"
      "27 1 8:1 / / rw,relatime shared:1 - ext4 /dev/root rw\n"
      "30 27 0:40 / /home rw - nfs4 server:/home rw,vers=4.2\n"
      "31 30 8:2 / /home/me/local rw master:3 propagate_from:2 - xfs /dev/sdb rw\n"
      "32 27 0:41 / /mnt/my\\040disk rw - 9p C:\\134 rw\n"
      "33 27 8:3 / /data rw - ext4 /dev/sdc rw\n"
      "34 33 0:42 / /data rw - fuse.sshfs me@host: rw\n"
      "half a line";
  const auto type = [&](const char* path) { return file_system_type(table, path); };
  CHECK(type("/") == "ext4");
  CHECK(type("/homes/x") == "ext4");
  CHECK(type("/home") == "nfs4");
  CHECK(type("/home/me/src") == "nfs4");
  CHECK(type("/home/me/local/src") == "xfs");
  CHECK(type("/mnt/my disk/src") == "9p");
  CHECK(type("/data/src") == "fuse.sshfs");
  CHECK(file_system_type("", "/x").empty());
  for (const char* elsewhere : {"nfs", "nfs4", "cifs", "9p", "vboxsf", "virtiofs", "fuse.sshfs"})
    CHECK(is_changed_from_elsewhere(elsewhere));
  for (const char* here : {"ext4", "xfs", "btrfs", "tmpfs", "overlay", "fuse", "fuseblk", ""})
    CHECK_FALSE(is_changed_from_elsewhere(here));
}
