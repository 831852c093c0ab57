#include "supervisor/instance/exit_hook.hpp"

#include <algorithm>
#include <cstdio>

#include "app/environment.hpp"
#include "app/spec.hpp"
#include "platform/signals.hpp"

namespace forever {
namespace {

// "12.345"
std::string seconds(Milliseconds duration) {
  char text[40];
  std::snprintf(text, sizeof text, "%lld.%03lld", static_cast<long long>(duration.count() / 1000),
                static_cast<long long>(duration.count() % 1000));
  return text;
}

}  // namespace

void add_exit_story(std::vector<std::string>& environment, const ExitStory& story) {
  const auto set = [&](const char* name, std::string value) {
    std::replace(value.begin(), value.end(), '\0', ' ');
    (void)set_environment(environment, std::string{name} + "=" + value);
  };
  const LastExit& exit = story.exit;
  const bool signalled = exit.status.kind == ExitStatus::Kind::signalled;
  const bool exited = exit.status.kind == ExitStatus::Kind::exited;
  set("FOREVER_APP", story.app);
  set("FOREVER_NAMESPACE", story.app_namespace);
  set("FOREVER_INSTANCE", std::to_string(exit.slot));
  set("FOREVER_PID", exit.pid > 0 ? std::to_string(exit.pid) : "");
  set("FOREVER_EXIT_CODE", exited ? std::to_string(exit.status.code) : "");
  set("FOREVER_EXIT_SIGNAL", signalled ? signal_name(static_cast<int>(exit.status.code)) : "");
  set("FOREVER_EXIT_REASON", describe_exit(exit.status, exit.stage.empty() ? "exec" : exit.stage));
  set("FOREVER_EXIT_TRIGGER", exit.trigger);
  set("FOREVER_UPTIME", seconds(exit.uptime));
  set("FOREVER_RESTARTS", std::to_string(story.restarts));
  set("FOREVER_NEXT", to_string(story.next));
  set("FOREVER_LAST_LINES", exit.last_lines);
  set("FOREVER_OUT_LOG", story.out_log);
  set("FOREVER_ERR_LOG", story.err_log);
}

}  // namespace forever
