// Counts system calls and makes those in a plan fail; shifts the date. Empty unless FOREVER_FAULT_INJECTION is defined.
#ifdef FOREVER_FAULT_INJECTION

#include "platform/posix/fault.hpp"

#include <sys/mman.h>
#include <sys/syscall.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <new>

#include "platform/posix/sys.hpp"

namespace forever::fault {
namespace {

constexpr std::size_t kLongestName = 24;
constexpr std::size_t kMostCalls = 4096;
constexpr std::size_t kMostRules = 8;

// Shared with forked children. Names are copied, so that any process may read them.
struct Record {
  std::atomic<int> hits;
  std::atomic<std::size_t> used;
  struct Call {
    pid_t pid;
    std::array<char, kLongestName> name;
  };
  std::array<Call, kMostCalls> calls;
};

struct Rule {
  std::array<char, kLongestName> call;
  int nth;
  int code;
  int times;
  Where where;
  int seen;
};

std::array<Rule, kMostRules> rules;
std::size_t rule_count = 0;
pid_t planner = 0;
Record* record = nullptr;

void copy_name(std::array<char, kLongestName>& into, const char* name) noexcept {
  std::size_t i = 0;
  for (; i + 1 < into.size() && name[i] != '\0'; ++i) into[i] = name[i];
  into[i] = '\0';
}

bool applies(const Rule& rule, const char* call, pid_t self) noexcept {
  if (rule.where == Where::parent && self != planner) return false;
  if (rule.where == Where::child && self == planner) return false;
  return rule.call[0] == '*' || std::strcmp(rule.call.data(), call) == 0;
}

void add_rule(const Plan& plan) noexcept {
  if (rule_count == rules.size()) return;
  Rule& rule = rules[rule_count++];
  copy_name(rule.call, plan.call.c_str());
  rule.nth = plan.nth;
  rule.code = plan.code;
  rule.times = plan.times;
  rule.where = plan.where;
  rule.seen = 0;
}

SharedPlan* shared = nullptr;

void map_shared_plan() {
  const char* const file = std::getenv("FOREVER_FAULT_PLAN");
  const int descriptor = file == nullptr ? -1 : ::open(file, O_RDWR | O_CLOEXEC);
  if (descriptor < 0) return;
  void* memory = mmap(nullptr, sizeof(SharedPlan), PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0);
  ::close(descriptor);
  if (memory != MAP_FAILED) shared = static_cast<SharedPlan*>(memory);
}

void count_in_shared(const char* call) noexcept {
  for (SharedPlan::Count& count : shared->counts) {
    int free = 0;
    if (count.taken.compare_exchange_strong(free, 1)) {
      copy_name(count.name, call);
      count.taken = 2;
    }
    while (count.taken != 2) {
    }
    if (std::strncmp(count.name.data(), call, SharedPlan::kLongestName - 1) != 0) continue;
    ++count.calls;
    return;
  }
}

int next_in_shared(const char* call) noexcept {
  if (shared->recording != 0) count_in_shared(call);
  if (shared->armed == 0 || std::strcmp(shared->call.data(), call) != 0) return 0;
  if (shared->pid != 0 && shared->pid != getpid()) return 0;
  if (++shared->seen != shared->nth) return 0;
  ++shared->hits;
  return shared->code;
}

// "call:n:errno[,…]" with errno as a number. What cannot be read is left out.
struct FromEnvironment {
  FromEnvironment() {
    map_shared_plan();
    const char* text = std::getenv("FOREVER_FAULT");
    if (text == nullptr) return;
    planner = getpid();
    std::string rest = text;
    while (!rest.empty()) {
      const std::size_t comma = std::min(rest.find(','), rest.size());
      const std::string item = rest.substr(0, comma);
      rest.erase(0, comma + 1);
      const std::size_t first = item.find(':');
      const std::size_t second = item.find(':', first == std::string::npos ? first : first + 1);
      if (second == std::string::npos) continue;
      add_rule({.call = item.substr(0, first),
                .nth = std::atoi(item.c_str() + first + 1),
                .code = std::atoi(item.c_str() + second + 1)});
    }
  }
} const from_environment;

}  // namespace

int next(const char* call) noexcept {
  if (shared != nullptr) {
    if (const int code = next_in_shared(call); code != 0) return code;
  }
  if (record == nullptr && rule_count == 0) return 0;
  const pid_t self = getpid();
  if (record != nullptr) {
    if (const std::size_t at = record->used.fetch_add(1); at < kMostCalls) {
      record->calls[at].pid = self;
      copy_name(record->calls[at].name, call);
    }
  }
  for (std::size_t i = 0; i < rule_count; ++i) {
    Rule& rule = rules[i];
    if (rule.nth == 0 || !applies(rule, call, self)) continue;
    ++rule.seen;
    if (rule.seen < rule.nth || rule.seen >= rule.nth + rule.times) continue;
    if (record != nullptr) record->hits.fetch_add(1);
    return rule.code;
  }
  return 0;
}

void set(const Plan& plan) {
  clear();
  if (record == nullptr) {
    void* memory = mmap(nullptr, sizeof(Record), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) std::abort();
    record = static_cast<Record*>(memory);
  }
  record->hits = 0;
  record->used = 0;
  planner = getpid();
  if (plan.nth != 0) add_rule(plan);
}

void clear() noexcept {
  rule_count = 0;
  if (record != nullptr) munmap(record, sizeof(Record));
  record = nullptr;
}

int hits() noexcept { return record == nullptr ? 0 : record->hits.load(); }

static bool allocation_fails() noexcept { return shared != nullptr && next_in_shared("new") != 0; }

std::vector<std::string> calls_of(Where where) {
  std::vector<std::string> names;
  if (record == nullptr) return names;
  const std::size_t count = std::min(record->used.load(), kMostCalls);
  for (std::size_t i = 0; i < count; ++i) {
    const Record::Call& call = record->calls[i];
    const bool ours = call.pid == planner;
    if (where == Where::anywhere || ours == (where == Where::parent)) names.emplace_back(call.name.data());
  }
  return names;
}

}  // namespace forever::fault

void* operator new(std::size_t size) {
  void* const memory = forever::fault::allocation_fails() ? nullptr : std::malloc(size == 0 ? 1 : size);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

#ifdef __linux__
// The date is as far off as the file that FOREVER_FAULT_DATE names says, in seconds: no test can set a machine's clock. This stands
// in the place of the C library's function, for its C++ library too, since these binaries are linked dynamically.
extern "C" int clock_gettime(clockid_t clock, timespec* time) noexcept {
  const auto result = static_cast<int>(::syscall(SYS_clock_gettime, clock, time));
  const char* const name = clock == CLOCK_REALTIME ? std::getenv("FOREVER_FAULT_DATE") : nullptr;
  const int file = name == nullptr ? -1 : ::open(name, O_RDONLY | O_CLOEXEC);
  if (file < 0) return result;
  std::array<char, 32> text{};
  if (::read(file, text.data(), text.size() - 1) > 0) time->tv_sec += std::atoll(text.data());
  ::close(file);
  return result;
}
#endif

#endif  // FOREVER_FAULT_INJECTION
