// A file that is mapped by all who are concerned.
#include "test/fault/shared_plan.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <stdexcept>

namespace forever::test {

PlanFile::PlanFile(const std::filesystem::path& file) : plan_(nullptr) {
  const int descriptor = open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  const bool sized = descriptor >= 0 && ftruncate(descriptor, sizeof(fault::SharedPlan)) == 0;
  void* const memory =
      sized ? mmap(nullptr, sizeof(fault::SharedPlan), PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0) : MAP_FAILED;
  if (descriptor >= 0) close(descriptor);
  if (memory == MAP_FAILED) throw std::runtime_error("cannot map " + file.string());
  plan_ = static_cast<fault::SharedPlan*>(memory);
}

PlanFile::~PlanFile() { munmap(plan_, sizeof(fault::SharedPlan)); }

void PlanFile::arm(const std::string& call, int nth, int code, int pid) {
  plan_->armed = 0;
  plan_->call = {};
  call.copy(plan_->call.data(), plan_->call.size() - 1);
  plan_->nth = nth;
  plan_->code = code;
  plan_->pid = pid;
  plan_->seen = 0;
  plan_->hits = 0;
  plan_->armed = 1;
}

bool PlanFile::disarm() {
  plan_->armed = 0;
  return plan_->hits != 0;
}

void PlanFile::record() {
  for (auto& count : plan_->counts) count.calls = 0;
  plan_->recording = 1;
}

std::map<std::string, int> PlanFile::recorded() {
  plan_->recording = 0;
  std::map<std::string, int> calls;
  for (const auto& count : plan_->counts) {
    if (count.taken == 2 && count.calls > 0) calls[count.name.data()] = count.calls;
  }
  return calls;
}

}  // namespace forever::test
