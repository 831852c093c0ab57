// port.
#pragma once

#include "cli/processes/held.hpp"
#include "platform/ports.hpp"

namespace forever::cli {

struct PortWanted {
  std::uint16_t port = 0;
  std::optional<Transport> transport;  // nothing: both
};
struct Port final : Reach {
  std::vector<PortWanted> ports;  // none: every port in use
  [[nodiscard]] std::optional<UsageError> take(Operands& operands) override;
  [[nodiscard]] int carry_out() const override;
};

}  // namespace forever::cli
