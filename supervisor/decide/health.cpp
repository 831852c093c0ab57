#include "supervisor/decide/health.hpp"

namespace forever {

void Health::follow(const HealthSettings& settings, std::optional<std::uint64_t> generation, Time now) {
  if (!settings.wanted()) generation.reset();
  if (generation == generation_) return;
  generation_ = generation;
  failures_ = 0;
  due_.reset();
  if (!generation) return;
  due_ = now + settings.interval;
  counted_from_ = now + settings.start;
}

bool Health::end(bool well, std::uint64_t generation, const HealthSettings& settings, Time now) {
  looking_ = false;
  if (generation_ != generation) return false;
  due_ = now + settings.interval;
  if (well) counted_from_ = Time::min();
  failures_ = well || now < counted_from_ ? 0 : failures_ + 1;
  if (failures_ < settings.threshold) return false;
  failures_ = 0;
  return true;
}

}  // namespace forever
