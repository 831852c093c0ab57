// A program that ended because its port is taken: which port that was, by what it wrote. Pure.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "app/spec.hpp"

namespace forever::cli {

[[nodiscard]] bool tells_of_address_in_use(std::string_view last_words);

// The ports that may be meant, the likeliest first; none unless the text mentions an address in use. Ports in that line
// come first ("listen EADDRINUSE: address already in use :::8081"); where it names none, the program's arguments
// and PORT in its environment, and at last what the other lines name.
[[nodiscard]] std::vector<std::uint16_t> ports_in_use(std::string_view last_words, const AppSpec& spec);

}  // namespace forever::cli
