// Cron expressions: what is accepted fires after the time given, and not once more before.
#include "text/cron.hpp"

#include "test/fuzz/must.hpp"

using namespace forever;
using test::must;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > 200) return 0;
  const Result<CronSchedule> schedule = CronSchedule::parse(test::text_of(data, size));
  if (!schedule) return 0;
  const WallTime begin = wall_from_ms(1'774'000'000'000 + static_cast<std::int64_t>(size) * 86'400'000);
  const std::optional<WallTime> next = schedule->next(begin);
  if (!next) return 0;
  must(*next > begin);
  must(schedule->next(*next - std::chrono::seconds{1}) == next);
  return 0;
}
