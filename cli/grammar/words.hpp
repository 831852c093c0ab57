// Words of the command line that have an enum each. Pure.
#pragma once

#include <cstdint>

#include "text/words.hpp"

namespace forever::cli {

enum class ExportForm : std::uint8_t { systemd, compose, kubernetes, nomad };
enum class InitSystem : std::uint8_t { systemd, openrc, launchd, cron, logon };  // logon: Windows', which nobody names
enum class MetricsFormat : std::uint8_t { openmetrics, text };

}  // namespace forever::cli

namespace forever {

template <>
struct WordsOf<cli::ExportForm> {
  using enum cli::ExportForm;
  static constexpr Word<cli::ExportForm> table[] = {
      {systemd, "systemd"}, {compose, "compose"}, {kubernetes, "kubernetes"}, {nomad, "nomad"}};
};
template <>
struct WordsOf<cli::InitSystem> {
  using enum cli::InitSystem;
  static constexpr Word<cli::InitSystem> table[] = {
      {systemd, "systemd"}, {openrc, "openrc"}, {launchd, "launchd"}, {cron, "cron"}, {logon, "Windows"}};
};
template <>
struct WordsOf<cli::MetricsFormat> {
  using enum cli::MetricsFormat;
  static constexpr Word<cli::MetricsFormat> table[] = {{openmetrics, "openmetrics"}, {text, "text"}};
};

}  // namespace forever
