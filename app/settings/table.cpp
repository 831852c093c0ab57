// All groups of settings, in the order of the help.
#include "app/settings/setting.hpp"

namespace forever {

std::span<const SettingGroup* const> setting_groups() {
  static constexpr const SettingGroup* kGroups[] = {&kIdentitySettings, &kProcessSettings, &kInstanceSettings,
                                                    &kPortSettings,     &kRestartSettings, &kWatchSettings,
                                                    &kHealthSettings,   &kStopSettings,    &kLogSettings};
  return kGroups;
}

}  // namespace forever
