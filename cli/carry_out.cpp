// Which function carries out which Invocation.
#include "cli/carry_out.hpp"

#include <variant>

#include "cli/apps_file/apply.hpp"
#include "cli/boot/save.hpp"
#include "cli/boot/startup.hpp"
#include "cli/doctor/look_around.hpp"
#include "cli/export/export_to.hpp"
#include "cli/list/columns.hpp"
#include "cli/list/describe.hpp"
#include "cli/list/env.hpp"
#include "cli/list/list.hpp"
#include "cli/list/metrics.hpp"
#include "cli/list/pid.hpp"
#include "cli/logs/clean_logs.hpp"
#include "cli/logs/flush.hpp"
#include "cli/logs/logs.hpp"
#include "cli/monit/monit.hpp"
#include "cli/processes/find.hpp"
#include "cli/processes/port.hpp"
#include "cli/terminal/print.hpp"
#include "cli/verbs/completion.hpp"
#include "cli/verbs/delete.hpp"
#include "cli/verbs/reload.hpp"
#include "cli/verbs/reset.hpp"
#include "cli/verbs/restart.hpp"
#include "cli/verbs/run.hpp"
#include "cli/verbs/scale.hpp"
#include "cli/verbs/send.hpp"
#include "cli/verbs/signal.hpp"
#include "cli/verbs/start.hpp"
#include "cli/verbs/stop.hpp"
#include "cli/verbs/upgrade.hpp"
#include "cli/verbs/watch.hpp"

namespace forever::cli {
namespace {

struct Carrier {
  int operator()(const Start& command) const { return start(command); }
  int operator()(const Run& command) const { return run(command); }
  int operator()(const List& command) const { return list(command); }
  int operator()(const Stop& command) const { return stop(command); }
  int operator()(const Restart& command) const { return restart(command); }
  int operator()(const Delete& command) const { return remove(command); }
  int operator()(const Describe& command) const { return describe(command); }
  int operator()(const Logs& command) const { return show_logs(command); }
  int operator()(const Flush& command) const { return flush(command); }
  int operator()(const Pids& command) const { return pids(command); }
  int operator()(const Signal& command) const { return signal(command); }
  int operator()(const Reload& command) const { return reload(command); }
  int operator()(const Upgrade& command) const { return upgrade(command); }
  int operator()(const Scale& command) const { return scale(command); }
  int operator()(const Reopen& command) const { return reopen(command); }
  int operator()(const Port& command) const { return port(command); }
  int operator()(const Find& command) const { return find(command); }
  int operator()(const Apply& command) const { return apply(command); }
  int operator()(const Init& command) const { return init(command); }
  int operator()(const Save& command) const { return save(command); }
  int operator()(const Resurrect& command) const { return resurrect(command); }
  int operator()(const Startup& command) const { return startup(command); }
  int operator()(const Unstartup& command) const { return unstartup(command); }
  int operator()(const Env& command) const { return env(command); }
  int operator()(const Reset& command) const { return reset(command); }
  int operator()(const CleanLogs& command) const { return clean_logs(command); }
  int operator()(const Export& command) const { return export_to(command); }
  int operator()(const Watch& command) const { return watch(command); }
  int operator()(const Send& command) const { return send(command); }
  int operator()(const Columns& command) const { return columns(command); }
  int operator()(const Metrics& command) const { return metrics(command); }
  int operator()(const Doctor& command) const { return doctor(command); }
  int operator()(const MonitVerb& command) const { return monit(command); }
  int operator()(const Completion& command) const { return completion(command); }
  int operator()(const Show& command) const { return print(command.text); }
};

}  // namespace

int carry_out(const Invocation& invocation) { return std::visit(Carrier{}, invocation); }

}  // namespace forever::cli
