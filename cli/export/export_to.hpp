// export: the verb; the forms are in export.hpp.
#pragma once

#include "cli/export/export.hpp"
#include "cli/grammar/command.hpp"

namespace forever::cli {

struct Export final : Command {
  ExportForm form = ExportForm::systemd;
  std::string directory;  // to write files in; empty: standard output
  [[nodiscard]] std::optional<UsageError> take(Operands& operands) override;
  [[nodiscard]] int carry_out() const override;
};

}  // namespace forever::cli
