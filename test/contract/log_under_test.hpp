// A log writer between a real FIFO and real files.
#pragma once

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <optional>
#include <string>

#include "app/log_paths.hpp"
#include "platform/files.hpp"
#include "supervisor/log/log_writer.hpp"
#include "test/contract/scratch.hpp"
#include "test/support/catch.hpp"

namespace forever::test {

using namespace std::chrono_literals;

// An app's end of a FIFO, and the writer that carries it to `path`. Time goes as the test says.
class Log {
 public:
  explicit Log(LogFormat format = LogFormat::raw, std::uint64_t max_size = 0, unsigned keep = 5)
      : options_{.path = scratch_ / "app.log",
                 .stream = "out",
                 .app = "app",
                 .format = format,
                 .max_size = max_size,
                 .keep = keep},
        held_(std::move(*hold_fifo(scratch_ / "fifo"))) {
    const std::string path = "/proc/self/fd/" + std::to_string(held_.get());
    app_.reset(::open(path.c_str(), O_RDWR | O_CLOEXEC | O_NONBLOCK));
    REQUIRE(app_);
    begin();
  }
  // As a new supervisor does.
  void begin() {
    writer_.reset();
    writer_.emplace(options_, std::move(*OutputReader::open(held_.get())));
  }

  LogWriter* operator->() { return &*writer_; }
  [[nodiscard]] const std::string& path() const { return options_.path; }
  [[nodiscard]] const Scratch& scratch() const { return scratch_; }
  [[nodiscard]] NativeHandle held() const { return held_.get(); }
  [[nodiscard]] NativeHandle app() const { return app_.get(); }

  // The app writes, and the writer hears of it `later`.
  void put(std::string_view text, Milliseconds later = 10ms) {
    while (!text.empty()) {
      const auto count = ::write(app_.get(), text.data(), text.size());
      if (count > 0) text.remove_prefix(static_cast<std::size_t>(count));
      now_ += later;
      writer_->readable(now_);
      if (count <= 0) pass(20ms);
    }
  }
  // Time passes until nothing is due any more, or `longest` is over.
  void pass(Milliseconds longest) {
    const Time end = now_ + longest;
    while (writer_->deadline() && *writer_->deadline() <= end) {
      now_ = std::max(now_, *writer_->deadline());
      writer_->pump(now_);
    }
    now_ = end;
  }
  void drain() { writer_->pump(now_, true); }
  [[nodiscard]] std::string text(unsigned number = 0) const {
    const auto read = read_file(number == 0 ? path() : rotated_path(path(), number), 1U << 30U);
    return read ? *read : "";
  }
  // All of it, the oldest first.
  [[nodiscard]] std::string whole() const {
    std::string all;
    for (unsigned i = options_.keep; i > 0; --i) all += text(i);
    return all + text();
  }

 private:
  Scratch scratch_;
  LogWriter::Options options_;
  Handle held_, app_;
  std::optional<LogWriter> writer_;
  Time now_ = steady_now();
};

inline std::string numbered(std::size_t from, std::size_t to, std::size_t length = 20) {
  std::string text;
  for (std::size_t i = from; i < to; ++i) {
    std::string line = std::to_string(i);
    text += std::string(9 - line.size(), '0') + line + std::string(length - 10, 'x') + '\n';
  }
  return text;
}

inline std::string without_stamps(const std::string& text) {
  std::string bare;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = text.find('\n', at) + 1;
    REQUIRE(end != 0);
    REQUIRE(end - at >= 31);
    CHECK(text[at + 10] == 'T');
    bare += text.substr(at + 30, end - at - 30);
    at = end;
  }
  return bare;
}

}  // namespace forever::test
