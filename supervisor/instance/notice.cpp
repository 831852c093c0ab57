#include "supervisor/instance/notice.hpp"

#include <algorithm>

namespace forever {

Notice after(Notice notice, std::string_view message) {
  bool said = false;
  while (!message.empty()) {
    const std::string_view line = message.substr(0, message.find('\n'));
    message.remove_prefix(std::min(line.size() + 1, message.size()));
    if (line == "READY=1") {
      notice.ready = true;
      notice.stopping = false;
    } else if (line == "STOPPING=1") {
      notice.ready = false;
      notice.stopping = true;
    } else if (line.starts_with("STATUS=")) {
      notice.says = line.substr(7, kLongestSaying);
      std::erase(notice.says, '\0');
      said = true;
    }
  }
  if (notice.stopping && !said) notice.says = "stopping";
  return notice;
}

}  // namespace forever
