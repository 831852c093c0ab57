// The settings that say what an app is, and how each of its processes is started.
#include "app/settings/setting.hpp"
#include "text/number.hpp"
#include "text/split.hpp"

namespace forever {
namespace {

constexpr Setting kIdentity[] = {
    {.option = {"--namespace", ValueKind::name, "NAME",
                "The group of apps it belongs to, a selector of its own. Without it: default."},
     .json = "namespace",
     .field = IN(app_namespace)},
    {.option = {"--stdin", ValueKind::none, "",
                "Lets it read what `forever send` writes. Without it its standard input is /dev/null."},
     .json = "stdin",
     .field = IN(input)},
};

// "50%", "150"
Fault take_percent(AppSpec& spec, std::span<const std::string> values) {
  std::string_view digits = values.back();
  if (digits.ends_with('%')) digits.remove_suffix(1);
  const auto share = whole_number<unsigned>(digits);
  if (!share || *share > 1'000'000) return "is not a share of a processor; try 50%, or 150%";
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
  return spec.interpreter.empty() ? Fault{"is empty; say `none` for no interpreter"} : Fault{};
}

constexpr Setting kProcess[] = {
    {.option =
         {"--interpreter", ValueKind::words, "COMMAND",
          "What runs the program, with its own options if need be: --interpreter \"node "
          "--max-old-space-size=512\". `none` means never one. Without it: a script that is not executable is run "
          "by the interpreter of its extension (js node, py python3, sh sh, rb ruby, pl perl, php php)."},
     .json = "interpreter",
     .field = IN(interpreter),
     .keys = "interpreter exec_interpreter command",
     .take = take_interpreter},
    {.option = {"--cwd", ValueKind::directory, "DIRECTORY",
                "Where it runs, kept as typed. Without it: the current directory."},
     .json = "cwd",
     .field = IN(directory),
     .keys = "cwd workingDir",
     .peers = "--workingDir"},
    {.option = {"--user", ValueKind::user, "USER", "Runs as this user, by name or number. Only root may ask for it."},
     .json = "user",
     .field = IN(user),
     .peers = "--uid"},
    {.option = {"--group", ValueKind::group, "GROUP",
                "Runs with this group, by name or number. Only root may ask for it. Without it: the user's own."},
     .json = "group",
     .field = IN(group),
     .keys = "gid group",
     .peers = "--gid"},
    {.option = {"--umask", ValueKind::mode, "MASK",
                "The permissions that its new files do not get, in octal, as 022. Without it: as the caller."},
     .json = "umask",
     .field = IN(umask),
     .most = 0777,
     .take = take_umask},
    {.option = {"--max-open-files", ValueKind::count, "N",
                "How many files it may have open at once (RLIMIT_NOFILE). Only root may give more than it has itself. "
                "Without it: as the caller."},
     .json = "max_open_files",
     .field = IN(max_open_files),
     .least = 1,
     .most = 0xffff'ffff},
    {.option = {"--nice", ValueKind::count, "N",
                "Its priority, 19 (last) to -20 (first). Only root may go below 0. Without it: as the caller."},
     .json = "nice",
     .field = IN(nice),
     .least = -20,
     .most = 19},
    {.option =
         {"--cgroup-memory", ValueKind::size, "SIZE",
          "The kernel keeps its whole process tree below this by a cgroup: what cannot be freed is killed. A bare "
          "number is bytes, 0 takes the limit away. Needs a delegated cgroup (`forever doctor`)."},
     .json = "cgroup.memory",
     .field = IN(cgroup.memory)},
    {.option = {"--cgroup-cpu", ValueKind::percent, "PERCENT",
                "The kernel gives its whole process tree no more than this of one processor, by a cgroup: 150% is one "
                "and a half. 0 takes the limit away."},
     .json = "cgroup.cpu_percent",
     .field = IN(cgroup.cpu_percent),
     .take = take_percent},
};

}  // namespace

constinit const SettingGroup kIdentitySettings{"What it is", kIdentity};
constinit const SettingGroup kProcessSettings{"How it runs", kProcess};

}  // namespace forever
