// Windows has supervisors without keepers, and no process can become another user.
#include <stdexcept>

#include "test/e2e/apps.hpp"

namespace forever::test {

void kill_watchers(const TemporaryHome& home, const std::string& name) { kill_hard(supervisor_of(home, name)); }

Stranger::Stranger() : id_(0) {}
bool Stranger::possible() { return false; }
std::function<void()> Stranger::become() const { throw std::runtime_error("no other user on Windows"); }

StrangersHome::StrangersHome() = default;
Result StrangersHome::run(const Words& arguments) const { return home.forever(arguments); }
Result StrangersHome::done(const Words& arguments) const { return test::done(home, arguments); }

}  // namespace forever::test
