// What the supervisor's descriptors are called in its event loop.
#pragma once

#include <cstdint>

namespace forever {

inline constexpr std::uint64_t kLinkToken = 1;
inline constexpr std::uint64_t kProcessToken = 4;                // processes that are not our children
inline constexpr std::uint64_t kWatchToken = 5;                  // changes of files
inline constexpr std::uint64_t kOutputsToken = 0x10000;          // two for each slot
inline constexpr std::uint64_t kReportToken = 0x1000000;         // plus the instance's key
inline constexpr std::uint64_t kCallsToken = 0x200000000;        // plus the instance's key
inline constexpr std::uint64_t kNoticeToken = 0x400000000;       // plus the instance's key
inline constexpr std::uint64_t kControlToken = 0x1000000000000;  // the listener's; clients follow

}  // namespace forever
