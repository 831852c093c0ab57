// The control socket: any line is a request or none, an answer or none.
#include "app/control_protocol.hpp"

#include "test/fuzz/must.hpp"

using namespace forever;
using test::must;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string buffer(test::text_of(data, size));
  while (const std::optional<std::string> line = take_line(buffer)) {
    if (const Result<ControlRequest> request = decode_request(*line)) {
      const Result<ControlRequest> again = decode_request(encode(*request));
      must(again.ok() && *again == *request);
    }
    if (const auto answer = decode_answer(*line)) {
      const std::string text = std::visit([](const auto& what) { return encode(what); }, *answer);
      must(text.find('\n') == text.size() - 1);
      const auto again = decode_answer(text);
      must(again.ok() && *again == *answer);
    }
  }
  return 0;
}
