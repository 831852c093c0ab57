// The environment of an app: a list of "K=V", files of such lines, and which values are secrets. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "platform/result.hpp"
#include "platform/users.hpp"

namespace forever {

// What docker compose and Node's --env-file read: KEY=VALUE or KEY: VALUE on each line, '#' comments, an `export` prefix, and values in
// single, double or back quotes, which may span lines; \n \r \t \" \\ \$ are escapes in double quotes. Nothing is expanded. A KEY by
// itself is left as the caller has it. The Error names the line.
[[nodiscard]] Result<std::vector<std::string>> parse_env_file(std::string_view text, const std::string& what);
// Sets K in a list of "K=V"; nothing if `assignment` has no '=' or an empty or impossible name.
[[nodiscard]] bool set_environment(std::vector<std::string>& environment, std::string_view assignment);
// The value of K in such a list; empty if it is not set.
[[nodiscard]] std::string variable_of(const std::vector<std::string>& environment, std::string_view name);
// What login(1) sets for a user: USER, LOGNAME, HOME and SHELL. What `given` sets stays as it is there.
void set_user(std::vector<std::string>& environment, const Credentials& user, const std::vector<std::string>& given);
// Whether the variable describes the caller's login rather than the program: XDG_RUNTIME_DIR, MAIL, SSH_*, SUDO_* ... To a program that
// runs as another user it is useless or a way into the caller's session.
[[nodiscard]] bool belongs_to_session(std::string_view name);
// Whether `describe` must mask the value: names with KEY, SECRET, TOKEN, PASSWORD, PASSWD, CREDENTIAL, AUTH, PRIVATE …, URLs with user:password@.
[[nodiscard]] bool looks_secret(std::string_view name, std::string_view value);

}  // namespace forever
