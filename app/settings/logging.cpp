// The settings of an app's logs.
#include "app/settings/setting.hpp"

namespace forever {
namespace {

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
};

}  // namespace

constinit const SettingGroup kLogSettings{"Logs", kLogRows};

}  // namespace forever
