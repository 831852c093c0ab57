// The file of one log: made where it is missing, written at its end, rotated by size and name.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "platform/clock.hpp"
#include "platform/files.hpp"
#include "platform/guarded_folder.hpp"
#include "platform/handle.hpp"
#include "platform/result.hpp"

namespace forever {

class LogFile {
 public:
  struct Options {
    std::string path;
    std::uint64_t max_size = 0;  // 0: never rotate
    unsigned keep = 5;           // 0: a log that is too large is emptied
    bool whole_lines = false;    // a file that ends in the middle of a line gets its end when it is opened
    PathTrust trust{};           // whose hands the path may have been in
    unsigned mode = 0600;        // of a new file
  };
  // Where the next byte goes. `room`: bytes until the rotation limit.
  struct Place {
    std::uint64_t size = 0;
    std::uint64_t room = 0;
  };
  explicit LogFile(Options options) : options_(std::move(options)) {}

  // The end of the file, which is opened, or created again if it was deleted. To be called before every write: other processes may
  // have emptied it.
  [[nodiscard]] Result<Place> place();
  [[nodiscard]] NativeHandle native() const noexcept { return file_.get(); }
  void close() noexcept { file_.reset(); }  // the path is opened again at the next place()
  [[nodiscard]] bool ends_with_newline(std::uint64_t size) const;
  // All of it or nothing: half a chunk on a full disk is taken back.
  [[nodiscard]] Status write(std::uint64_t offset, std::string_view bytes);

  // False for a while after a rotation that failed.
  [[nodiscard]] bool may_rotate(Time now) const noexcept { return options_.max_size != 0 && now >= rotate_again_; }
  void rotate(Time now);
  [[nodiscard]] Status clear();  // empties it and removes the rotated ones
  // The last `bytes` at most, from a line's beginning; reaches back into the rotated file.
  [[nodiscard]] std::string tail(std::size_t bytes) const;

 private:
  [[nodiscard]] Result<GuardedFolder> folder() const;
  [[nodiscard]] std::string rotated(unsigned number) const;
  void set_rights(bool ours);
  [[nodiscard]] bool make_way_and_move();

  Options options_;
  Handle file_;
  std::optional<FileFacts> former_;  // what was rotated away: its mode, owner and group go on
  Time rotate_again_{};
};

}  // namespace forever
