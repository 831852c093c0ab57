#include "supervisor/succession/start_reporting.hpp"

#include <algorithm>

#include "app/start_report.hpp"
#include "platform/files.hpp"
#include "platform/pipe.hpp"

namespace forever {

void StartReporting::prepare() {
  if (!pipe_ || !text_.empty()) return;
  if (!std::ranges::all_of(roster_, &Instance::start_known)) return;
  StartReport report;
  report.started = true;
  report.pids = roster_.pids();
  for (Instance& instance : roster_) {
    if (!app_.fresh || instance.failed_stage().empty() || app_.last_exits.empty()) continue;
    const LastExit& last = app_.last_exits.back();
    report.started = false;
    report.stage = instance.failed_stage();
    report.code = static_cast<int>(last.status.code);
    report.reason = describe_exit(last.status, report.stage);
  }
  if (!report.started) {
    app_.desired = Desired::stopped;
    for (Instance& instance : roster_) carry_out_.advance(instance, event::Stop{});
  }
  text_ = encode_start_report(report);
}

void StartReporting::give_up(const Error& error) {
  // No client waits: the keeper tries again, unless even the files are missing and no process is left from which to rebuild them.
  const bool nothing = !exists(app_.state.spec_path(app_.name)) && !exists(app_.state.status_path(app_.name));
  if (!app_.fresh && !pipe_ && !nothing) return;
  StartReport report;
  report.reason = error.message();
  report.code = error.code.value();
  text_ = encode_start_report(report);
  (void)link_.finish().ok();
  files_.lock().unlock();
  send();
}

void StartReporting::send() {
  if (text_.empty() || !pipe_) return;
  write_message(pipe_.get(), text_);
  pipe_.reset();
  (void)link_.drop("report").ok();
  (void)link_.sync(app_.state.spec_path(app_.name)).ok();
}

}  // namespace forever
