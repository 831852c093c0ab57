#include "supervisor/decide/precedence.hpp"

namespace forever {
namespace {

// The rows of the table, in the order of its columns.
struct Row {
  Ruling start, stop, restart, reload, scale, configure, signal, upgrade, cron, watch, memory, health, crash;
};

constexpr Row row_of(UnderWay running) noexcept {
  using enum Ruling;
  switch (running) {
    case UnderWay::nothing: return {act, act, act, act, act, act, act, act, act, act, act, act, act};
    case UnderWay::starting:
      return {join, overtake, overtake, act, act, act, act, act, pass, overtake, pass, pass, act};
    case UnderWay::stopping: return {overtake, join, overtake, refuse, act, act, act, act, pass, pass, pass, pass, act};
    case UnderWay::restarting: return {join, overtake, join, wait, wait, act, act, act, pass, join, pass, pass, act};
    case UnderWay::reloading:
      return {join, overtake, overtake, overtake, wait, act, act, refuse, pass, overtake, pass, pass, act};
    case UnderWay::scaling: return {join, overtake, act, act, act, act, act, act, act, act, act, act, act};
    case UnderWay::upgrading: return {act, act, act, wait, act, act, act, join, act, act, act, act, act};
  }
  return {act, act, act, act, act, act, act, act, act, act, act, act, act};
}

}  // namespace

Ruling ruling_on(UnderWay running, Incoming incoming) noexcept {
  const Row row = row_of(running);
  switch (incoming) {
    case Incoming::start: return row.start;
    case Incoming::stop: return row.stop;
    case Incoming::restart: return row.restart;
    case Incoming::reload: return row.reload;
    case Incoming::scale: return row.scale;
    case Incoming::configure: return row.configure;
    case Incoming::signal: return row.signal;
    case Incoming::upgrade: return row.upgrade;
    case Incoming::cron: return row.cron;
    case Incoming::watch: return row.watch;
    case Incoming::memory: return row.memory;
    case Incoming::health: return row.health;
    case Incoming::crash: return row.crash;
  }
  return Ruling::act;
}

bool is_overtaken(Incoming older, Incoming newer) noexcept {
  switch (newer) {
    case Incoming::stop:
      return older == Incoming::start || older == Incoming::restart || older == Incoming::reload ||
             older == Incoming::scale;
    case Incoming::start: return older == Incoming::stop;
    case Incoming::restart: return older == Incoming::stop || older == Incoming::reload;
    case Incoming::reload:
    case Incoming::watch: return older == Incoming::reload;
    case Incoming::scale:
    case Incoming::configure:
    case Incoming::signal:
    case Incoming::upgrade:
    case Incoming::cron:
    case Incoming::memory:
    case Incoming::health:
    case Incoming::crash: return false;
  }
  return false;
}

const char* describe(UnderWay running) noexcept {
  switch (running) {
    case UnderWay::nothing: return "it is settled";
    case UnderWay::starting: return "it is being started";
    case UnderWay::stopping: return "it is being stopped";
    case UnderWay::restarting: return "it is being restarted";
    case UnderWay::reloading: return "it is being reloaded";
    case UnderWay::scaling: return "it is being scaled";
    case UnderWay::upgrading: return "it is being upgraded";
  }
  return "";
}

}  // namespace forever
