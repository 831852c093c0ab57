// Windows has supervisors without keepers.
#include "test/e2e/apps.hpp"

namespace forever::test {

void kill_watchers(const TemporaryHome& home, const std::string& name) { kill_hard(supervisor_of(home, name)); }

}  // namespace forever::test
