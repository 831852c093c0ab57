// Durations and sizes: what is accepted is never negative, and is written so that it is read back.
#include "text/units.hpp"

#include "test/fuzz/must.hpp"

using namespace forever;
using test::must;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = test::text_of(data, size);
  if (const auto duration = parse_duration(text)) {
    must(duration->count() >= 0);
    must(parse_duration(format_duration(*duration)) == duration);
    must(!format_age(*duration).empty());
    (void)(steady_now() + *duration);
  }
  if (const auto bytes = parse_size(text)) must(format_size(*bytes).size() <= 6);
  return 0;
}
