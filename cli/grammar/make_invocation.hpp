// How the options and operands of each verb become its Invocation; the table of cli/grammar/verbs.cpp names these.
#pragma once

#include "cli/grammar/verbs.hpp"

namespace forever::cli {

using Made = std::variant<Invocation, UsageError>;

[[nodiscard]] Made make_start(Draft& draft, Operands& operands);
[[nodiscard]] Made make_run(Draft& draft, Operands& operands);
[[nodiscard]] Made make_dev(Draft& draft, Operands& operands);
[[nodiscard]] Made make_list(Draft& draft, Operands& operands);
[[nodiscard]] Made make_for_all(Draft& draft, Operands& operands);
[[nodiscard]] Made make_save(Draft& draft, Operands& operands);
[[nodiscard]] Made make_resurrect(Draft& draft, Operands& operands);
[[nodiscard]] Made make_startup(Draft& draft, Operands& operands);
[[nodiscard]] Made make_unstartup(Draft& draft, Operands& operands);
[[nodiscard]] Made make_env(Draft& draft, Operands& operands);
[[nodiscard]] Made make_reset(Draft& draft, Operands& operands);
[[nodiscard]] Made make_cleanlogs(Draft& draft, Operands& operands);
[[nodiscard]] Made make_export(Draft& draft, Operands& operands);
[[nodiscard]] Made make_stop(Draft& draft, Operands& operands);
[[nodiscard]] Made make_stopall(Draft& draft, Operands& operands);
[[nodiscard]] Made make_restart(Draft& draft, Operands& operands);
[[nodiscard]] Made make_restartall(Draft& draft, Operands& operands);
[[nodiscard]] Made make_delete(Draft& draft, Operands& operands);
[[nodiscard]] Made make_describe(Draft& draft, Operands& operands);
[[nodiscard]] Made make_logs(Draft& draft, Operands& operands);
[[nodiscard]] Made make_flush(Draft& draft, Operands& operands);
[[nodiscard]] Made make_reopen(Draft& draft, Operands& operands);
[[nodiscard]] Made make_pid(Draft& draft, Operands& operands);
[[nodiscard]] Made make_signal(Draft& draft, Operands& operands);
[[nodiscard]] Made make_port(Draft& draft, Operands& operands);
[[nodiscard]] Made make_doctor(Draft& draft, Operands& operands);
[[nodiscard]] Made make_metrics(Draft& draft, Operands& operands);
[[nodiscard]] Made make_monit(Draft& draft, Operands& operands);
[[nodiscard]] Made make_find(Draft& draft, Operands& operands);
[[nodiscard]] Made make_apply(Draft& draft, Operands& operands);
[[nodiscard]] Made make_init(Draft& draft, Operands& operands);
[[nodiscard]] Made make_reload(Draft& draft, Operands& operands);
[[nodiscard]] Made make_upgrade(Draft& draft, Operands& operands);
[[nodiscard]] Made make_scale(Draft& draft, Operands& operands);
[[nodiscard]] Made make_send(Draft& draft, Operands& operands);
[[nodiscard]] Made make_columns(Draft& draft, Operands& operands);
[[nodiscard]] Made make_watch(Draft& draft, Operands& operands);
[[nodiscard]] Made make_completion(Draft& draft, Operands& operands);
[[nodiscard]] Made make_help(Draft& draft, Operands& operands);

}  // namespace forever::cli
