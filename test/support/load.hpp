// A load of HTTP requests from several clients at once, each request on a connection of its own; every failure is counted.
#pragma once

#include <map>
#include <memory>
#include <string>

namespace forever::test {

struct LoadResult {
  std::size_t requests = 0;                     // answered with 200
  std::size_t refused = 0;                      // no connection was to be had
  std::size_t failed = 0;                       // connected, but not answered in full
  std::map<std::string, std::size_t> answered;  // by the body of the answer, such as the worker's pid
  std::string first_failure;
};

// Begins at once, against 127.0.0.1.
class Load {
 public:
  Load(int port, unsigned clients);
  Load(const Load&) = delete;
  Load& operator=(const Load&) = delete;
  ~Load();
  [[nodiscard]] std::size_t requests() const;  // so far
  LoadResult stop();                           // ends it; requests that are under way are waited for

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace forever::test
