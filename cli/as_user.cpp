#include "cli/as_user.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <vector>

#include "platform/environment.hpp"
#include "platform/files.hpp"
#include "platform/users.hpp"

namespace forever::cli {
namespace {

constexpr std::array<std::string_view, 11> kKept{"TERM", "COLORTERM", "NO_COLOR", "FORCE_COLOR", "COLUMNS", "LINES",
                                                 "LANG", "LANGUAGE",  "TZ",       "PATH",        "PWD"};
constexpr std::array<std::string_view, 2> kPlaces{"FOREVER_HOME", "FOREVER_ROOT"};

bool is_kept(std::string_view name) { return name.starts_with("LC_") || std::ranges::find(kKept, name) != kKept.end(); }

// As the user, who may not even be able to look at it.
bool is_of_another(const std::string& directory, std::uint32_t user) {
  const auto facts = facts_of(absolute_path(directory));
  if (!facts) return facts.error().code != std::errc::no_such_file_or_directory;
  return facts->owner != user;
}

std::vector<std::string> environment_of(const Credentials& user) {
  std::vector<std::string> environment{"USER=" + user.user_name, "LOGNAME=" + user.user_name};
  if (!user.home.empty()) environment.push_back("HOME=" + user.home);
  if (!user.shell.empty()) environment.push_back("SHELL=" + user.shell);
  for (std::string& entry : whole_environment()) {
    const std::string name = entry.substr(0, entry.find('='));
    const bool place =
        std::ranges::find(kPlaces, name) != kPlaces.end() && !is_of_another(entry.substr(name.size() + 1), user.uid);
    if (place || is_kept(name)) environment.push_back(std::move(entry));
  }
  return environment;
}

}  // namespace

std::optional<Failure> act_as(const std::string& user) {
  const std::size_t colon = user.find(':');
  const std::string group = colon == std::string::npos ? std::string{} : user.substr(colon + 1);
  const auto found = find_credentials(user.substr(0, colon), group);
  if (!found) return Failure{ExitCode::failed, "--as " + user + ": " + found.error().message()};
  if (effective_uid() != 0) {
    if (found->uid == effective_uid()) return std::nullopt;
    return Failure{ExitCode::failed, "only root can act as another user (--as " + user + ")"};
  }
  if (const Status became = become_user(*found); !became) return Failure{ExitCode::failed, became.error().message()};
  replace_environment(environment_of(*found));
  return std::nullopt;
}

}  // namespace forever::cli
