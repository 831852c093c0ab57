// YAML: any bytes become JSON of a bounded size, or are refused in one line that says where.
#include "text/yaml.hpp"
#include "test/fuzz/must.hpp"
#include "text/json_fields.hpp"

using namespace forever;
using test::must;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto json = json_of_yaml(test::text_of(data, size));
  if (!json) {
    must(json.error().message().find('\n') == std::string::npos);
    return 0;
  }
  // Aliases copy 16 MiB of values at most; a byte of text is 6 bytes of JSON at most.
  must(json->size() < 6 * (size + (16U << 20U)));
  must(std::holds_alternative<Json>(read_json(*json)));
  return 0;
}
