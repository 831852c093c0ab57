// What `list --json` and `describe --json` say, in the shapes that tests ask for.
#include "test/support/json.hpp"

#include <stdexcept>

namespace forever::test {

Json parse_json(const std::string& text) {
  try {
    return Json::parse(text);
  } catch (const Json::exception& error) {
    throw std::runtime_error(std::string(error.what()) + "\nin: " + text);
  }
}

Json read_json(const std::filesystem::path& file) { return parse_json(read_file(file)); }

Json list_json(const TemporaryHome& home) { return parse_json(home.forever({"list", "--json"}).out); }

Json describe_json(const TemporaryHome& home, const std::string& name) {
  const Result result = home.forever({"describe", name, "--json"});
  return result.exit_code == 0 ? parse_json(result.out) : Json();
}

Json listed(const TemporaryHome& home, const std::string& name) {
  const Json list = list_json(home);
  for (const Json& app : list.at("apps")) {
    if (app.at("name") == name) return app;
  }
  return {};
}

std::string status_of(const TemporaryHome& home, const std::string& name) {
  const Json app = listed(home, name);
  return app.is_null() ? "" : app.at("status").get<std::string>();
}

int pid_of(const TemporaryHome& home, const std::string& name, std::size_t slot) {
  const Json app = listed(home, name);
  if (app.is_null() || app.at("instances").size() <= slot) return 0;
  const Json& pid = app.at("instances").at(slot).at("pid");
  return pid.is_number() ? pid.get<int>() : 0;
}

bool wait_for_other_pid(const TemporaryHome& home, const std::string& name, int old) {
  return wait_until([&] {
    const int pid = pid_of(home, name);
    return pid > 0 && pid != old;
  });
}

bool wait_for_status(const TemporaryHome& home, const std::string& name, const std::string& status,
                     Milliseconds deadline) {
  return wait_until([&] { return status_of(home, name) == status; }, deadline);
}

}  // namespace forever::test
