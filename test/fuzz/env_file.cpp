// Environment files: whatever is accepted is a list of distinct variables that a process can have.
#include <set>

#include "app/environment.hpp"
#include "app/spec.hpp"
#include "test/fuzz/must.hpp"

using namespace forever;
using test::must;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto parsed = parse_env_file(test::text_of(data, size), "x.env");
  if (!parsed) return 0;
  std::set<std::string> names;
  for (const std::string& one : *parsed) {
    const std::size_t equals = one.find('=');
    must(equals != std::string::npos && equals > 0);
    must(one.find('\0') == std::string::npos);
    must(names.insert(one.substr(0, equals)).second);
    (void)looks_secret(one.substr(0, equals), one.substr(equals + 1));
  }
  return 0;
}
