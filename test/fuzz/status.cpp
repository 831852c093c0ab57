// status.json: any bytes are read or refused in one line; no pid that kill(2) would take for a group comes out of it.
#include "app/status.hpp"

#include "test/fuzz/must.hpp"

using namespace forever;
using test::must;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Result<AppStatus> status = status_from_json(test::text_of(data, size), "status.json");
  if (!status) {
    must(status.error().message().find('\n') == std::string::npos);
    return 0;
  }
  must(status->keeper.pid >= 0 && status->supervisor.pid >= 0);
  for (const InstanceStatus& instance : status->instances) {
    must(instance.process.pid >= 0);
    (void)steady_from_ms(instance.started_ms);
    (void)steady_from_ms(instance.due_ms);
    (void)wall_from_ms(instance.started_wall_ms);
  }
  (void)overall_state(*status);
  const Result<AppStatus> again = status_from_json(status_to_json(*status, size), "status.json");
  must(again.ok() && *again == *status);
  return 0;
}
