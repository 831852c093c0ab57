// There is no keeper here: what must outlive the supervisor is to be kept inside the instances. The supervisor cannot be
// started detached yet, and says so.
#include "platform/keeper.hpp"

#include <cerrno>

namespace forever {
namespace {

Error not_yet() { return {"forever cannot detach a supervisor on Windows yet; run the program by: forever run", {}}; }

}  // namespace

Status KeeperLink::hold(std::string_view, NativeHandle) { return Done{}; }
Status KeeperLink::drop(std::string_view) { return Done{}; }
Status KeeperLink::finish() { return Done{}; }
Status KeeperLink::acknowledge(const ProcessId&) { return Done{}; }
Status KeeperLink::sync(std::string_view) { return Done{}; }
void KeeperLink::tick(Time) {}
KeeperLink::Receipt KeeperLink::receive(ExitRecord&) { return Receipt::nothing; }

Result<Pid> launch_keeper(KeeperFace) { return not_yet(); }
Error become_keeper(const KeeperFace&) { return not_yet(); }
std::optional<KeeperFace> keeper_face(int, char**) { return std::nullopt; }
int run_keeper(KeeperFace, char**, const std::function<int(Inheritance&&, const KeeperFace&)>&) { return 1; }
void set_process_title(char**, std::string_view) noexcept {}

}  // namespace forever
