// The main of a fuzz target where libFuzzer is not to be had: feeds the corpus, then each file of it damaged at random,
// and random bytes. Understands the options of libFuzzer that the runner gives (-runs=N, -max_len=N, files and directories).
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <random>
#include <string>
#include <string_view>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

namespace fs = std::filesystem;

void feed(const std::string& input) {
  LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(input.data()), input.size());
}

std::string read_file(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

std::vector<std::string> read_corpus(const fs::path& place) {
  std::vector<std::string> corpus;
  if (fs::is_regular_file(place)) corpus.push_back(read_file(place));
  if (fs::is_directory(place)) {
    for (const auto& entry : fs::directory_iterator(place)) {
      if (entry.is_regular_file()) corpus.push_back(read_file(entry.path()));
    }
  }
  return corpus;
}

std::string damage(std::string input, std::size_t longest, std::mt19937& random) {
  const auto below = [&](std::size_t limit) { return std::uniform_int_distribution<std::size_t>(0, limit)(random); };
  for (std::size_t times = 1 + below(4); times > 0; --times) {
    const std::size_t at = below(input.size());
    const char byte = static_cast<char>(below(255));
    switch (below(3)) {
      case 0: input.insert(at, 1, byte); break;
      case 1:
        if (at < input.size()) input[at] = byte;
        break;
      case 2: input.erase(at, 1 + below(8)); break;
      default: input.insert(at, input.substr(below(input.size()), below(32)));
    }
  }
  input.resize(std::min(input.size(), longest));
  return input;
}

}  // namespace

int main(int argc, char** argv) {
  long runs = 10000;
  std::size_t longest = 4096;
  std::vector<std::string> corpus{""};
  for (int i = 1; i < argc; ++i) {
    const std::string_view option = argv[i];
    if (option.starts_with("-runs=")) {
      runs = std::atol(argv[i] + 6);
    } else if (option.starts_with("-max_len=")) {
      longest = static_cast<std::size_t>(std::atol(argv[i] + 9));
    } else if (!option.starts_with('-')) {
      const auto more = read_corpus(argv[i]);
      corpus.insert(corpus.end(), more.begin(), more.end());
    }
  }
  for (const auto& input : corpus) feed(input);
  std::mt19937 random(20260131);
  for (long run = 0; run < runs; ++run) {
    const auto& seed = corpus[static_cast<std::size_t>(run) % corpus.size()];
    feed(damage(seed, longest, random));
  }
  std::cout << corpus.size() << " inputs and " << runs << " damaged ones\n";
}
