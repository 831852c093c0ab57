// What the two ways to a keeper share.
#include "platform/posix/keeper_image.hpp"

#include <algorithm>
#include <array>
#include <cstring>

#include "platform/environment.hpp"
#include "platform/posix/descriptors.hpp"

namespace forever {
namespace {

constexpr std::array<const char*, 9> kKeptVariables = {
    "PATH",         "HOME",         "TZ", "LANG", "FOREVER_FAULT", "FOREVER_FAULT_DATE", "FOREVER_FAULT_PLAN",
    "ASAN_OPTIONS", "UBSAN_OPTIONS"};

std::size_t claimed_room = 0;  // 0: argv's alone

}  // namespace

std::vector<std::string>& kept_variables() {
  static std::vector<std::string> kept = [] {
    std::vector<std::string> found;
    for (const char* name : kKeptVariables) {
      if (auto value = environment_variable(name)) found.push_back(std::string{name} + '=' + *value);
    }
    return found;
  }();
  return kept;
}

std::size_t title_room(char** argv, char** environment) noexcept {
  char* const begin = argv[0];
  char* end = begin;
  for (char** words : {argv, environment}) {
    for (char** word = words; word != nullptr && *word != nullptr; ++word) {
      if (*word == end || end == begin) end = *word + std::strlen(*word) + 1;
    }
  }
  return static_cast<std::size_t>(end - begin);
}

void claim_title_room(char** argv, char** environment) noexcept {
  claimed_room = title_room(argv, environment);
  std::memset(argv[0], 0, claimed_room);
}

void set_process_title(char** argv, std::string_view title) noexcept {
  const std::size_t room = claimed_room != 0 ? claimed_room : title_room(argv, nullptr);
  if (room == 0) return;
  const std::size_t length = std::min(title.size(), room - 1);
  std::memset(argv[0], 0, room);
  std::memcpy(argv[0], title.data(), length);
  set_thread_name(title);
}

}  // namespace forever
