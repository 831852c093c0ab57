// saved.json: any bytes are read or refused in one line; what was read is read again from its own writing.
#include "app/saved_list.hpp"

#include "test/fuzz/must.hpp"

using namespace forever;
using test::must;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto apps = saved_from_json(test::text_of(data, size), "saved.json");
  if (!apps) {
    must(apps.error().message().find('\n') == std::string::npos);
    return 0;
  }
  const auto again = saved_from_json(saved_to_json(*apps), "saved.json");
  must(again.ok() && *again == *apps);
  return 0;
}
