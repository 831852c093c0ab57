// Files of KEY=VALUE lines, lists of such, and secrets among them; see environment.hpp.
#include "app/environment.hpp"

#include <algorithm>
#include <array>
#include <optional>

namespace forever {

namespace {

bool is_space(char c) noexcept { return c == ' ' || c == '\t'; }

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

// Takes the first line off `text`, without its end.
std::string_view take_text_line(std::string_view& text) {
  const std::size_t end = text.find('\n');
  std::string_view line = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
  return line;
}

// The character that a backslash and `c` stand for in double quotes; others keep the backslash.
std::optional<char> escaped(char c) noexcept {
  switch (c) {
    case 'n': return '\n';
    case 't': return '\t';
    case 'r': return '\r';
    case '"': return '"';
    case '\\': return '\\';
    case '$': return '$';
    default: return std::nullopt;
  }
}

// `text` begins with a quote. The value up to its partner, line breaks included; `text` becomes what follows. Nothing: it is not
// closed. A single quote can be written \' in single quotes, as docker compose has it; a backquote, Node's third, escapes nothing.
std::optional<std::string> take_quoted(std::string_view& text) {
  const char quote = text.front();
  std::string value;
  for (std::size_t at = 1; at < text.size(); ++at) {
    const char c = text[at];
    if (c == quote) {
      text.remove_prefix(at + 1);
      return value;
    }
    if (c == '\r' && at + 1 < text.size() && text[at + 1] == '\n') continue;  // the file's way to end a line
    std::optional<char> meant;
    if (c == '\\' && at + 1 < text.size()) {
      if (quote == '"') meant = escaped(text[at + 1]);
      if (quote == '\'' && text[at + 1] == '\'') meant = '\'';
    }
    value += meant.value_or(c);
    if (meant) ++at;
  }
  return std::nullopt;
}

// An unquoted value ends before a blank and '#'.
std::string_view without_comment(std::string_view value) {
  for (std::size_t at = 1; at < value.size(); ++at) {
    if (value[at] == '#' && is_space(value[at - 1])) return trimmed(value.substr(0, at));
  }
  return value;
}

bool is_quote(char c) noexcept { return c == '"' || c == '\'' || c == '`'; }

// A name by itself stands for the variable as the caller has it (docker compose), so there is nothing to add.
bool names_a_variable(std::string_view word) noexcept {
  const auto fits = [](char c) {
    return c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  };
  return !word.empty() && (word.front() < '0' || word.front() > '9') && std::all_of(word.begin(), word.end(), fits);
}

// Takes one assignment, of several lines where a quote spans them, off `text`; what is wrong with it, if anything is.
std::optional<std::string> take_assignment(std::vector<std::string>& environment, std::string_view& text) {
  const std::string_view whole = text;
  std::string_view line = trimmed(take_text_line(text));
  if (line.empty() || line.front() == '#') return std::nullopt;
  if (line.starts_with("export") && line.size() > 6 && is_space(line[6])) line = trimmed(line.substr(6));
  // `NAME: value` is docker compose's other form.
  const std::size_t equals = line.find_first_of("=:");
  if (equals == std::string_view::npos) {
    const std::string_view word = without_comment(line);
    if (names_a_variable(word)) return std::nullopt;
    return "there is no '='";
  }
  const std::string_view name = trimmed(line.substr(0, equals));
  if (name.empty()) return "the name is missing";
  if (std::any_of(name.begin(), name.end(), [](char c) { return is_space(c) || is_quote(c); }))
    return "the name contains a blank or a quote";
  std::string_view rest = trimmed(line.substr(equals + 1));
  std::string value;
  if (!rest.empty() && is_quote(rest.front())) {
    // The value may go on below: from the quote on, the whole of the file.
    std::string_view behind = whole.substr(static_cast<std::size_t>(rest.data() - whole.data()));
    std::optional<std::string> quoted = take_quoted(behind);
    if (!quoted) return "the quote is not closed";
    text = behind;
    rest = trimmed(take_text_line(text));
    if (!rest.empty() && rest.front() != '#') return "something follows the closing quote";
    value = std::move(*quoted);
  } else if (!rest.starts_with('#')) {
    value = without_comment(rest);
  }
  if (!set_environment(environment, std::string(name) + "=" + value)) return "it contains a NUL";
  return std::nullopt;
}

std::string upper(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return out;
}

// "DB_PASS" has the word "PASS", "BYPASS" has not.
bool has_word(std::string_view name, std::string_view word) {
  for (std::size_t at = name.find(word); at != std::string_view::npos; at = name.find(word, at + 1)) {
    const std::size_t end = at + word.size();
    if ((at == 0 || name[at - 1] == '_') && (end == name.size() || name[end] == '_')) return true;
  }
  return false;
}

// "scheme://user:password@host" anywhere in the value (RFC 3986, 3.2.1).
bool has_password_in_url(std::string_view value) {
  for (std::size_t at = value.find("://"); at != std::string_view::npos; at = value.find("://", at + 3)) {
    const std::string_view authority = value.substr(at + 3, value.find_first_of("/?# \t\n", at + 3) - (at + 3));
    const std::size_t sign = authority.rfind('@');
    if (sign != std::string_view::npos && authority.substr(0, sign).find(':') != std::string_view::npos) return true;
  }
  return false;
}

}  // namespace

Result<std::vector<std::string>> parse_env_file(std::string_view text, const std::string& what) {
  std::vector<std::string> environment;
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
  const std::string_view whole = text;
  while (!text.empty()) {
    const std::size_t begin = whole.size() - text.size();
    if (const std::optional<std::string> fault = take_assignment(environment, text)) {
      const auto number = 1 + std::count(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(begin), '\n');
      return Error{what + ", line " + std::to_string(number) + ": " + *fault + " (expected KEY=VALUE)", {}};
    }
  }
  return environment;
}

bool set_environment(std::vector<std::string>& environment, std::string_view assignment) {
  const std::size_t equals = assignment.find('=');
  if (equals == std::string_view::npos || equals == 0 || assignment.find('\0') != std::string_view::npos) return false;
  const std::string_view key = assignment.substr(0, equals + 1);
  for (std::string& known : environment) {
    if (known.starts_with(key)) {
      known = assignment;
      return true;
    }
  }
  environment.emplace_back(assignment);
  return true;
}

std::string variable_of(const std::vector<std::string>& environment, std::string_view name) {
  for (const std::string& entry : environment) {
    if (entry.size() > name.size() && entry.starts_with(name) && entry[name.size()] == '=')
      return entry.substr(name.size() + 1);
  }
  return {};
}

void set_user(std::vector<std::string>& environment, const Credentials& user, const std::vector<std::string>& given) {
  const auto set = [&](std::string_view name, const std::string& value) {
    const std::string begin = std::string{name} + '=';
    const bool named =
        std::any_of(given.begin(), given.end(), [&](const std::string& e) { return e.starts_with(begin); });
    if (!value.empty() && !named) (void)set_environment(environment, begin + value);
  };
  set("USER", user.user_name);
  set("LOGNAME", user.user_name);
  set("HOME", user.home);
  set("SHELL", user.shell);
}

bool belongs_to_session(std::string_view name) {
  // pam_systemd(8), pam_env(8), the XDG Base Directory Specification, ssh(1), sudo(8), gpg-agent(1), su(1).
  constexpr std::array<std::string_view, 25> kNames{"XDG_RUNTIME_DIR",
                                                    "XDG_CONFIG_HOME",
                                                    "XDG_DATA_HOME",
                                                    "XDG_STATE_HOME",
                                                    "XDG_CACHE_HOME",
                                                    "XDG_VTNR",
                                                    "XDG_CURRENT_DESKTOP",
                                                    "DESKTOP_SESSION",
                                                    "SESSION_MANAGER",
                                                    "DBUS_SESSION_BUS_ADDRESS",
                                                    "DBUS_SESSION_BUS_PID",
                                                    "DISPLAY",
                                                    "WAYLAND_DISPLAY",
                                                    "XAUTHORITY",
                                                    "ICEAUTHORITY",
                                                    "WINDOWID",
                                                    "GPG_AGENT_INFO",
                                                    "GPG_TTY",
                                                    "GNUPGHOME",
                                                    "KRB5CCNAME",
                                                    "MAIL",
                                                    "MAILDIR",
                                                    "USERNAME",
                                                    "HISTFILE",
                                                    "PULSE_SERVER"};
  constexpr std::array<std::string_view, 4> kPrefixes{"XDG_SESSION_", "XDG_SEAT", "SSH_", "SUDO_"};
  return std::find(kNames.begin(), kNames.end(), name) != kNames.end() ||
         std::any_of(kPrefixes.begin(), kPrefixes.end(), [&](std::string_view one) { return name.starts_with(one); });
}

bool looks_secret(std::string_view name, std::string_view value) {
  const std::string key = upper(name);
  constexpr std::array<std::string_view, 8> kParts{"KEY",        "SECRET", "TOKEN",      "PASSWORD",
                                                   "PASSPHRASE", "PASSWD", "CREDENTIAL", "PRIVATE"};
  constexpr std::array<std::string_view, 6> kWords{"PASS", "PAT", "DSN", "COOKIE", "SALT", "SIGNATURE"};
  const auto part_of_key = [&](std::string_view part) { return key.find(part) != std::string::npos; };
  const auto word_of_key = [&](std::string_view word) { return has_word(key, word); };
  if (std::any_of(kParts.begin(), kParts.end(), part_of_key) || std::any_of(kWords.begin(), kWords.end(), word_of_key))
    return true;
  // PWD alone is the directory; an AUTHOR is no authorisation.
  if (has_word(key, "PWD") && key != "PWD" && key != "OLDPWD" && key != "INIT_PWD") return true;
  const std::size_t auth = key.find("AUTH");
  if (auth != std::string::npos && (key.compare(auth, 6, "AUTHOR") != 0 || key.compare(auth, 8, "AUTHORIZ") == 0 ||
                                    key.compare(auth, 8, "AUTHORIS") == 0)) {
    return true;
  }
  return has_password_in_url(value) || (value.find("-----BEGIN ") != std::string_view::npos &&
                                        value.find("PRIVATE KEY-----") != std::string_view::npos);
}

}  // namespace forever
