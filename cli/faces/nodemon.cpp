#include "cli/faces/nodemon.hpp"

#include <algorithm>

#include "cli/faces/foreign_options.hpp"

namespace forever::cli {
namespace {

constexpr ForeignOption kNodemonOptions[] = {
    {"-w --watch", Put::value, "--watch"},
    {"-i --ignore", Put::value, "--ignore"},
    {"-e --ext", Put::value, "--ext"},
    {"-x --exec", Put::value, "--exec"},
    {"-d --delay", Put::seconds, "--watch-delay"},
    {"-s --signal", Put::value, "--kill-signal"},
    {"-L --legacy-watch", Put::flag, "--poll"},
    {"--polling-interval", Put::milliseconds, "--poll"},
    {"--cwd", Put::value, "--cwd"},
    {"-I --no-stdin", Put::nothing},
    {"-q --quiet", Put::nothing},
    {"-V --verbose", Put::nothing},
    {"-C --on-change-only", Put::missing, "the program starts at once"},
    {"--no-update-notifier", Put::nothing},
    {"--no-colours", Put::nothing},
    {"--no-colors", Put::nothing},
    {"--colours", Put::nothing},
    {"--spawn", Put::nothing},
    {"--exitcrash", Put::missing, "it waits for a change after a crash"},
    {"--config", Put::missing_value, "nodemon.json beside the program is read"},
    {"--dump", Put::missing, "`forever dev --help` names what is watched"},
    {"--inspect", Put::mark},
    {"--inspect-brk", Put::mark},
    {"-v --version", Put::mark},
    {"-h --help", Put::mark},
};

// nodemon's own options end where the program begins: what follows is the program's.
std::size_t program_of(const std::vector<std::string>& words) {
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (words[i] == "--") return words.size();
    if (!words[i].starts_with('-')) return i;
    for (const ForeignOption& option : kNodemonOptions) {
      const auto names = " " + std::string{option.names} + " ";
      const bool values = option.put == Put::value || option.put == Put::seconds || option.put == Put::milliseconds ||
                          option.put == Put::missing_value;
      if (values && names.find(" " + words[i] + " ") != std::string::npos) ++i;
      if (i >= words.size()) break;
    }
  }
  return words.size();
}

}  // namespace

std::variant<Translation, UsageError> from_nodemon(const std::vector<std::string>& words,
                                                   const std::function<bool(const std::string&)>& is_there,
                                                   const std::function<std::string()>& main) {
  const std::size_t begin = program_of(words);
  const std::vector<std::string> own(words.begin(), words.begin() + static_cast<std::ptrdiff_t>(begin));
  auto options = read_foreign(kNodemonOptions, own, is_there);
  if (auto* error = std::get_if<UsageError>(&options)) return std::move(*error);
  const ReadOptions& read = std::get<ReadOptions>(options);
  if (read.marked("--version")) return Translation{.commands = {{"--version"}}};
  if (read.marked("--help")) return Translation{.commands = {{"help", "dev"}}};
  std::vector<std::string> rest(words.begin() + static_cast<std::ptrdiff_t>(begin), words.end());
  if (rest.empty() && !read.has("--exec")) rest.push_back(main());
  std::vector<std::string> dev{"dev"};
  if (!rest.empty()) dev.push_back(rest.front());
  dev.insert(dev.end(), read.ours.begin(), read.ours.end());
  for (const char* inspector : {"--inspect", "--inspect-brk"}) {
    if (read.marked(inspector)) dev.push_back(std::string{"--interpreter=node "} + inspector);
  }
  std::vector<std::string> arguments = read.after_dashes;
  if (!rest.empty()) arguments.insert(arguments.end(), rest.begin() + 1, rest.end());
  if (!arguments.empty()) {
    dev.emplace_back("--");
    dev.insert(dev.end(), arguments.begin(), arguments.end());
  }
  return Translation{.commands = {std::move(dev)}, .remarks = read.remarks};
}

}  // namespace forever::cli
