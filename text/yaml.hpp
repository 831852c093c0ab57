// YAML as JSON: libyaml finds the structure, this file says what a scalar means. Pure.
//
// The scalars are those of YAML 1.2's core schema, as PM2 reads them: a bare `yes` is a text, and so are 12:30, 010 and 0x1F.
// Anchors, aliases and merge keys (<<) work; what aliases copy is bounded, so that a small file cannot fill the memory.
#pragma once

#include <string>
#include <string_view>

#include "platform/result.hpp"

namespace forever {

// Whether this build has libyaml; Debian has none for Windows.
[[nodiscard]] bool reads_yaml() noexcept;

// The one document in `text` as JSON ("null" if it is empty). The Error says what is wrong and where: "line 3, column 5: …".
[[nodiscard]] Result<std::string> json_of_yaml(std::string_view text);

}  // namespace forever
