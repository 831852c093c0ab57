// Windows runs a file by its ending alone.
#include "platform/script_head.hpp"

namespace forever {

ScriptHead script_head(const std::string&) { return {}; }

}  // namespace forever
