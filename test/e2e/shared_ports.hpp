// Servers that know nothing of shared ports, as workers of one app, and load on their port.
#pragma once

#include <algorithm>

#include "test/e2e/workers.hpp"

namespace forever::test {

// A server in a language of its own, which answers each request with its pid. Neither handles any signal.
struct Language {
  const char* interpreter;
  const char* file;
  const char* text;
};

inline constexpr Language kNode{"node", "server.js",
                                "require('http').createServer((q, r) => r.end(process.pid + '\\n'))"
                                ".listen(+process.argv[2], '127.0.0.1');\n"};
inline constexpr Language kPython{"python3", "server.py", R"(import os, sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        body = b'%d\n' % os.getpid()
        self.send_response(200)
        self.send_header('Content-Length', str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def log_message(self, *words):
        pass
ThreadingHTTPServer(('127.0.0.1', int(sys.argv[1])), Handler).serve_forever()
)"};

inline Words app_words(const TemporaryHome& home, const Language* language, int port) {
  if (language == nullptr) return {child_binary(), "--", "listen", std::to_string(port), "wait"};
  const auto file = home.scratch() / language->file;
  write_file(file, language->text);
  return {file, "--", std::to_string(port)};
}

inline void start_workers(const TemporaryHome& home, const Language* language, int port, const Words& options) {
  Words words{"start", "--name", "web", "--wait"};
  const Words app = app_words(home, language, port);
  words.push_back(app.front());
  words = words + options;
  words.insert(words.end(), app.begin() + 1, app.end());
  done(home, words);
}

inline void require_even_spread(int port, std::size_t workers) {
  Load load(port, 4);
  REQUIRE(served(load, 2000));
  const LoadResult result = load.stop();
  CHECK(result.refused + result.failed == 0);
  REQUIRE(result.answered.size() == workers);
  std::vector<std::size_t> counts;
  for (const auto& [pid, count] : result.answered) counts.push_back(count);
  const auto [least, most] = std::minmax_element(counts.begin(), counts.end());
  INFO(*least << " to " << *most);
  CHECK(static_cast<double>(*most) / static_cast<double>(*least) < 1.5);
}

inline void reload_under_load(const Language* language, const Words& options, int rounds) {
  const TemporaryHome home;
  const int port = free_port();
  start_workers(home, language, port, options);
  const auto before = pids_of(home);
  Load load(port, 6);
  for (int round = 0; round < rounds; ++round) {
    CHECK(has(done(home, {"reload", "web"}).out, "web reloaded"));
    REQUIRE(served(load, 5));
  }
  require_none_lost(load.stop());
  for (const int pid : before) CHECK_FALSE(alive(pid));
  CHECK(pids_of(home).size() == before.size());
  const auto restarts = listed(home, "web").at("restarts").get<std::size_t>();
  CHECK(restarts == before.size() * static_cast<std::size_t>(rounds));
}

}  // namespace forever::test
