// An empty directory of a test's own, gone with its end.
#pragma once

#include <filesystem>
#include <random>
#include <stdexcept>
#include <string>

namespace forever::test {

class Scratch {
 public:
  Scratch() {
    std::random_device random;
    for (int attempt = 0; attempt < 100; ++attempt) {
      const auto path = std::filesystem::temp_directory_path() / ("forever-" + std::to_string(random()));
      if (!std::filesystem::create_directory(path)) continue;
      std::filesystem::permissions(path, std::filesystem::perms::owner_all);
      path_ = path.generic_string();
      return;
    }
    throw std::runtime_error("cannot make a temporary directory");
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  ~Scratch() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }

  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] std::string operator/(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

}  // namespace forever::test
