// What must hold for any input: a target that sees it broken stops the fuzzer there.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

namespace forever::test {

inline void must(bool holds) {
  if (!holds) std::abort();
}
inline std::string_view text_of(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

}  // namespace forever::test

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
