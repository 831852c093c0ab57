#include "cli/app_environment.hpp"

#include <algorithm>

#include "app/environment.hpp"
#include "platform/environment.hpp"
#include "platform/files.hpp"
#include "platform/guarded_folder.hpp"

namespace forever::cli {
namespace {

std::optional<Failure> lay_file_over(const std::string& path, AppSpec& spec) {
  const auto text = read_given_file(path, other_user_of(spec));
  if (!text) return Failure{ExitCode::failed, text.error().message()};
  const auto entries = parse_env_file(*text, path);
  if (!entries) return Failure{ExitCode::failed, entries.error().message()};
  for (const std::string& entry : *entries) (void)set_environment(spec.environment, entry);
  return std::nullopt;
}

// Whether there was anything of the caller's login.
bool leave_out_session(AppSpec& spec) {
  if (!other_user_of(spec)) return false;
  return std::erase_if(spec.environment, [](const std::string& entry) {
           return belongs_to_session(std::string_view{entry}.substr(0, entry.find('=')));
         }) != 0;
}

std::optional<Failure> lay_over_all(AppSpec& spec) {
  for (const std::string& path : spec.environment_files) {
    if (auto failure = lay_file_over(path, spec)) return failure;
  }
  for (const std::string& entry : spec.given_environment) (void)set_environment(spec.environment, entry);
  return std::nullopt;
}

}  // namespace

std::optional<Failure> give_environment(const AppRequest& request, AppSpec& spec) {
  std::vector<std::string>& files = spec.environment_files;
  for (const std::string& path : request.environment_files) {
    const std::string whole = absolute_path(path);
    std::erase(files, whole);  // the last one wins
    files.push_back(whole);
  }
  for (const std::string& entry : request.environment) (void)set_environment(spec.given_environment, entry);
  if (leave_out_session(spec) || !request.environment_files.empty()) return lay_over_all(spec);
  for (const std::string& entry : spec.given_environment) (void)set_environment(spec.environment, entry);
  return std::nullopt;
}

std::optional<Failure> renew_environment(AppSpec& spec) {
  spec.environment = environment_snapshot();
  (void)leave_out_session(spec);
  return lay_over_all(spec);
}

}  // namespace forever::cli
