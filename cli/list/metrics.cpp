#include "cli/list/metrics.hpp"

#include "cli/grammar/verb.hpp"

#include <array>
#include <cstdio>

#include "cli/apps/selection.hpp"
#include "cli/terminal/print.hpp"
#include "client/side_by_side.hpp"
#include "client/view.hpp"
#include "text/utf8.hpp"

namespace forever::cli {
namespace {

constexpr std::array<const char*, 8> kStates{"starting", "online",  kCrashing, "stopping",
                                             "stopped",  "backoff", "errored", "unsupervised"};

// "12.345", in every locale, without an exponent.
std::string thousandths(std::int64_t value) {
  std::array<char, 40> text{};
  std::snprintf(text.data(), text.size(), "%s%lld.%03lld", value < 0 ? "-" : "",
                static_cast<long long>(value < 0 ? -(value / 1000) : value / 1000),
                static_cast<long long>(value < 0 ? -(value % 1000) : value % 1000));
  return text.data();
}

class Writer {
 public:
  explicit Writer(MetricsFormat format) : open_(format == MetricsFormat::openmetrics) {}
  // `type` is counter or gauge; a counter's samples have _total behind their name. In OpenMetrics its family has not, in the
  // older text it has; that knows neither units nor an end.
  void family(std::string name, const char* type, const char* unit, const char* help) {
    const std::string total = std::string_view{type} == "counter" ? "_total" : "";
    sample_ = name + total;
    if (!open_) name = sample_;
    if (!open_) text_ += "# HELP " + name + " " + help + "\n";
    text_ += "# TYPE " + name + " " + type + "\n";
    if (!open_) return;
    if (*unit != '\0') text_ += "# UNIT " + name + " " + unit + "\n";
    text_ += "# HELP " + name + " " + help + "\n";
  }
  void sample(const std::string& labels, const std::string& value) {
    text_ += sample_ + "{" + labels + "} " + value + "\n";
  }
  [[nodiscard]] std::string take() { return std::move(open_ ? text_ += "# EOF\n" : text_); }

 private:
  bool open_;
  std::string text_, sample_;
};

std::string labels_of(const AppLook& look) {
  return "app=\"" + label_value(look.view.name) + "\",namespace=\"" + label_value(look.view.status.app_namespace) +
         "\"";
}

template <class Value>
void for_apps(Writer& writer, const std::vector<AppLook>& looks, const Value& value) {
  for (const AppLook& look : looks) writer.sample(labels_of(look), value(look));
}

// `value` gives nothing for an instance that has no such number.
template <class Value>
void for_instances(Writer& writer, const std::vector<AppLook>& looks, const Value& value) {
  for (const AppLook& look : looks) {
    for (std::size_t i = 0; i < look.instances.size(); ++i) {
      const InstanceStatus& status = look.view.status.instances[i];
      const std::string number = value(status, look.instances[i]);
      if (!number.empty()) writer.sample(labels_of(look) + ",slot=\"" + std::to_string(status.slot) + "\"", number);
    }
  }
}

void write_apps(Writer& writer, const std::vector<AppLook>& looks) {
  writer.family("forever_app_state", "gauge", "", "1 for the present state of the app, 0 for the other states.");
  for (const AppLook& look : looks) {
    for (const char* state : kStates)
      writer.sample(labels_of(look) + ",state=\"" + state + "\"", look.state == state ? "1" : "0");
  }
  writer.family("forever_app_supervised", "gauge", "", "Whether the app has a supervisor.");
  for_apps(writer, looks, [](const AppLook& look) { return std::string{look.view.supervised ? "1" : "0"}; });
  writer.family("forever_app_backoff_seconds", "gauge", "seconds", "Time until the next start of the app.");
  for_apps(writer, looks, [](const AppLook& look) { return thousandths(look.due.count()); });
  writer.family("forever_app_log_dropped_bytes", "counter", "bytes",
                "Log bytes that could not be written since the start of the supervisor.");
  for_apps(writer, looks, [](const AppLook& look) { return std::to_string(look.view.status.dropped_bytes); });
}

void write_instances(Writer& writer, const std::vector<AppLook>& looks, std::int64_t now_wall_ms) {
  using S = const InstanceStatus&;
  using L = const InstanceLook&;
  writer.family("forever_instance_up", "gauge", "", "Whether the process of the instance is alive.");
  for_instances(writer, looks, [](S, L look) { return std::string{look.alive ? "1" : "0"}; });
  writer.family("forever_instance_restarts", "counter", "", "Restarts of the instance.");
  for_instances(writer, looks, [](S status, L) { return std::to_string(status.history.restarts); });
  writer.family("forever_instance_failures", "gauge", "", "Consecutive failures of the instance.");
  for_instances(writer, looks, [](S status, L) { return std::to_string(status.history.failures); });
  writer.family("forever_instance_cpu_seconds", "counter", "seconds",
                "Processor time of the living process tree of the instance.");
  for_instances(writer, looks,
                [](S, L look) { return look.alive ? thousandths(look.cpu_time.count()) : std::string{}; });
  writer.family("forever_instance_memory_bytes", "gauge", "bytes",
                "Resident memory of the process tree of the instance.");
  for_instances(writer, looks,
                [](S, L look) { return look.alive ? std::to_string(look.memory_bytes) : std::string{}; });
  writer.family("forever_instance_start_time_seconds", "gauge", "seconds", "Start time of the process, since 1970.");
  for_instances(writer, looks,
                [&](S, L look) { return look.alive ? thousandths(now_wall_ms - look.uptime.count()) : std::string{}; });
}

}  // namespace

std::string label_value(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const std::string_view before = text;
    const auto character = take_utf8(text);
    if (!character) {
      out += "\xef\xbf\xbd";
    } else if (*character == U'\n') {
      out += "\\n";
    } else {
      if (*character == U'"' || *character == U'\\') out += '\\';
      out += before.substr(0, before.size() - text.size());
    }
  }
  return out;
}

