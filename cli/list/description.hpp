// What `forever describe` prints of one app. Pure.
#pragma once

#include <optional>
#include <string>

#include "app/spec.hpp"
#include "cli/apps/look.hpp"

namespace forever::cli {

struct DescriptionStyle {
  bool colours = false;
  bool reveal = false;  // the environment is shown, with values that look like secrets
  bool all = false;     // every setting, the limits and the environment; times in full
};

// Sections of "key  value" lines. Without a spec (its file is unreadable) what the status knows is shown.
[[nodiscard]] std::string description(const AppLook& look, const std::optional<AppSpec>& spec,
                                      const DescriptionStyle& style);

}  // namespace forever::cli
