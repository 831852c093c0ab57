// Other apps below an app: a program of it has run `forever start`, and what that started hangs below its supervisor by now. It is
// no part of the app's tree: it is not stopped with it, nor counted. A process may call itself anything, so none is left alone for its
// name: a keeper or a supervisor holds the lock of its app, as the kernel reports, and an instance is verified by Ours.
#pragma once

#include <string>

#include "app/ours.hpp"
#include "platform/process.hpp"

namespace forever {

// Whether the process is the keeper or the supervisor of an app, of whatever state directory: it holds the app's lock, is one user's
// alone, and the directory is that user's. Linux only; false elsewhere.
[[nodiscard]] bool watches_over_an_app(Pid pid);

// Whether it is an instance of an app other than `app`: one whose keeper and supervisor are gone hangs there by itself.
[[nodiscard]] bool is_of_another_app(const Ours& ours, const std::string& app, Pid pid);

// The border of an app's tree: what watches over another one is in a session of its own.
[[nodiscard]] bool other_app_begins(Pid pid, Pid parent);

}  // namespace forever
