// Names and text for a terminal: no input makes a bad default name, or gets a control character through.
#include "app/name.hpp"

#include "test/fuzz/must.hpp"
#include "text/printable.hpp"
#include "text/utf8.hpp"

using namespace forever;
using test::must;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = test::text_of(data, size);
  must(!fault_in_name(default_name(text)));
  if (!fault_in_name(text)) {
    must(text.find('/') == std::string_view::npos && text != "." && text != "..");
    must(printable(text).size() >= text.size());
  }
  const std::string seen = printable(text);
  must(is_utf8(seen));
  for (const char c : seen) must(static_cast<unsigned char>(c) >= 0x20 && c != 0x7f);
  must(display_width(text) <= 2 * size);
  constexpr std::string_view kVerbs[] = {"start", "stop", "list"};
  if (size < 64) (void)nearest(text, kVerbs);
  return 0;
}
