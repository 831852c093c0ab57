// Wine is not Windows: where it differs, a test may have to know.
#pragma once

namespace forever::test {

[[nodiscard]] bool under_wine();

}  // namespace forever::test
