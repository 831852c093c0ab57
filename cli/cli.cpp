// The command line as a whole: parse, hand over to the verb, tell what was wrong.
#include "cli/cli.hpp"

#include <algorithm>
#include <array>
#include <exception>
#include <string_view>

#include "cli/as_user.hpp"
#include "cli/carry_out.hpp"
#include "cli/grammar/global_options.hpp"
#include "cli/logs/logs.hpp"
#include "cli/terminal/print.hpp"
#include "platform/arguments.hpp"

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

// Whether the answer is to be JSON, asked of a command line that could not be understood.
bool wants_json(const std::vector<std::string>& words) {
  const auto end = std::find(words.begin(), words.end(), "--");
  return std::find(words.begin(), end, "--json") != end;
}

}  // namespace

bool starts_apps(int argc, char** argv) noexcept {
  constexpr std::array<std::string_view, 3> kVerbs{"start", "apply", "resurrect"};
  if (argc < 2 || std::find(kVerbs.begin(), kVerbs.end(), argv[1]) == kVerbs.end()) return false;
  return !may_name_user(argc, argv);  // what was set aside would be root's
}

int run_command_line(int argc, char** argv) {
  std::vector<std::string> words = program_arguments(argc, argv);
  try {
    const auto global = take_global_options(words);
    if (const auto* error = std::get_if<UsageError>(&global))
      return fail({ExitCode::usage, error->message}, wants_json(words));
    const auto parsed = parse(words);
    if (const auto* error = std::get_if<UsageError>(&parsed))
      return fail({ExitCode::usage, error->message}, wants_json(words));
    const Invocation& invocation = std::get<Invocation>(parsed);
    const std::string& user = std::get<GlobalOptions>(global).as_user;
    if (!user.empty() && !std::holds_alternative<Show>(invocation)) {
      if (const auto failure = act_as(user)) return fail(*failure, wants_json(words));
    }
    return std::visit(Carrier{}, invocation);
  } catch (const std::exception& trouble) {
    // Out of memory, mostly. Whatever it is, it is told in one line.
    return fail({ExitCode::failed, trouble.what()}, wants_json(words));
  }
}

}  // namespace forever::cli
