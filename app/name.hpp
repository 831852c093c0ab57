// Names of apps and namespaces: what is allowed, what a program is called by default. Pure.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace forever {

inline constexpr std::size_t kLongestName = 128;  // bytes; pid and log file names add a suffix to it

// Nothing if `name` may name an app (and a directory); else why not: empty, only blanks, too long, "." or "..", a '/' or '\', a control
// character, invalid UTF-8, a leading '-', only digits (would read as an id), the word "all", or with a ':' (would read as a selector key).
[[nodiscard]] std::optional<std::string> fault_in_name(std::string_view name);

// "node /srv/app/server.js" -> "server"; of a program or script path: the base name without a known script extension.
// A character that is not allowed in a name becomes '-'; never empty ("app"), never a name that fault_in_name refuses.
[[nodiscard]] std::string default_name(std::string_view program);
// `base`, else "base-1", "base-2" …: the first that is not `taken`.
[[nodiscard]] std::string unique_name(const std::string& base, const std::function<bool(const std::string&)>& taken);

}  // namespace forever
