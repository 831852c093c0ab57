// The same apps for another supervisor: what all forms share.
#include "cli/export/export.hpp"

#include <algorithm>
#include <map>

#include "text/number.hpp"
#include "text/printable.hpp"
#include "text/utf8.hpp"

namespace forever::cli {

std::vector<ExportFile> export_apps(ExportForm form, const std::vector<ExportApp>& apps) {
  std::vector<ExportFile> files;
  switch (form) {
    case ExportForm::systemd:
      for (const ExportApp& app : apps) {
        const std::string name = dns_name(app.spec.name) + (app.spec.instances > 1 ? "@" : "");
        files.push_back({name + ".service", systemd_service(app, apps)});
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

std::optional<std::string> same_name_in_export(const std::vector<ExportApp>& apps) {
  std::map<std::string, std::string> taken;
  for (const ExportApp& app : apps) {
    const auto [other, fresh] = taken.emplace(dns_name(app.spec.name), app.spec.name);
    if (fresh || other->second == app.spec.name) continue;
    return printable(other->second) + " and " + printable(app.spec.name) + " would both be called " + other->first +
           " there; export them separately";
  }
  return std::nullopt;
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

namespace {

// Controls, and what YAML takes for a line break or does not let stand as it is (YAML 1.1, 5.1): the line and paragraph separators, the
// byte order mark and the two that are no characters.
bool must_be_escaped(char32_t code) noexcept {
  return code < 0x20 || (code >= 0x7f && code < 0xa0) || code == 0x2028 || code == 0x2029 || code == 0xfeff ||
         is_noncharacter(code);
}

void add_code(std::string& out, char32_t code) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  out += code > 0xffff ? "\\U" : "\\u";
  for (int shift = code > 0xffff ? 28 : 12; shift >= 0; shift -= 4) out += kDigits[(code >> shift) & 15U];
}

}  // namespace

std::string quoted_text(std::string_view text) {
  std::string out = "\"";
  while (!text.empty()) {
    std::string_view rest = text;
    const auto code = take_utf8(rest);
    const std::string_view character = text.substr(0, text.size() - rest.size());
    text = rest;
    if (!code) {
      add_code(out, static_cast<unsigned char>(character.front()));
    } else if (must_be_escaped(*code)) {
      add_code(out, *code);
    } else {
      if (*code == U'"' || *code == U'\\') out += '\\';
      out += character;
    }
  }
  return out + "\"";
}

std::string replaced(std::string_view text, std::string_view mark, std::string_view instead) {
  std::string out{text};
  for (std::size_t at = out.find(mark); at != std::string::npos; at = out.find(mark, at + instead.size()))
    out.replace(at, mark.size(), instead);
  return out;
}

std::string list_of(const std::vector<std::string>& words, std::size_t from, std::string (*change)(std::string_view)) {
  std::string text = "[";
  for (std::size_t i = from; i < words.size(); ++i) text += (i == from ? "" : ", ") + change(words[i]);
  return text + "]";
}

std::string loss_comments(ExportForm form, const ExportApp& app, const std::string& indent) {
  std::string text;
  for (const std::string& loss : losses(form, app)) text += indent + "# " + loss + "\n";
  return text;
}

bool may_name_variable(ExportForm form, std::string_view name) noexcept {
  // IsEnvVarName of Kubernetes; Nomad makes a '_' of what is none of these.
  const bool dots = form == ExportForm::kubernetes || form == ExportForm::nomad;
  if (!dots) return true;
  const auto fits = [&](char c) {
    return c == '_' || c == '.' || (c == '-' && form == ExportForm::kubernetes) || (c >= 'a' && c <= 'z') ||
           (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  };
  return !name.empty() && (name.front() < '0' || name.front() > '9') && std::all_of(name.begin(), name.end(), fits) &&
         name != "." && !name.starts_with("..");
}

std::string name_in(const std::string& assignment) { return assignment.substr(0, assignment.find('=')); }
std::string value_in(const std::string& assignment) { return assignment.substr(assignment.find('=') + 1); }

std::optional<std::string> port_of(const ExportApp& app) {
  for (const std::string& entry : app.environment) {
    if (!entry.starts_with("PORT=")) continue;
    const std::string word = value_in(entry);
    if (only_digits(word) && word.size() < 6 && std::stoi(word) > 0 && std::stoi(word) < 65536) return word;
  }
  return std::nullopt;
}

const ExportApp* find_export(const std::vector<ExportApp>& apps, const std::string& name) {
  const auto found =
      std::find_if(apps.begin(), apps.end(), [&](const ExportApp& app) { return app.spec.name == name; });
  return found == apps.end() ? nullptr : &*found;
}

std::uint64_t memory_limit(const AppSpec& spec) noexcept {
  return spec.cgroup.memory != 0 ? spec.cgroup.memory : spec.max_memory;
}

std::int64_t whole_seconds(Milliseconds time) { return std::chrono::ceil<std::chrono::seconds>(time).count(); }
std::string in_milliseconds(Milliseconds time) { return std::to_string(time.count()) + "ms"; }

bool docker_has_limit(std::string_view name) noexcept { return name != "AS"; }

std::int64_t seconds_to_give_up(const RestartPolicy& policy) {
  const Milliseconds wait = std::max(policy.restart_delay, policy.backoff_first);
  return (std::int64_t{policy.max_restarts.value_or(0)} + 1) * whole_seconds(policy.min_uptime + wait);
}

}  // namespace forever::cli
