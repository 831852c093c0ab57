// The settings of an app's logs.
#include "app/settings/setting.hpp"

namespace forever {
namespace {

constexpr Setting kLogRows[] = {
    {.option = {"-o,--out", ValueKind::log, "FILE",
                "Where its standard output is kept. Default: logs/NAME.out.log in the state directory."},
     .json = "logs.out",
     .field = IN(logs.out),
     .keys = "out_file out output out_log outFile",
     .peers = "--output"},
    {.option = {"--err", ValueKind::log, "FILE",
                "Where its standard error is kept. Default: logs/NAME.err.log in the state directory."},
     .json = "logs.err",
     .field = IN(logs.err),
     .keys = "error_file error err err_file err_log errFile",
     .peers = "--error"},
    {.option = {"--merge-logs", ValueKind::none, "", "Keeps both in the output's file, in the order of writing."},
     .json = "logs.merge",
     .field = IN(logs.merge)},
    {.option = {"--log-format", ValueKind::word, "FORMAT",
                "raw (byte for byte), time (a time stamp before each line) or json (one object a line). Default raw."},
     .json = "logs.format",
     .field = IN(logs.format)},
    {.option = {"--log-max-size", ValueKind::size, "SIZE",
                "Rotates a log that has grown to this. A bare number is bytes, 0 never rotates. Default 10M."},
     .json = "logs.max_size",
     .field = IN(logs.max_size)},
    {.option = {"--log-keep", ValueKind::count, "N", "How many rotated files are kept for each stream. Default 5."},
     .json = "logs.keep",
     .field = IN(logs.keep),
     .most = 0xffff},
};

}  // namespace

constinit const SettingGroup kLogSettings{"Its logs", kLogRows};

}  // namespace forever
