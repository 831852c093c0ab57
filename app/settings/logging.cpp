// The settings of an app's logs.
#include "app/settings/setting.hpp"

namespace forever {
namespace {

Fault take_log_mode(AppSpec& spec, std::span<const std::string> values) {
  const std::string& value = values.back();
  const bool octal = !value.empty() && value.size() <= 4 && value.find_first_not_of("01234567") == std::string::npos;
  const unsigned long mode = octal ? std::stoul(value, nullptr, 8) : 0;
  if (mode > 0777 || (mode & 0600) != 0600) return "is not a file mode in octal that lets us write; try 0640";
  spec.logs.mode = static_cast<unsigned>(mode);
  return {};
}

constexpr Setting kLogRows[] = {
    {.option = {"-o,--out", ValueKind::log, "FILE",
                "The log file of standard output. Default: logs/NAME.out.log in the state directory."},
     .json = "logs.out",
     .field = IN(logs.out),
     .keys = "out_file out output out_log outFile",
     .peers = "--output"},
    {.option = {"--err", ValueKind::log, "FILE",
                "The log file of standard error. Default: logs/NAME.err.log in the state directory."},
     .json = "logs.err",
     .field = IN(logs.err),
     .keys = "error_file error err err_file err_log errFile",
     .peers = "--error"},
    {.option = {"--merge-logs", ValueKind::none, "",
                "Writes both streams to the log of standard output, in the order of writing."},
     .json = "logs.merge",
     .field = IN(logs.merge)},
    {.option =
         {"--log-format", ValueKind::word, "FORMAT",
          "raw (unchanged bytes), time (a time stamp before each line) or json (one object per line). Default raw."},
     .json = "logs.format",
     .field = IN(logs.format)},
    {.option = {"--log-max-size", ValueKind::size, "SIZE",
                "Rotates a log that has reached this size. A bare number is bytes; 0 disables rotation. Default 10M."},
     .json = "logs.max_size",
     .field = IN(logs.max_size)},
    {.option = {"--log-keep", ValueKind::count, "N", "The number of rotated files to keep for each stream. Default 5."},
     .json = "logs.keep",
     .field = IN(logs.keep),
     .most = 0xffff},
    {.option = {"--log-mode", ValueKind::mode, "MODE",
                "The permissions of a new log file, in octal, as 0640. Without it: 0600, for a file named by --out or "
                "--err what "
                "the umask leaves of 0666. A rotated log passes on its own."},
     .json = "logs.mode",
     .field = IN(logs.mode),
     .most = 0777,
     .take = take_log_mode},
};

}  // namespace

constinit const SettingGroup kLogSettings{"Logs", kLogRows};

}  // namespace forever
