// Users and groups out of /etc/passwd and /etc/group (passwd(5), group(5)); numbers are taken as they are.
#include "platform/users.hpp"

#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <limits>
#include <optional>
#include <string_view>

#include "platform/environment.hpp"
#include "platform/files.hpp"
#include "platform/posix/sys.hpp"
#include "platform/privileges.hpp"

namespace forever {
namespace {

constexpr const char* kUsers = "/etc/passwd";
constexpr const char* kGroups = "/etc/group";

struct UserEntry {
  std::string_view name;
  std::uint32_t uid = 0;
  std::uint32_t gid = 0;
  std::string_view home;
  std::string_view shell;
};
struct GroupEntry {
  std::string_view name;
  std::uint32_t gid = 0;
  std::string_view members;
};

std::string_view take_until(std::string_view& text, char separator) noexcept {
  const std::string_view part = text.substr(0, text.find(separator));
  text.remove_prefix(std::min(part.size() + 1, text.size()));
  return part;
}

// The largest number means "no user" to the system calls.
std::optional<std::uint32_t> user_number_from(std::string_view text) noexcept {
  std::uint32_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  if (number == std::numeric_limits<std::uint32_t>::max()) return std::nullopt;
  return number;
}

// Shows each well-formed entry to `accept` until it returns true.
template <class Accept>
bool find_user(std::string_view file, Accept&& accept) {
  while (!file.empty()) {
    std::string_view line = take_until(file, '\n');
    UserEntry entry;
    entry.name = take_until(line, ':');
    take_until(line, ':');  // password
    const auto uid = user_number_from(take_until(line, ':'));
    const auto gid = user_number_from(take_until(line, ':'));
    take_until(line, ':');  // full name
    entry.home = take_until(line, ':');
    entry.shell = take_until(line, ':');
    if (entry.name.empty() || !uid || !gid) continue;
    entry.uid = *uid;
    entry.gid = *gid;
    if (accept(entry)) return true;
  }
  return false;
}

template <class Accept>
bool find_group(std::string_view file, Accept&& accept) {
  while (!file.empty()) {
    std::string_view line = take_until(file, '\n');
    GroupEntry entry;
    entry.name = take_until(line, ':');
    take_until(line, ':');  // password
    const auto gid = user_number_from(take_until(line, ':'));
    entry.members = take_until(line, ':');
    if (entry.name.empty() || !gid) continue;
    entry.gid = *gid;
    if (accept(entry)) return true;
  }
  return false;
}

std::string content_of(const char* path) {
  Result<std::string> text = read_file(path);
  return text ? std::move(*text) : std::string{};
}

bool is_member(std::string_view members, std::string_view user) noexcept {
  while (!members.empty()) {
    if (take_until(members, ',') == user) return true;
  }
  return false;
}

// By name, else by number; nothing if `user` is neither.
std::optional<Credentials> user_by(const std::string& file, const std::string& user) {
  const auto number = user_number_from(user);
  Credentials found;
  const auto take = [&](const UserEntry& entry) {
    found.uid = entry.uid;
    found.gid = entry.gid;
    found.user_name = entry.name;
    found.home = entry.home;
    found.shell = entry.shell;
    return true;
  };
  if (find_user(file, [&](const UserEntry& entry) { return entry.name == user && take(entry); })) return found;
  if (!number) return std::nullopt;
  if (find_user(file, [&](const UserEntry& entry) { return entry.uid == *number && take(entry); })) return found;
  return std::nullopt;
}

std::optional<std::uint32_t> group_by(const std::string& file, const std::string& group) {
  std::optional<std::uint32_t> found;
  find_group(file, [&](const GroupEntry& entry) {
    if (entry.name != group) return false;
    found = entry.gid;
    return true;
  });
  return found ? found : user_number_from(group);
}

Error told(std::string text) { return Error{std::move(text), {}}; }

}  // namespace

Result<Credentials> find_credentials(const std::string& user, const std::string& group) {
  const std::string groups = content_of(kGroups);
  Credentials credentials;
  if (auto found = user_by(content_of(kUsers), user)) {
    credentials = std::move(*found);
  } else if (const auto number = user_number_from(user)) {
    // A number that has no entry has no group of its own either, and root's would be a bad guess.
    if (group.empty()) return told("user " + user + " has no entry in " + kUsers + ": give a group, too");
    credentials.uid = *number;
    credentials.user_name = user;
  } else {
    return told("no such user: " + user);
  }
  if (!group.empty()) {
    const auto gid = group_by(groups, group);
    if (!gid) return told("no such group: " + group);
    credentials.gid = *gid;
  }
  credentials.groups.push_back(credentials.gid);
  find_group(groups, [&](const GroupEntry& entry) {
    if (entry.gid != credentials.gid && is_member(entry.members, credentials.user_name)) {
      credentials.groups.push_back(entry.gid);
    }
    return false;
  });
  return credentials;
}

std::string user_name(std::uint32_t uid) {
  const std::string number = std::to_string(uid);
  const auto found = user_by(content_of(kUsers), number);
  return found && found->uid == uid ? found->user_name : number;
}

std::uint32_t effective_uid() noexcept { return ::geteuid(); }

Status become_user(const Credentials& user) {
  const auto failed = [&] { return last_error("become user " + user.user_name); };
  const std::vector<gid_t> groups(user.groups.begin(), user.groups.end());
  if (sys::setgroups(groups.size(), groups.data()) != 0 || sys::setgid(gid_t{user.gid}) != 0) return failed();
  if (sys::setuid(uid_t{user.uid}) != 0) return failed();
  drop_capabilities();
  const bool back = user.uid != 0 && (::setuid(0) == 0 || ::seteuid(0) == 0 || ::getuid() == 0);
  if (back || ::getuid() != user.uid || ::geteuid() != user.uid || ::getgid() != user.gid)
    return error_from(EPERM, "drop root for user " + user.user_name);
  return Done{};
}

std::string home_directory() {
  if (auto home = environment_variable("HOME"); home && !home->empty()) return *home;
  const auto found = user_by(content_of(kUsers), std::to_string(effective_uid()));
  return found ? found->home : std::string{};
}

}  // namespace forever
