// The same apps for another supervisor: systemd, compose, Kubernetes, Nomad. Pure. A comment names each setting
// without an equivalent, so that no loss is silent.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "app/spec.hpp"
#include "text/words.hpp"

namespace forever::cli {

enum class ExportForm : std::uint8_t { systemd, compose, kubernetes, nomad };

struct ExportApp {
  AppSpec spec;                          // its limits: those to be written
  std::vector<std::string> command;      // as executed, the program by its absolute path where it was found
  std::vector<std::string> environment;  // "K=V", what the app has beyond its surroundings
};
struct ExportFile {
  std::string name;  // "web.service"
  std::string text;
};
// One file for each app for systemd and Nomad, one for all of them else.
[[nodiscard]] std::vector<ExportFile> export_apps(ExportForm form, const std::vector<ExportApp>& apps);
// Two apps whose names become one and the same there, in a sentence.
[[nodiscard]] std::optional<std::string> same_name_in_export(const std::vector<ExportApp>& apps);

// What the form has no words for, one sentence each, "lost: KEY …", without the mark of a comment.
[[nodiscard]] std::vector<std::string> losses(ExportForm form, const ExportApp& app);

[[nodiscard]] std::string systemd_service(const ExportApp& app, const std::vector<ExportApp>& all);
[[nodiscard]] std::string compose_file(const std::vector<ExportApp>& apps);
[[nodiscard]] std::string kubernetes_file(const std::vector<ExportApp>& apps);
[[nodiscard]] std::string nomad_job(const ExportApp& app);

// What the forms share.

// A name of letters, digits and '-' in lower case, not longer than 63 (RFC 1123, 2.1).
[[nodiscard]] std::string dns_name(std::string_view name);
// In double quotes, as JSON, YAML and HCL have it. Bytes that are no UTF-8 have no place in them: each becomes the character of its number.
[[nodiscard]] std::string quoted_text(std::string_view text);
// `text` with `instead` for each `mark`: how an interpolation is written off.
[[nodiscard]] std::string replaced(std::string_view text, std::string_view mark, std::string_view instead);
// "[one, two]" of the words from `from` on, each as `change` writes it.
[[nodiscard]] std::string list_of(const std::vector<std::string>& words, std::size_t from,
                                  std::string (*change)(std::string_view));
// "    # lost: …\n" for each.
[[nodiscard]] std::string loss_comments(ExportForm form, const ExportApp& app, const std::string& indent);
// Whether the form lets a variable of the environment have that name.
[[nodiscard]] bool may_name_variable(ExportForm form, std::string_view name) noexcept;
[[nodiscard]] std::string name_in(const std::string& assignment);
[[nodiscard]] std::string value_in(const std::string& assignment);
// The app's variable PORT, if that is a port.
[[nodiscard]] std::optional<std::string> port_of(const ExportApp& app);
[[nodiscard]] const ExportApp* find_export(const std::vector<ExportApp>& apps, const std::string& name);
// Bytes that the kernel is to keep the app below; where only forever keeps a limit, that. 0: none.
[[nodiscard]] std::uint64_t memory_limit(const AppSpec& spec) noexcept;
[[nodiscard]] std::int64_t whole_seconds(Milliseconds time);
[[nodiscard]] std::string in_milliseconds(Milliseconds time);
// Whether Docker has this limit of setrlimit(2).
[[nodiscard]] bool docker_has_limit(std::string_view name) noexcept;
// The longest time until the policy stops restarting: all starts that it allows, each as long as possible.
[[nodiscard]] std::int64_t seconds_to_give_up(const RestartPolicy& policy);

}  // namespace forever::cli

template <>
struct forever::WordsOf<forever::cli::ExportForm> {
  using enum forever::cli::ExportForm;
  static constexpr Word<forever::cli::ExportForm> table[] = {
      {systemd, "systemd"}, {compose, "compose"}, {kubernetes, "kubernetes"}, {nomad, "nomad"}};
};
