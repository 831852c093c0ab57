// The same apps for another supervisor: systemd, compose, Kubernetes, Nomad. Pure. What has no equal there is said in a
// comment beside it, so that nothing is lost in silence.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "supervisor/spec.hpp"

namespace forever::cli {

enum class ExportForm : std::uint8_t { systemd, compose, kubernetes, nomad };

struct ExportApp {
  AppSpec spec;
  std::vector<std::string> command;      // as executed, the program by its absolute path where it was found
  std::vector<std::string> environment;  // "K=V", what the app has beyond its surroundings
};
struct ExportFile {
  std::string name;  // "web.service"
  std::string text;
};
// One file for each app for systemd and Nomad, one for all of them else.
[[nodiscard]] std::vector<ExportFile> export_apps(ExportForm form, const std::vector<ExportApp>& apps);

// What no other supervisor does in the same way: one sentence each, without the mark of a comment.
[[nodiscard]] std::vector<std::string> common_losses(const AppSpec& spec);
// A name of letters, digits and '-' in lower case, not longer than 63 (RFC 1123, 2.1).
[[nodiscard]] std::string dns_name(std::string_view name);
// In double quotes, as JSON, YAML and HCL have it.
[[nodiscard]] std::string quoted_text(std::string_view text);
// For the value of an app's variable; nothing if it has none.
[[nodiscard]] std::optional<std::string> value_of(const ExportApp& app, std::string_view name);

[[nodiscard]] std::string systemd_service(const ExportApp& app);
[[nodiscard]] std::string compose_file(const std::vector<ExportApp>& apps);
[[nodiscard]] std::string kubernetes_file(const std::vector<ExportApp>& apps);
[[nodiscard]] std::string nomad_job(const ExportApp& app);

[[nodiscard]] std::optional<ExportForm> export_form_from(std::string_view word) noexcept;

}  // namespace forever::cli
