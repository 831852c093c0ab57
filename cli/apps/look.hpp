// What `list` and `describe` show of an app: its view, and what its processes use.
#pragma once

#include <string>
#include <vector>

#include "cli/terminal/table.hpp"
#include "client/view.hpp"
#include "platform/clock.hpp"
#include "platform/process.hpp"
#include "text/words.hpp"

namespace forever::cli {

struct InstanceLook {
  bool alive = false;
  bool ready = false;
  Milliseconds uptime{0};          // 0 unless alive
  std::uint64_t memory_bytes = 0;  // of its whole tree
  double cpu_percent = 0;          // of one processor, on average since its start; or since an earlier look
  Milliseconds cpu_time{0};
  std::string state{};   // shown_state()
  std::string reason{};  // crashing: of its last failure
};

struct AppLook {
  AppView view;
  std::string state;                    // the word
  std::string reason;                   // crashing: of its last failure
  std::vector<InstanceLook> instances;  // as view.status.instances
  std::uint64_t memory_bytes = 0;
  double cpu_percent = 0;
  std::uint32_t restarts = 0;        // of all instances
  std::uint32_t failures = 0;        // the most of any instance
  Milliseconds due{0};               // until the back-off of an instance ends; 0: none waits
  std::string exit;                  // of one that has ended by itself: "exited 0"
  std::vector<std::uint16_t> ports;  // on which its processes listen, by add_ports()
};

[[nodiscard]] AppLook look_at(AppView view, Time now);
// At all of them, shared among the processors.
[[nodiscard]] std::vector<AppLook> look_at_all(std::vector<AppView> views);
// The TCP ports on which the apps' processes listen; reads the sockets of all processes.
void add_ports(std::vector<AppLook>& looks);
// After `before` at an earlier time: CPU since then, of the instances that are still the same process.
void average_since(std::vector<AppLook>& now, const std::vector<AppLook>& before, Milliseconds between);

// The state of one instance for people, in one word: `draining` too.
[[nodiscard]] std::string instance_word(const InstanceStatus& instance, const InstanceLook& look);
// "backoff 3.2s (7 failures)", "exited 0", "crashing (exit 1)", "online", "3/4 online" …
[[nodiscard]] std::string status_text(const AppLook& look);
// The colour of a state's word.
[[nodiscard]] Colour colour_of(const std::string& state);
// What uses or counts most comes first, names and ids ascend.
enum class SortBy : std::uint8_t { id, name, app_namespace, status, restarts, uptime, cpu, memory };
void sort_looks(std::vector<AppLook>& looks, SortBy column);

}  // namespace forever::cli

template <>
struct forever::WordsOf<forever::cli::SortBy> {
  using enum forever::cli::SortBy;
  static constexpr Word<forever::cli::SortBy> table[] = {
      {id, "id"},         {name, "name"},         {app_namespace, "namespace"},
      {status, "status"}, {restarts, "restarts"}, {uptime, "uptime"},
      {cpu, "cpu"},       {memory, "memory"}};
};
