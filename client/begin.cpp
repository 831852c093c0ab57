#include "client/begin.hpp"

#include "platform/limits.hpp"
#include "platform/pipe.hpp"

namespace forever {
namespace {

// How long a command waits for a supervisor's first word. It comes in milliseconds; this bounds a machine that hangs.
constexpr Milliseconds kReportPatience{30000};
// The descriptors of a supervisor, plus some for a client, a spawn and reading the kernel's tables.
constexpr std::uint64_t kFewestDescriptors = 32;

}  // namespace

Status enough_descriptors() {
  for (const ResourceLimit& limit : current_limits()) {
    if (limit.name != "NOFILE" || limit.soft >= kFewestDescriptors) continue;
    return Error{"cannot supervise with " + std::to_string(limit.soft) + " open files allowed; " +
                     std::to_string(kFewestDescriptors) + " are needed (ulimit -n)",
                 {}};
  }
  return Done{};
}

Result<Handle> begin_supervisor(const StateDirectory& state, const std::string& name, Handle lock, Beginning how,
                                KeepersToCome to_come) {
  if (const auto enough = enough_descriptors(); !enough) return enough.error();
  auto pipe = make_pipe();
  if (!pipe) return pipe.error();
  KeeperFace face{"forever: " + name,
                  state.app_directory(name),
                  {state.path(), name, how == Beginning::start ? "start" : "adopt"},
                  {}};
  face.held.insert_or_assign("lock", std::move(lock));
  face.held.insert_or_assign("report", std::move(pipe->write));
  const auto keeper = launch_keeper(std::move(face), to_come);
  if (!keeper) return keeper.error();
  return std::move(pipe->read);
}

StartReport first_word(NativeHandle word) { return decode_start_report(read_to_end(word, kReportPatience)); }

}  // namespace forever
