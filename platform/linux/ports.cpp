// Linux: the socket tables of /proc/net name inodes, the descriptors of /proc/PID/fd name them again.
#include "platform/ports.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <string>

#include "platform/files.hpp"
#include "platform/linux/proc.hpp"
#include "platform/posix/sys.hpp"

namespace forever {
namespace {

constexpr unsigned kListening = 0x0A;  // TCP_LISTEN
constexpr unsigned kBound = 0x07;      // what an unconnected UDP socket shows (TCP_CLOSE)

// "  0: 0100007F:1F91 00000000:0000 0A … inode …": local address and port, remote, state, …, inode the tenth word.
void add_inodes(const char* table, unsigned state, std::uint16_t port, std::vector<unsigned long>& into) {
  const std::string text = proc::read_whole(table);
  for (std::size_t at = text.find('\n'); at != std::string::npos; at = text.find('\n', at + 1)) {
    unsigned local_port = 0;
    unsigned found_state = 0;
    unsigned long inode = 0;
    const int words = std::sscanf(text.c_str() + at + 1, " %*u: %*[0-9A-Fa-f]:%x %*s %x %*s %*s %*s %*u %*u %lu",
                                  &local_port, &found_state, &inode);
    if (words == 3 && local_port == port && found_state == state && inode != 0) into.push_back(inode);
  }
}

bool holds_any(Pid pid, const std::vector<unsigned long>& inodes) {
  const std::string folder = "/proc/" + std::to_string(pid) + "/fd";
  for (const std::string& name : list_directory(folder)) {
    std::array<char, 64> target{};
    const ssize_t length = sys::readlink((folder + '/' + name).c_str(), target.data(), target.size() - 1);
    unsigned long inode = 0;
    if (length > 0 && std::sscanf(target.data(), "socket:[%lu]", &inode) == 1 &&
        std::ranges::find(inodes, inode) != inodes.end())
      return true;
  }
  return false;
}

}  // namespace

std::vector<Pid> holders_of_port(std::uint16_t port) {
  std::vector<unsigned long> inodes;
  for (const char* table : {"/proc/net/tcp", "/proc/net/tcp6"}) add_inodes(table, kListening, port, inodes);
  for (const char* table : {"/proc/net/udp", "/proc/net/udp6"}) add_inodes(table, kBound, port, inodes);
  std::vector<Pid> holders;
  if (inodes.empty()) return holders;
  for (const std::string& name : list_directory("/proc")) {
    Pid pid = 0;
    if (std::sscanf(name.c_str(), "%d", &pid) == 1 && holds_any(pid, inodes)) holders.push_back(pid);
  }
  return holders;
}

}  // namespace forever
