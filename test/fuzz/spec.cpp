// spec.json: any bytes are read or refused in one line; what was read is read again from its own writing.
#include "app/spec.hpp"

#include "app/name.hpp"
#include "test/fuzz/must.hpp"

using namespace forever;
using test::must;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Result<AppSpec> spec = spec_from_json(test::text_of(data, size), "spec.json");
  if (!spec) {
    must(spec.error().message().find('\n') == std::string::npos);
    return 0;
  }
  must(!fault_in_name(spec->name));
  must(!command_of(*spec, false).empty());
  const Result<AppSpec> again = spec_from_json(spec_to_json(*spec), "spec.json");
  must(again.ok() && *again == *spec);
  return 0;
}
