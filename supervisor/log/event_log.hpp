// The supervisor's own event log (spdlog, in one .cpp): starts, exits, decisions, trouble. logs/<name>.forever.log, rotated.
#pragma once

#include <string>
#include <string_view>

namespace forever {

enum class EventLevel : unsigned char { info, warning, error };

// Opens lazily at the first line; never fails: where it cannot write, it counts and goes on.
void open_event_log(const std::string& path);  // empty: stderr (`run`)
void log_event(EventLevel level, std::string_view text) noexcept;

}  // namespace forever
