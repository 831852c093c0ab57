// The same for the tests, with Catch2 and JSON, which take longer to read than a test takes to compile.
#include <iostream>
#include <nlohmann/json.hpp>
#include <regex>
#include <sstream>

#include "test/support/catch.hpp"
#include "tool/prelude.hpp"
