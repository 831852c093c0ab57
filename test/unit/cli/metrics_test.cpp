// OpenMetrics text, read by a parser that takes nothing but what the specification allows.
#include "cli/list/metrics.hpp"

#include <map>
#include <regex>
#include <set>

#include "test/support/catch.hpp"
#include "test/support/run.hpp"

using namespace forever;
using namespace forever::cli;
using forever::test::contains;

namespace {

struct Parsed {
  std::map<std::string, std::string> types;    // family -> type
  std::map<std::string, std::string> samples;  // name{labels} -> value
  std::string fault;
};

// The grammar of OpenMetrics 1.0, as far as counters and gauges go: metadata before samples, families in one piece, unit as
// suffix, no sample twice, `# EOF` and a line break at the end.
Parsed parsed_metrics(const std::string& text) {
  static const std::regex kMeta("# (TYPE|UNIT|HELP) ([a-zA-Z_:][a-zA-Z0-9_:]*) (.*)");
  static const std::regex kSample(
      "([a-zA-Z_:][a-zA-Z0-9_:]*)\\{((?:[a-zA-Z_][a-zA-Z0-9_]*=\"(?:[^\"\\\\\\n]|\\\\[\\\\\"n])*\",?)*)\\} "
      "(-?[0-9]+(?:\\.[0-9]+)?)");
  Parsed parsed;
  std::string family;
  std::size_t at = 0;
  const auto refuse = [&](const std::string& why) {
    parsed.fault = why;
    return parsed;
  };
  if (!text.ends_with("\n# EOF\n")) return refuse("no # EOF at the end");
  while (at < text.size() - 6) {
    const std::size_t end = text.find('\n', at);
    const std::string line = text.substr(at, end - at);
    at = end + 1;
    std::smatch match;
    if (std::regex_match(line, match, kMeta)) {
      const std::string name = match[2];
      if (match[1] == "TYPE") {
        if (parsed.types.count(name) != 0) return refuse("family twice: " + line);
        if (match[3] != "counter" && match[3] != "gauge") return refuse("unknown type: " + line);
        parsed.types[family = name] = match[3];
      } else if (name != family) {
        return refuse("metadata of another family: " + line);
      }
      if (match[1] == "UNIT" && !name.ends_with("_" + match[3].str())) return refuse("unit is no suffix: " + line);
    } else if (std::regex_match(line, match, kSample)) {
      const std::string expected = family + (parsed.types[family] == "counter" ? "_total" : "");
      if (match[1] != expected) return refuse("sample of another family: " + line);
      if (match[2].str().ends_with(',')) return refuse("a comma too much: " + line);
      if (!parsed.samples.emplace(match[1].str() + "{" + match[2].str() + "}", match[3]).second)
        return refuse("sample twice: " + line);
    } else {
      return refuse("no line of OpenMetrics: " + line);
    }
  }
  return parsed;
}

AppLook look(const std::string& name) {
  AppLook look;
  look.view.name = look.view.status.name = name;
  look.view.supervised = true;
  look.view.status.dropped_bytes = 17;
  look.state = "online";
  look.due = Milliseconds{1500};
  for (std::uint32_t slot = 0; slot < 2; ++slot) {
    InstanceStatus status;
    status.slot = slot;
    status.history.restarts = 3 + slot;
    look.view.status.instances.push_back(status);
    look.instances.push_back({slot == 0, false, Milliseconds{2000}, 4096, 0.5, Milliseconds{12345}});
  }
  return look;
}

}  // namespace

namespace {

std::string openmetrics(const std::vector<AppLook>& looks, std::int64_t now) {
  return metrics_text(looks, now, MetricsFormat::openmetrics);
}

}  // namespace

TEST_CASE("METRICS1 the text is OpenMetrics, and says what list says") {
  const Parsed parsed = parsed_metrics(openmetrics({look("web"), look("api")}, 1'000'000'000'500));
  REQUIRE(parsed.fault.empty());
  const auto value = [&](const std::string& sample) {
    const auto found = parsed.samples.find(sample);
    return found == parsed.samples.end() ? "(none)" : found->second;
  };
  const std::string web = "app=\"web\",namespace=\"default\"";
  CHECK(value("forever_app_state{" + web + ",state=\"online\"}") == "1");
  CHECK(value("forever_app_state{" + web + ",state=\"backoff\"}") == "0");
  CHECK(value("forever_app_supervised{" + web + "}") == "1");
  CHECK(value("forever_app_backoff_seconds{" + web + "}") == "1.500");
  CHECK(value("forever_app_log_dropped_bytes_total{" + web + "}") == "17");
  CHECK(value("forever_instance_up{" + web + ",slot=\"0\"}") == "1");
  CHECK(value("forever_instance_up{" + web + ",slot=\"1\"}") == "0");
  CHECK(value("forever_instance_restarts_total{" + web + ",slot=\"1\"}") == "4");
  CHECK(value("forever_instance_cpu_seconds_total{" + web + ",slot=\"0\"}") == "12.345");
  CHECK(value("forever_instance_cpu_seconds_total{" + web + ",slot=\"1\"}") == "(none)");
  CHECK(value("forever_instance_memory_bytes{" + web + ",slot=\"0\"}") == "4096");
  CHECK(value("forever_instance_start_time_seconds{" + web + ",slot=\"0\"}") == "999999998.500");
}

TEST_CASE("METRICS2 no app, and names with any byte, are OpenMetrics all the same") {
  CHECK(parsed_metrics(openmetrics({}, 0)).fault.empty());
  const Parsed odd = parsed_metrics(openmetrics({look("a\"b\\c\nd"), look("\xff\xc3\xbc {}=,")}, 0));
  CHECK(odd.fault.empty());
  CHECK(label_value("a\"b\\c\nd") == "a\\\"b\\\\c\\nd");
  CHECK(label_value("\xff\xc3\xbc") == "\xef\xbf\xbd\xc3\xbc");
}

TEST_CASE("METRICS4 the older text says the same, with counters called by their samples' names") {
  const std::vector<AppLook> looks{look("web")};
  const std::string text = metrics_text(looks, 0, MetricsFormat::text);
  CHECK_THAT(text, contains("# HELP forever_instance_restarts_total Restarts of the instance.\n"
                            "# TYPE forever_instance_restarts_total counter\n"
                            "forever_instance_restarts_total{app=\"web\",namespace=\"default\",slot=\"0\"} 3\n"));
  CHECK_THAT(text, contains("# TYPE forever_instance_memory_bytes gauge\n"));
  CHECK(text.find("# UNIT") == std::string::npos);
  CHECK(text.find("# EOF") == std::string::npos);
  const auto samples = [](const std::string& all) {
    std::string only;
    for (const std::string& line : test::lines_of(all)) only += line.starts_with('#') ? "" : line + "\n";
    return only;
  };
  CHECK(samples(text) == samples(openmetrics(looks, 0)));
}
