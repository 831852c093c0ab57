#include "app/other_apps.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "app/marker.hpp"
#include "app/name.hpp"
#include "platform/evidence.hpp"
#include "platform/files.hpp"

namespace forever {
namespace {

constexpr std::string_view kLocks = "/locks/";
constexpr std::string_view kApps = "/apps/";
constexpr std::string_view kRemoved = " (deleted)";
constexpr unsigned kOthersMayWrite = 022;  // permission bits

// Whether `user` alone can put anything there. One that was deleted under its apps has no owner any more.
bool is_state_directory_of(std::uint32_t user, const std::string& place) {
  const auto facts = facts_of(place);
  if (!facts) return !exists(place);
  return facts->directory && facts->owner == user && (facts->mode & kOthersMayWrite) == 0;
}

// The state directory of another app, by the FIFO that the process writes to: ".../apps/web/out.fifo".
std::optional<std::string> state_directory_by_stream(Pid pid) {
  for (const int stream : {1, 2}) {
    const auto open = standard_stream_of(pid, stream);
    const std::size_t apps = open && open->facts.fifo ? open->path.rfind(kApps) : std::string::npos;
    if (apps != std::string::npos) return open->path.substr(0, apps);
  }
  return std::nullopt;
}

}  // namespace

bool watches_over_an_app(Pid pid) {
  const std::vector<std::string> locked = files_locked_by(pid, kLocks);
  if (locked.empty()) return false;
  const auto owner = owner_of(pid);
  if (!owner || !owner->is_wholly(owner->real)) return false;
  return std::ranges::any_of(locked, [&](std::string_view path) {
    if (path.ends_with(kRemoved)) path.remove_suffix(kRemoved.size());
    const std::size_t locks = path.rfind(kLocks);
    return !fault_in_name(std::string{path.substr(locks + kLocks.size())}) &&
           is_state_directory_of(owner->real, std::string{path.substr(0, locks)});
  });
}

bool is_of_another_app(const Ours& ours, const std::string& app, Pid pid) {
  const auto marker = marker_of(pid);
  const auto id = marker && marker->prefix != ours.prefix_of(app) ? identify_living(pid) : std::nullopt;
  if (!id) return false;
  if (ours.marker_of_descendant(*id)) return true;
  const auto place = state_directory_by_stream(pid);
  return place && Ours{StateDirectory{*place}}.marker_of_descendant(*id);
}

bool other_app_begins(Pid pid, Pid parent) { return !share_session(pid, parent) && watches_over_an_app(pid); }

}  // namespace forever
