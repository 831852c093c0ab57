// Apps files: any bytes are read or refused in one line; what is accepted can be named and has a possible order.
#include "cli/apps_file/apps_file.hpp"

#include <set>

#include "app/name.hpp"
#include "cli/apps_file/relaxed_json.hpp"
#include "test/fuzz/must.hpp"

using namespace forever;
using namespace forever::cli;
using test::must;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = test::text_of(data, size);
  must(plain_json(text).size() == text.size());
  const auto file = parse_apps(text, {"apps.json", "/srv", "/home", "prod", {}});
  if (!file) {
    must(file.error().message().find('\n') == std::string::npos);
    return 0;
  }
  std::set<std::string> before;
  for (const AppEntry& app : file->apps) {
    must(app.request.name && !fault_in_name(*app.request.name));
    must(!app.request.program.empty() && app.request.settings.has("cwd"));
    for (const std::string& name : app.depends_on) must(before.contains(name));
    must(before.insert(*app.request.name).second);
    for (const std::string& one : app.request.environment) must(one.find('=') != std::string::npos);
  }
  return 0;
}
