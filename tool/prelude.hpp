// What nearly every file of the product includes, read once for all of them: the Makefile compiles it for each flavour
// and gives it to the compiler first. A file still includes what it uses; `make PCH=` builds without this and shows
// whether it does.
#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <variant>
#include <vector>
