// saved.json: the apps that `resurrect` brings back, with all of their settings. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "app/spec.hpp"
#include "platform/result.hpp"

namespace forever {

struct SavedApp {
  AppSpec spec;
  bool online = true;  // what it was wanted to be; a stopped app stays stopped
  friend bool operator==(const SavedApp&, const SavedApp&) = default;
};

inline constexpr int kSavedVersion = 1;
[[nodiscard]] std::string saved_to_json(const std::vector<SavedApp>& apps);
// Refuses in one clear line: not JSON, cut off, wrong types, a newer version. `what` is the file, for the message.
[[nodiscard]] Result<std::vector<SavedApp>> saved_from_json(std::string_view text, const std::string& what);

}  // namespace forever
