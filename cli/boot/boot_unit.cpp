// The configuration that makes each init system start the apps at boot.
#include "cli/boot/boot_unit.hpp"

#include <array>

#include "text/shell.hpp"
#include "text/utf8.hpp"

namespace forever::cli {
namespace {

void add_byte(std::string& out, char c) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  const auto byte = static_cast<unsigned char>(c);
  ((out += "\\x") += kDigits[byte >> 4U]) += kDigits[byte & 15U];
}

// What systemd.service(5), "Quoting", has as an escape in double quotes; '%' begins a specifier everywhere. A line that is not UTF-8 is
// refused, an escape for such a byte is not.
void add_quoted(std::string& out, std::string_view text) {
  while (!text.empty()) {
    std::string_view rest = text;
    const auto code = take_utf8(rest);
    const std::string_view character = text.substr(0, text.size() - rest.size());
    text = rest;
    if (!code || *code < 0x20 || *code == 0x7f || is_noncharacter(*code)) {
      for (const char byte : character) add_byte(out, byte);
      continue;
    }
    if (*code == U'"' || *code == U'\\') out += '\\';
    if (*code == U'%') out += '%';
    out += character;
  }
}

std::string xml_text(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '&') {
      out += "&amp;";
    } else if (c == '<') {
      out += "&lt;";
    } else if (c == '>') {
      out += "&gt;";
    } else {
      out += c;
    }
  }
  return out;
}

}  // namespace

std::string systemd_word(std::string_view word) {
  std::string dollars;
  for (const char c : word) dollars.append(c == '$' ? 2 : 1, c);
  std::string out = "\"";
  add_quoted(out, dollars);
  return out + "\"";
}

std::string systemd_assignment(std::string_view name, std::string_view value) {
  std::string out = "\"" + std::string{name} + "=";
  add_quoted(out, value);
  return out + "\"";
}

std::string systemd_unit(const BootUnit& unit) {
  std::string text =
      "# Written by `forever startup`; `forever unstartup` removes it.\n"
      "[Unit]\n"
      "Description=Programs that forever keeps alive for " +
      unit.user +
      "\n"
      "Documentation=man:forever(1)\n";
  if (unit.system) text += "Wants=network-online.target\nAfter=network-online.target remote-fs.target\n";
  text +=
      "\n[Service]\n"
      "Type=oneshot\n"
      "RemainAfterExit=yes\n";
  if (unit.system && unit.user != "root") text += "User=" + unit.user + "\n";
  const std::string binary = systemd_word(unit.binary);
  text += "Environment=" + systemd_assignment("FOREVER_HOME", unit.state_directory) +
          "\n"
          "ExecStart=" +
          binary +
          " resurrect\n"
          "ExecStop=" +
          binary +
          " stopall --until-resurrect\n"
          "# Each app is stopped by its own plan and kill timeout, so the service as a whole needs none.\n"
          "TimeoutStopSec=infinity\n"
          "KillMode=mixed\n"
          "OOMPolicy=continue\n"
          "Delegate=yes\n"
          "\n[Install]\n"
          "WantedBy=" +
          (unit.system ? "multi-user.target" : "default.target") + "\n";
  return text;
}

std::string openrc_script(const BootUnit& unit) {
  const std::string as_user = unit.user == "root" ? "" : "su " + shell_quoted(unit.user) + " -s /bin/sh -c ";
  const auto command = [&](const std::string& verb) {
    const std::string words =
        "FOREVER_HOME=" + shell_quoted(unit.state_directory) + " " + shell_quoted(unit.binary) + " " + verb;
    return as_user.empty() ? words : as_user + shell_quoted(words);
  };
  return "#!/sbin/openrc-run\n"
         "# Written by `forever startup`; `forever unstartup` removes it.\n"
         "description=" +
         shell_quoted("Programs that forever keeps alive for " + unit.user) +
         "\n"
         "\ndepend() {\n\tneed localmount\n\tafter net\n}\n"
         "\nstart() {\n\tebegin 'Starting apps'\n\t" +
         command("resurrect") +
         "\n\teend $?\n}\n"
         "\nstop() {\n\tebegin 'Stopping apps'\n\t" +
         command("stopall --until-resurrect") + "\n\teend $?\n}\n";
}

std::string launchd_plist(const BootUnit& unit) {
  return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
         "<!DOCTYPE plist PUBLIC \"-//Apple//DTD PLIST 1.0//EN\" \"http://www.apple.com/DTDs/PropertyList-1.0.dtd\">\n"
         "<!-- Written by `forever startup`; `forever unstartup` removes it. -->\n"
         "<plist version=\"1.0\">\n<dict>\n"
         "  <key>Label</key>\n  <string>forever.resurrect</string>\n"
         "  <key>ProgramArguments</key>\n  <array>\n    <string>" +
         xml_text(unit.binary) +
         "</string>\n    <string>resurrect</string>\n  </array>\n"
         "  <key>EnvironmentVariables</key>\n  <dict>\n    <key>FOREVER_HOME</key>\n    <string>" +
         xml_text(unit.state_directory) +
         "</string>\n  </dict>\n"
         "  <key>RunAtLoad</key>\n  <true/>\n"
         "  <key>AbandonProcessGroup</key>\n  <true/>\n"
         "</dict>\n</plist>\n";
}

std::string cron_line(const BootUnit& unit) {
  // crontab(5): an unescaped '%' ends the command.
  std::string command =
      "FOREVER_HOME=" + shell_quoted(unit.state_directory) + " " + shell_quoted(unit.binary) + " resurrect --quiet ";
  for (std::size_t at = command.find('%'); at != std::string::npos; at = command.find('%', at + 2))
    command.insert(at, "\\");
  return "@reboot " + command + std::string{kCronMark};
}

std::string crontab_with(std::string_view crontab, const std::string& line) {
  std::string out;
  while (!crontab.empty()) {
    const std::size_t end = crontab.find('\n');
    const std::string_view one = crontab.substr(0, end);
    if (!one.ends_with(kCronMark)) out.append(one).append("\n");
    if (end == std::string_view::npos) break;
    crontab.remove_prefix(end + 1);
  }
  return line.empty() ? out : out + line + "\n";
}

std::optional<std::string_view> version_manager_of(std::string_view path) {
  struct Manager {
    std::string_view part, name;
  };
  constexpr auto kManagers = std::to_array<Manager>({{"/.nvm/", "nvm"},
                                                     {"/nvm/versions/", "nvm"},
                                                     {"/fnm_multishells/", "fnm"},
                                                     {"/.fnm/", "fnm"},
                                                     {"/fnm/node-versions/", "fnm"},
                                                     {"/.volta/", "Volta"},
                                                     {"/.n/", "n"},
                                                     {"/.asdf/", "asdf"},
                                                     {"/.local/share/mise/", "mise"},
                                                     {"/.nodenv/", "nodenv"},
                                                     {"/.pyenv/", "pyenv"},
                                                     {"/.rbenv/", "rbenv"},
                                                     {"/.rvm/", "rvm"},
                                                     {"/.plenv/", "plenv"},
                                                     {"/.phpenv/", "phpenv"},
                                                     {"/.jenv/", "jenv"},
                                                     {"/.sdkman/", "SDKMAN"}});
  for (const Manager& manager : kManagers) {
    if (path.find(manager.part) != std::string_view::npos) return manager.name;
  }
  return std::nullopt;
}

}  // namespace forever::cli
