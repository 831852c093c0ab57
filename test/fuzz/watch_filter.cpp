// Ignore files: any bytes make rules, the rules decide about any path, and what is below an ignored directory is ignored.
#include "supervisor/watch/watch_filter.hpp"

#include "test/fuzz/must.hpp"

using namespace forever;
using test::must;

// The first line is a path, the rest an ignore file.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = test::text_of(data, size);
  const std::size_t end = text.find('\n');
  const std::string path{text.substr(0, end)};
  WatchFilter filter;
  if (end != std::string_view::npos) filter.add_rules(text.substr(end + 1));
  (void)filter.counts_below(path, false);
  if (!filter.counts_below(path, true)) must(!filter.counts_below(path + "/x", false));
  filter.add_rule("**");
  must(!filter.counts_below(path, false));
  filter.add_rule("!**");
  must(filter.counts_below(path, false));
  return 0;
}
