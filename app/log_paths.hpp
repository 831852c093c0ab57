// Where an app's logs are, and what their rotated files are called.
#pragma once

#include <optional>
#include <string>
#include <utility>

#include "app/spec.hpp"
#include "app/state_directory.hpp"
#include "platform/guarded_folder.hpp"

namespace forever {

// Out and err that name one file are one log: two writers would overwrite each other's bytes.
void merge_same_logs(AppSpec& spec);
// The log of its own choice that another app writes to at the moment; nothing if there is none.
[[nodiscard]] std::optional<std::string> log_in_use(const AppSpec& spec);
// Whose hands the log may have been in that the spec names as `given` (logs.out, logs.err).
[[nodiscard]] PathTrust trust_in_log(const AppSpec& spec, const std::string& given);
// Where an app's logs are: the spec's, else the state directory's. The second is empty when merged.
[[nodiscard]] std::pair<std::string, std::string> log_paths(const StateDirectory& state, const AppSpec& spec);
// "web.out.log" -> "web.out.log.1" …; for readers that follow and for flush.
[[nodiscard]] std::string rotated_path(const std::string& path, unsigned number);

}  // namespace forever
