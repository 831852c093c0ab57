// The settings that say what an app is, and how each of its processes is started.
#include "app/settings/setting.hpp"
#include "text/number.hpp"
#include "text/split.hpp"

namespace forever {
namespace {

constexpr Setting kIdentity[] = {
    {.option = {"--namespace", ValueKind::name, "NAME",
                "The group of apps that the app belongs to; also a selector. Default: default."},
     .json = "namespace",
     .field = IN(app_namespace)},
    {.option = {"--stdin", ValueKind::none, "",
                "Connects standard input to `forever send`. By default standard input is /dev/null."},
     .json = "stdin",
     .field = IN(input)},
};

// "50%", "150"
Fault take_percent(AppSpec& spec, std::span<const std::string> values) {
  std::string_view digits = values.back();
  if (digits.ends_with('%')) digits.remove_suffix(1);
  const auto share = whole_number<unsigned>(digits);
  if (!share || *share > 1'000'000) return "is not a percentage of a processor; try 50% or 150%";
  spec.cgroup.cpu_percent = *share;
  return {};
}

// "022", "0o22", "22": octal in each case.
Fault take_umask(AppSpec& spec, std::span<const std::string> values) {
  const std::string& value = values.back();
  const bool octal = !value.empty() && value.size() <= 4 && value.find_first_not_of("01234567") == std::string::npos;
  const unsigned long mode = octal ? std::stoul(value, nullptr, 8) : 01000;
  if (mode > 0777) return "is not a file mode in octal; try 022";
  spec.umask = static_cast<unsigned>(mode);
  return {};
}

Fault take_interpreter(AppSpec& spec, std::span<const std::string> values) {
  spec.interpreter.clear();
  for (const std::string_view part : split_words(values.back(), ' ')) {
    if (!part.empty()) spec.interpreter.emplace_back(part);
  }
  return spec.interpreter.empty() ? Fault{"is empty; use `none` for no interpreter"} : Fault{};
}

constexpr Setting kProcess[] = {
    {.option = {"--interpreter", ValueKind::words, "COMMAND",
                "The command that runs the program, with options if required: --interpreter \"python3 -u\". `none`: no "
                "interpreter. By default a script that is not executable is run "
                "by the interpreter of its extension (js node, py python3, sh sh, rb ruby, pl perl, php php)."},
     .json = "interpreter",
     .field = IN(interpreter),
     .keys = "interpreter exec_interpreter command",
     .take = take_interpreter},
    {.option = {"--cwd", ValueKind::directory, "DIRECTORY",
                "The working directory, recorded as typed. Default: the current directory."},
     .json = "cwd",
     .field = IN(directory),
     .keys = "cwd workingDir",
     .peers = "--workingDir"},
    {.option = {"--user", ValueKind::user, "USER", "Runs as this user, by name or number; root only."},
     .json = "user",
     .field = IN(user),
     .peers = "--uid"},
    {.option = {"--group", ValueKind::group, "GROUP",
                "Runs with this group, by name or number; root only. Default: the user's group."},
     .json = "group",
     .field = IN(group),
     .keys = "gid group",
     .peers = "--gid"},
    {.option = {"--umask", ValueKind::mode, "MASK",
                "The file mode creation mask in octal, for example 022. Default: the caller's."},
     .json = "umask",
     .field = IN(umask),
     .most = 0777,
     .take = take_umask},
    {.option = {"--max-open-files", ValueKind::count, "N",
                "The limit of open files (RLIMIT_NOFILE). Only root can exceed the caller's hard limit. "
                "Default: the caller's."},
     .json = "max_open_files",
     .field = IN(max_open_files),
     .least = 1,
     .most = 0xffff'ffff},
    {.option = {"--nice", ValueKind::count, "N",
                "The scheduling priority, 19 (lowest) to -20 (highest). Only root can set a negative value. Default: "
                "the caller's."},
     .json = "nice",
     .field = IN(nice),
     .least = -20,
     .most = 19},
    {.option =
         {"--cgroup-memory", ValueKind::size, "SIZE",
          "Limits the memory of the whole process tree by a cgroup; the kernel kills processes that exceed it. A bare "
          "number is bytes; 0 removes the limit. Needs a delegated cgroup (`forever doctor`)."},
     .json = "cgroup.memory",
     .field = IN(cgroup.memory)},
    {.option = {"--cgroup-cpu", ValueKind::percent, "PERCENT",
                "Limits the whole process tree to this percentage of one processor by a cgroup: 150% is one "
                "and a half. 0 removes the limit."},
     .json = "cgroup.cpu_percent",
     .field = IN(cgroup.cpu_percent),
     .take = take_percent},
};

}  // namespace

constinit const SettingGroup kIdentitySettings{"Identity", kIdentity};
constinit const SettingGroup kProcessSettings{"Execution", kProcess};

}  // namespace forever
