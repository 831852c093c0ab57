// Root may, others may not.
#include "platform/privileges.hpp"

#include "platform/users.hpp"

namespace forever {

Privileges privileges() { return {effective_uid() == 0, effective_uid() == 0, {}}; }

// A user's rights go with the user.
void drop_capabilities() noexcept {}

}  // namespace forever
