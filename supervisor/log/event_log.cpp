// The only includer of spdlog.
#include "supervisor/log/event_log.hpp"

#include <spdlog/logger.h>
#include <spdlog/sinks/rotating_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>

#include <memory>
#include <string>

#include "platform/console.hpp"
#include "platform/files.hpp"

namespace forever {
namespace {

constexpr std::size_t kLargest = 1U << 20U;  // bytes
constexpr std::size_t kRotated = 1;

std::string& path() {
  static std::string held;
  return held;
}

std::shared_ptr<spdlog::logger>& logger() {
  static std::shared_ptr<spdlog::logger> held;
  return held;
}

// On a terminal the events appear between the lines of the program.
bool in_colours() { return path().empty() && colours_wanted(Stream::err); }

const char* colour_of(EventLevel level) {
  switch (level) {
    case EventLevel::info: return "\x1b[32m";
    case EventLevel::warning: return "\x1b[33m";
    case EventLevel::error: return "\x1b[31m";
  }
  return "";
}

// What is no regular file in its place makes way: opening a FIFO would wait for a reader.
void clear_place() {
  const auto facts = facts_of(path());
  if (facts && !facts->regular) (void)remove_tree(path()).ok();
}

// Throws what spdlog throws: the disk may be full, the directory gone.
void open() {
  if (logger()) return;
  std::shared_ptr<spdlog::sinks::sink> sink;
  if (path().empty()) {
    sink = std::make_shared<spdlog::sinks::stderr_sink_st>();
    sink->set_pattern(in_colours() ? "%v" : "forever: %v");
  } else {
    clear_place();
    sink = std::make_shared<spdlog::sinks::rotating_file_sink_st>(path(), kLargest, kRotated);
    sink->set_pattern("%Y-%m-%dT%H:%M:%S.%e%z %l: %v");
  }
  auto made = std::make_shared<spdlog::logger>("forever", std::move(sink));
  made->flush_on(spdlog::level::info);
  made->set_error_handler([](const std::string&) {});
  logger() = std::move(made);
}

spdlog::level::level_enum level_of(EventLevel level) {
  switch (level) {
    case EventLevel::info: return spdlog::level::info;
    case EventLevel::warning: return spdlog::level::warn;
    case EventLevel::error: return spdlog::level::err;
  }
  return spdlog::level::info;
}

}  // namespace

void open_event_log(const std::string& file) {
  path() = file;
  logger().reset();
}

void log_event(EventLevel level, std::string_view text) noexcept {
  try {
    open();
    if (in_colours()) {
      const std::string line = colour_of(level) + ("forever: " + std::string{text}) + "\x1b[0m";
      logger()->log(level_of(level), spdlog::string_view_t{line.data(), line.size()});
    } else {
      logger()->log(level_of(level), spdlog::string_view_t{text.data(), text.size()});
    }
  } catch (...) {
    // The next line tries again; the supervisor goes on without a log of its own.
  }
}

}  // namespace forever
