// A command that ends the very program that has run it.
#pragma once

namespace forever {

// From now on the end of the program that has run us is not ours: we leave its process group, which is signalled as a whole, and a pipe
// to it that is broken is an error, no death. Where we are that program ourselves (an app whose command is one of ours) a child of
// ours goes on, and this process ends as that does. Returns in the process that goes on. Windows: nothing is to be done, a
// group is told by an event that we do not take.
void go_on_apart() noexcept;

}  // namespace forever
