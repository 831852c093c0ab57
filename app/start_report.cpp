#include "app/start_report.hpp"

#include <sstream>

namespace forever {

// "started 12 13\n" or "failed 2 exec no such file\n"; the stage is "-" for none.
std::string encode_start_report(const StartReport& report) {
  std::string text = report.started
                         ? "started"
                         : "failed " + std::to_string(report.code) + ' ' + (report.stage.empty() ? "-" : report.stage);
  if (report.started) {
    for (const Pid pid : report.pids) text += ' ' + std::to_string(pid);
  } else {
    text += ' ' + report.reason;
  }
  return text + '\n';
}

StartReport decode_start_report(std::string_view text) {
  StartReport report;
  report.silent = true;
  report.reason = "its supervisor could not be started, or ended at once (too many processes? see ulimit -u)";
  if (text.empty() || text.back() != '\n') return report;
  std::istringstream words{std::string{text.substr(0, text.size() - 1)}};
  std::string verdict;
  words >> verdict;
  report.silent = false;
  if (verdict == "started") {
    report.started = true;
    report.reason.clear();
    for (Pid pid = 0; words >> pid;) report.pids.push_back(pid);
  } else if (verdict == "failed" && words >> report.code >> report.stage) {
    words.get();
    std::getline(words, report.reason);
    if (report.stage == "-") report.stage.clear();
  }
  return report;
}

}  // namespace forever
