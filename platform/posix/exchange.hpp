// Two names for two files, exchanged in one step where the kernel can.
#pragma once

namespace forever {

// Both must exist in the same file system. false (with errno) where one is missing or it cannot be done:
// renameat2(2) RENAME_EXCHANGE on Linux, renamex_np(2) RENAME_SWAP on macOS, never on the BSDs.
[[nodiscard]] bool exchange_names(const char* one, const char* other) noexcept;

}  // namespace forever
