#include "platform/arguments.hpp"

#include <algorithm>

namespace forever {

std::vector<std::string> program_arguments(int argc, char** argv) { return {argv + std::min(argc, 1), argv + argc}; }

}  // namespace forever
