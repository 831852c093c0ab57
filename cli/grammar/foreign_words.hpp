// Verbs and options of other supervisors that ours has under another name, and what to type instead. One table.
#pragma once

#include <string_view>

namespace forever::cli {

// "forever monit" for "top"; empty if no peer has the word. It is only mentioned, not carried out: the verbs differ in more than their spelling.
[[nodiscard]] std::string_view ours_for_verb(std::string_view word);
// "--out" for PM2's "-l" of start; empty where no other `verb` of that name has the option, or it is in a setting's row (Setting::peers).
[[nodiscard]] std::string_view ours_for_option(std::string_view name, std::string_view verb);

}  // namespace forever::cli
