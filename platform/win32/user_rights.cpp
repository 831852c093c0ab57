// Every file of an app belongs to the user who runs us.
#include "platform/user_rights.hpp"

namespace forever {

struct UserRights::Former {};
UserRights::UserRights(const std::optional<Credentials>&) noexcept {}
UserRights::~UserRights() = default;

}  // namespace forever
