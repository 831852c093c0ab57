// Compares ledgers and logs.
#include "test/chaos/lines.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <sstream>

#include "test/support/run.hpp"

namespace forever::chaos {
namespace {

namespace fs = std::filesystem;

struct Found {
  std::map<std::string, std::vector<std::uint64_t>> numbers;  // by run
  std::vector<std::string> torn;
};

std::map<std::string, std::uint64_t> ledgers_of(const App& app) {
  std::map<std::string, std::uint64_t> ledgers;
  for (const auto& entry : fs::directory_iterator(app.directory)) {
    const std::string name = entry.path().filename();
    if (!name.starts_with("run-")) continue;
    const std::string bytes = test::read_file(entry.path());
    std::uint64_t count = 0;
    if (bytes.size() == sizeof count) std::memcpy(&count, bytes.data(), sizeof count);
    ledgers[name.substr(4)] = count;
  }
  return ledgers;
}

bool all_digits(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// "RUN NUMBER xxx", RUN being "PID-MS".
bool take(std::string_view line, Found& found) {
  const auto first = line.find(' ');
  const auto dash = line.find('-');
  if (first == std::string_view::npos || dash == std::string_view::npos || dash > first) return false;
  const std::string_view number = line.substr(first + 1, 10);
  const bool whole = all_digits(line.substr(0, dash)) && all_digits(line.substr(dash + 1, first - dash - 1)) &&
                     number.size() == 10 && all_digits(number) && line.size() > first + 12 && line[first + 11] == ' ' &&
                     line.find_first_not_of('x', first + 12) == std::string_view::npos;
  if (whole) found.numbers[std::string(line.substr(0, first))].push_back(std::stoull(std::string(number)));
  return whole;
}

void read_log(const std::string& text, bool raw, Found& found) {
  std::size_t at = 0;
  while (at < text.size()) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    std::string_view line(text.data() + at, end - at);
    if (!raw) line.remove_prefix(std::min(line.find(' ') + 1, line.size()));
    if (!line.empty() && !take(line, found)) found.torn.emplace_back(line.substr(0, 120));
    at = end + 1;
  }
}

// Nothing of one that was seen before.
std::string content_of(const fs::path& file, std::set<ino_t>& seen) {
  const int opened = open(file.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  struct stat facts {};
  const bool fresh = opened >= 0 && fstat(opened, &facts) == 0 && seen.insert(facts.st_ino).second;
  std::string text(fresh ? static_cast<std::size_t>(facts.st_size) : 0, '\0');
  const ssize_t got = pread(opened, text.data(), text.size(), 0);
  close(opened);
  text.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
  return text;
}

}  // namespace

void Lines::forgive(const App& app) {
  for (const auto& [run, count] : ledgers_of(app)) forgiven_[app.name].insert(run);
}

void Lines::may_repeat(const App& app) {
  for (const auto& [run, count] : ledgers_of(app)) repeating_[app.name].insert(run);
}

std::vector<std::string> Lines::faults(const App& app) const {
  // The ledgers first: what is written after this look is not missed.
  const auto ledgers = ledgers_of(app);
  Found found;
  std::error_code error;
  std::set<ino_t> seen;  // a file that is renamed during the walk is listed under both names
  for (const auto& entry : fs::directory_iterator(logs_, error)) {
    if (!entry.path().filename().string().starts_with(app.name + ".out.log") || !entry.is_regular_file(error)) continue;
    read_log(content_of(entry.path(), seen), app.raw, found);
  }
  const auto in = [&](const auto& runs, const std::string& run) {
    const auto of_app = runs.find(app.name);
    return of_app != runs.end() && of_app->second.contains(run);
  };
  std::vector<std::string> faults;
  bool all_clean = true;
  for (const auto& [run, count] : ledgers) {
    if (in(forgiven_, run)) {
      all_clean = false;
      continue;
    }
    std::vector<std::uint64_t> numbers = found.numbers[run];
    std::sort(numbers.begin(), numbers.end());
    const std::size_t all = numbers.size();
    numbers.erase(std::unique(numbers.begin(), numbers.end()), numbers.end());
    const std::string what = app.name + ": of the " + std::to_string(count) + " lines of run " + run + " ";
    if (in(repeating_, run)) {
      all_clean = false;
    } else if (all != numbers.size()) {
      faults.push_back(what + std::to_string(all - numbers.size()) + " are there twice");
    }
    const auto there =
        static_cast<std::uint64_t>(std::upper_bound(numbers.begin(), numbers.end(), count) - numbers.begin());
    if (there < count) {
      std::uint64_t missing = 1;
      for (const std::uint64_t number : numbers) {
        if (number == missing) ++missing;
      }
      faults.push_back(what + std::to_string(count - there) + " are missing, the first is " + std::to_string(missing));
    }
  }
  if (all_clean) {
    for (const std::string& line : found.torn) faults.push_back(app.name + ": a line that nobody wrote: " + line);
  }
  return faults;
}

}  // namespace forever::chaos