std::string metrics_text(const std::vector<AppLook>& looks, std::int64_t now_wall_ms, MetricsFormat format) {
  Writer writer(format);
  writer.family("forever_build_info", "gauge", "", "Version of the command that wrote these metrics.");
  writer.sample("version=\"" + label_value(FOREVER_VERSION) + "\"", "1");
  write_apps(writer, looks);
  write_instances(writer, looks, now_wall_ms);
  return writer.take();
}

namespace {

constexpr auto kFormatWords = words_of<MetricsFormat>();
constexpr Option kMetricsOptions[] = {
    {{"--format", ValueKind::word, "FORMAT",
      "openmetrics, or text: the older Prometheus format, which node_exporter's textfile collector and promtool read. "
      "Default openmetrics.",
      kFormatWords},
     take_word<&Metrics::format>},
};
constexpr OptionGroup kMetricsGroups[] = {{"Options", kMetricsOptions}};

}  // namespace

constinit const Verb kMetricsVerb{
    .name = "metrics",
    .family = family::kLooking,
    .operands = "[APP]... [OPTION]...",
    .summary = "print metrics for Prometheus, as OpenMetrics text",
    .text =
        "Prints state, restarts, CPU, memory and lost log bytes of all apps, or of the given ones. A cron "
        "job can write them to a file for node_exporter's textfile collector.",
    .examples =
        "forever metrics\n"
        "forever metrics --format text > new.prom && mv new.prom forever.prom",
    .groups = kMetricsGroups,
    .kind = OperandKind::app,
    .begin = begin<Metrics>,
};

std::optional<UsageError> Metrics::take(Operands& operands) {
  take_selectors(which, operands);
  return std::nullopt;
}

int Metrics::carry_out() const {
  auto found = find_apps(which.selectors, true);
  if (const auto* failure = std::get_if<Failure>(&found)) return fail(*failure, false);
  std::vector<AppView>& views = std::get<Selection>(found).views;
  std::vector<AppLook> looks(views.size());
  const Time now = steady_now();
  side_by_side(views.size(), [&](std::size_t index) { looks[index] = look_at(std::move(views[index]), now); });
  return print(metrics_text(looks, to_ms(wall_now()), format));
}

}  // namespace forever::cli
