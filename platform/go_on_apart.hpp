// A command that ends the very program that has run it.
#pragma once

namespace forever {

// From now on this process survives the end of the program that has run it: it leaves its process group, which is signalled as a whole, and
// a broken pipe to it is an error and not fatal. If this process is that program itself (an app whose command is a forever command), a
// child continues, and this process ends as the child does. Returns in the process that continues. Windows: nothing to do, since a
// group is notified by an event that this process does not take.
void go_on_apart() noexcept;

}  // namespace forever
