// What each verb does with its Invocation; one file of code for each family. All return the exit code.
#pragma once

#include "cli/grammar/invocation.hpp"

namespace forever::cli {

// start_verbs.cpp
[[nodiscard]] int start(const Start& command);
[[nodiscard]] int run(const Run& command);
// look_verbs.cpp
[[nodiscard]] int list(const List& command);
[[nodiscard]] int describe(const Describe& command);
[[nodiscard]] int pids(const Pids& command);
// stop_verbs.cpp
[[nodiscard]] int stop(const Stop& command);
[[nodiscard]] int restart(const Restart& command);
[[nodiscard]] int remove(const Delete& command);
// send_verbs.cpp
[[nodiscard]] int send(const Send& command);
[[nodiscard]] int signal(const Signal& command);
[[nodiscard]] int flush(const Flush& command);
[[nodiscard]] int reopen(const Reopen& command);
// monit.cpp
[[nodiscard]] int monit(const MonitVerb& command);
// metrics.cpp
[[nodiscard]] int metrics(const Metrics& command);
// doctor_verb.cpp
[[nodiscard]] int doctor(const Doctor& command);
// reach_verbs.cpp
[[nodiscard]] int port(const Port& command);
[[nodiscard]] int find(const Find& command);
// apps_verbs.cpp
[[nodiscard]] int apply(const Apply& command);
[[nodiscard]] int init(const Init& command);
// cluster_verbs.cpp
[[nodiscard]] int reload(const Reload& command);
[[nodiscard]] int upgrade(const Upgrade& command);
[[nodiscard]] int scale(const Scale& command);
// save_verbs.cpp
[[nodiscard]] int save(const Save& command);
[[nodiscard]] int resurrect(const Resurrect& command);
// columns_verb.cpp
[[nodiscard]] int columns(const Columns& command);
// startup_verbs.cpp
[[nodiscard]] int startup(const Startup& command);
[[nodiscard]] int unstartup(const Unstartup& command);
// habit_verbs.cpp
[[nodiscard]] int env(const Env& command);
[[nodiscard]] int reset(const Reset& command);
[[nodiscard]] int clean_logs(const CleanLogs& command);
// export_verbs.cpp
[[nodiscard]] int export_to(const Export& command);
// watch_verb.cpp
[[nodiscard]] int watch(const Watch& command);
// completion.cpp
[[nodiscard]] int completion(const Completion& command);

}  // namespace forever::cli
