#include "app/port_record.hpp"

#include <algorithm>
#include <string_view>

#include "text/number.hpp"

namespace forever {
std::string to_text(const PortRecord& record) {
  std::string text = record.address;
  for (const PortRecord::Socket& socket : record.sockets)
    text += ' ' + std::to_string(socket.slot) + '/' + std::to_string(socket.cookie);
  return text;
}

std::optional<PortRecord> port_record_from(const std::string& text) {
  PortRecord record;
  std::string_view rest = text;
  const std::size_t blank = std::min(rest.find(' '), rest.size());
  record.address = rest.substr(0, blank);
  rest.remove_prefix(blank);
  if (port_of_address(record.address) == 0) return std::nullopt;
  while (!rest.empty()) {
    if (rest.front() != ' ') return std::nullopt;
    rest.remove_prefix(1);
    const auto slot = take_number<std::uint32_t>(rest);
    if (!slot || !rest.starts_with('/')) return std::nullopt;
    rest.remove_prefix(1);
    const auto cookie = take_number<std::uint64_t>(rest);
    if (!cookie) return std::nullopt;
    record.sockets.push_back({*slot, *cookie});
  }
  return record;
}

std::uint16_t port_of_address(const std::string& address) {
  const std::size_t colon = address.rfind(':');
  if (colon == std::string::npos || colon == 0) return 0;
  return whole_number<std::uint16_t>(std::string_view{address}.substr(colon + 1)).value_or(0);
}

}  // namespace forever
