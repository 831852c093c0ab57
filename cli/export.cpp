// The same apps for another supervisor: what all forms share.
#include "cli/export.hpp"

#include "supervisor/names.hpp"
#include "supervisor/units.hpp"
#include "supervisor/utf8.hpp"

namespace forever::cli {

std::vector<ExportFile> export_apps(ExportForm form, const std::vector<ExportApp>& apps) {
  std::vector<ExportFile> files;
  switch (form) {
    case ExportForm::systemd:
      for (const ExportApp& app : apps) {
        const std::string name = dns_name(app.spec.name) + (app.spec.instances > 1 ? "@" : "");
        files.push_back({name + ".service", systemd_service(app)});
      }
      break;
    case ExportForm::compose: files.push_back({"compose.yaml", compose_file(apps)}); break;
    case ExportForm::kubernetes: files.push_back({"kubernetes.yaml", kubernetes_file(apps)}); break;
    case ExportForm::nomad:
      for (const ExportApp& app : apps) files.push_back({dns_name(app.spec.name) + ".nomad.hcl", nomad_job(app)});
      break;
  }
  return files;
}

std::vector<std::string> common_losses(const AppSpec& spec) {
  std::vector<std::string> losses;
  if (!spec.cron_restart.empty())
    losses.push_back("lost: cron_restart \"" + printable(spec.cron_restart) + "\"; no restart by the clock");
  if (spec.instances > 1)
    losses.push_back("lost: instances do not share one port by themselves; put a load balancer before them");
  for (const std::string& address : spec.listen)
    losses.push_back("lost: the open socket that it is passed, " + printable(address) +
                     "; see ListenStream= in systemd.socket(5)");
  if (spec.restart.on != RestartOn::never) {
    losses.push_back("lost: the waits between restarts (three at once, then " +
                     format_duration(spec.restart.backoff_first) + " growing to " +
                     format_duration(spec.restart.backoff_cap) + ")");
  }
  return losses;
}

std::string dns_name(std::string_view name) {
  constexpr std::size_t kLongest = 63;
  std::string out;
  for (const char c : name.substr(0, kLongest)) {
    if (c >= 'A' && c <= 'Z') {
      out += static_cast<char>(c - 'A' + 'a');
    } else {
      const bool plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
      out += plain ? c : '-';
    }
  }
  while (!out.empty() && out.front() == '-') out.erase(0, 1);
  while (!out.empty() && out.back() == '-') out.pop_back();
  return out.empty() ? "app" : out;
}

std::string quoted_text(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  const bool whole = is_utf8(text);
  std::string out = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      (out += '\\') += c;
    } else if (byte < 0x20 || byte == 0x7f || (byte >= 0x80 && !whole)) {
      ((out += "\\u00") += kDigits[byte >> 4U]) += kDigits[byte & 15U];
    } else {
      out += c;
    }
  }
  return out + "\"";
}

std::optional<std::string> value_of(const ExportApp& app, std::string_view name) {
  for (const std::string& entry : app.environment) {
    if (entry.size() > name.size() && entry.starts_with(name) && entry[name.size()] == '=')
      return entry.substr(name.size() + 1);
  }
  return std::nullopt;
}

std::optional<ExportForm> export_form_from(std::string_view word) noexcept {
  if (word == "systemd") return ExportForm::systemd;
  if (word == "compose") return ExportForm::compose;
  if (word == "kubernetes") return ExportForm::kubernetes;
  if (word == "nomad") return ExportForm::nomad;
  return std::nullopt;
}

}  // namespace forever::cli
