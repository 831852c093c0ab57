// A log as a reader sees it: a file that grows, is rotated by renaming (web.out.log, .1, .2 …), emptied or created again.
//
// No file is held open between two polls: a log is known by device and inode, and found again under its next name.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "platform/files.hpp"
#include "platform/guarded_folder.hpp"

namespace forever::cli {

class LogSource {
 public:
  explicit LogSource(std::string path, PathTrust trust = {}) : path_(std::move(path)), trust_(std::move(trust)) {}

  [[nodiscard]] const std::string& path() const noexcept { return path_; }
  // The last `lines` lines, over rotated files; one without an end counts. more() goes on behind them.
  [[nodiscard]] std::string last_lines(std::size_t lines);
  // What has been written since, `most` bytes at a time; empty when there is nothing more at the moment.
  [[nodiscard]] std::string more(std::size_t most);
  // Whether `file` is the one that was read last.
  [[nodiscard]] bool is(const FileFacts& file) const;

 private:
  struct Found {
    Handle file;
    FileFacts facts;
    unsigned number = 0;  // 0: the log itself; else the rotated one
  };
  [[nodiscard]] std::optional<Found> open(unsigned number) const;
  [[nodiscard]] std::optional<Found> find() const;
  void go_on_with(const FileFacts& facts, std::uint64_t offset);
  [[nodiscard]] bool is_here(const FileFacts& facts) const;

  [[nodiscard]] std::string name(unsigned number) const;

  std::string path_;
  PathTrust trust_;
  std::uint64_t device_ = 0, inode_ = 0, offset_ = 0;  // inode 0: nowhere yet
};

}  // namespace forever::cli
