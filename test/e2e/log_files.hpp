// The files of an app's log.
#pragma once

#include <algorithm>

#include "test/e2e/apps.hpp"

namespace forever::test {

// The log and its rotated files, the oldest first.
inline std::vector<std::filesystem::path> files_of(const TemporaryHome& home, const std::string& name,
                                                   const char* stream = "out") {
  std::vector<std::filesystem::path> files;
  const std::filesystem::path current = home.log(name, stream);
  for (int number = 1; std::filesystem::exists(current.string() + "." + std::to_string(number)); ++number) {
    files.push_back(current.string() + "." + std::to_string(number));
  }
  std::reverse(files.begin(), files.end());
  files.push_back(current);
  return files;
}

inline std::string all_text(const TemporaryHome& home, const std::string& name) {
  std::string text;
  for (const std::filesystem::path& file : files_of(home, name)) text += read_file(file);
  return text;
}

}  // namespace forever::test
