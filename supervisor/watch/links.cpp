#include "supervisor/watch/links.hpp"

#include <algorithm>
#include <filesystem>

#include "platform/files.hpp"

namespace forever {
namespace {

constexpr int kMostLinks = 40;  // as the kernel: path_resolution(7)

}  // namespace

std::string folder_of(const std::string& path) { return path.substr(0, std::max<std::size_t>(path.rfind('/'), 1)); }

std::vector<std::string> way_to(std::string path) {
  std::vector<std::string> way;
  for (std::size_t end = path.find('/', 1); way.size() < kMostLinks;) {
    const std::string prefix = path.substr(0, end);
    std::error_code failed;
    if (std::filesystem::is_symlink(prefix, failed)) {
      const std::string leads = std::filesystem::read_symlink(prefix, failed).string();
      const std::string rest = end == std::string::npos ? std::string{} : path.substr(end);
      way.push_back(prefix);
      path = std::filesystem::path((is_absolute(leads) ? leads : folder_of(prefix) + '/' + leads) + rest)
                 .lexically_normal()
                 .string();
      end = path.find('/', 1);
      continue;
    }
    if (end == std::string::npos) break;
    end = path.find('/', end + 1);
  }
  if (!way.empty()) way.push_back(path);
  return way;
}

std::uint64_t form_of(const std::string& path) {
  const auto facts = facts_of(path);
  if (!facts) return 0;
  std::uint64_t form = facts->inode;
  for (const std::uint64_t part : {facts->device, facts->size, static_cast<std::uint64_t>(facts->modified_ms)})
    form = form * 0x100000001b3 + part;
  return form | 1U;
}

}  // namespace forever
