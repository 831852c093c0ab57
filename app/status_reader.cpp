// status.json back to AppStatus, straight from the parser's events: `list` reads a thousand of them, and a tree of
// values in between would cost twice the time.
// One piece: the handlers of one parser share its state.
#include <algorithm>
#include <type_traits>
#include <variant>

#include "app/status.hpp"
#include "text/json_fields.hpp"

namespace forever {

namespace {

// Where the next value goes: what a key stands for.
struct Text {
  std::string* into;
};  // no NUL: it may reach a system call
struct Bytes {
  std::string* into;
};
struct Moment {
  std::int64_t* into;
};  // ms of a clock
using Place = std::variant<std::monostate, Text, Bytes, Moment, bool*, std::int32_t*, std::uint32_t*, std::int64_t*,
                           std::uint64_t*, Milliseconds*, InstanceState*, Desired*, PlanStep*, ExitStatus::Kind*, Role*,
                           AfterStop*, std::vector<std::string>*, ProcessId*, std::vector<InstanceStatus>*,
                           std::vector<LastExit>*>;

// Times become nanoseconds: three hundred years either way is all that fits.
constexpr std::int64_t kFarthestMs = 9'000'000'000'000;

template <Worded Enum>
bool set_word(Enum& into, const std::string& word) {
  const std::optional<Enum> known = from_word<Enum>(word);
  if (known) into = *known;
  return known.has_value();
}

// A consumer of events in nlohmann's sense; a function that returns false would end the parsing.
class StatusReader {
 public:
  AppStatus status;
  std::uint32_t version = 0;          // 0: none, or no number of one
  std::uint64_t first = 0, last = 0;  // "seq" and "end"
  std::string fault;                  // the first one
  std::size_t broken_at = 0;          // byte of a syntax error
  bool is_object = false;

  bool null() {
    if (in_list()) fail("must not be null");
    return value_done();
  }
  bool boolean(bool value) {
    if (bool** flag = std::get_if<bool*>(&place_))
      **flag = value;
    else
      fail_unless_ignored("must not be true or false");
    return value_done();
  }
  bool number_integer(Json::number_integer_t value) { return number(value); }
  bool number_unsigned(Json::number_unsigned_t value) { return number(value); }
  bool number_float(Json::number_float_t, const std::string&) {
    fail_unless_ignored("must be a whole number");
    return value_done();
  }
  bool string(std::string& value);
  bool binary(Json::binary_t&) { return value_done(); }
  bool key(std::string& name);
  bool start_object(std::size_t);
  bool end_object();
  bool start_array(std::size_t);
  bool end_array();
  bool parse_error(std::size_t byte, const std::string&, const Json::exception&) {
    broken_at = byte;
    return false;
  }

 private:
  enum class Inside : std::uint8_t { nothing, status, instances, instance, exits, exit, texts, process, hex };

  Place place_in_status(const std::string& name);
  Place place_in_instance(InstanceStatus& instance, const std::string& name);
  Place place_in_exit(LastExit& exit, const std::string& name);
  template <class T>
  bool number(T value);
  void process_number(std::optional<std::uint64_t> value);
  void take_bytes(std::string&& value);
  bool value_done() {
    if (inside_ != Inside::texts && inside_ != Inside::process && inside_ != Inside::hex) place_ = {};
    return true;
  }
  void fail(const char* why) {
    if (fault.empty()) fault = "\"" + std::string(prefix()) + key_ + "\" " + why;
  }
  // A value under an unknown key is not an error.
  void fail_unless_ignored(const char* why) {
    const bool ignored =
        std::holds_alternative<std::monostate>(place_) && inside_ != Inside::instances && inside_ != Inside::exits;
    if (ignored_ == 0 && !ignored) fail(why);
  }
  [[nodiscard]] bool in_list() const {
    return ignored_ == 0 && (inside_ == Inside::texts || inside_ == Inside::process || inside_ == Inside::instances ||
                             inside_ == Inside::exits);
  }
  [[nodiscard]] const char* prefix() const {
    if (within_ == Inside::instance) return "instances.";
    return within_ == Inside::exit ? "last_exits." : "";
  }

  Inside inside_ = Inside::nothing;  // the innermost list or object that means something
  Inside within_ = Inside::status;   // the innermost of status, instance and exit
  Place place_;
  std::string key_;
  std::string hex_;
  std::size_t ignored_ = 0;  // depth in something that is not known here
  std::size_t count_ = 0;    // numbers of a process so far
};

Place StatusReader::place_in_status(const std::string& name) {
  if (name == "seq") return &first;
  if (name == "version") return &version;
  if (name == "name") return Text{&status.name};
  if (name == "id") return &status.id;
  if (name == "namespace") return Text{&status.app_namespace};
  if (name == "user") return Text{&status.user};
  if (name == "command") return &status.command;
  if (name == "cwd") return Text{&status.directory};
  if (name == "out_log") return Text{&status.out_log};
  if (name == "err_log") return Text{&status.err_log};
  if (name == "spec_lost") return &status.spec_lost;
  if (name == "watching") return &status.watching;
  if (name == "watched") return Text{&status.watched};
  if (name == "desired") return &status.desired;
  if (name == "plan") return &status.plan;
  if (name == "keeper") return &status.keeper;
  if (name == "supervisor") return &status.supervisor;
  if (name == "boot") return Text{&status.host.boot};
  if (name == "pid_namespace") return Text{&status.host.pid_namespace};
  if (name == "machine") return Text{&status.host.machine};
  if (name == "instances") return &status.instances;
  if (name == "ports") return &status.ports;
  if (name == "last_exits") return &status.last_exits;
  if (name == "program_version") return Bytes{&status.program_version};
  if (name == "note") return Bytes{&status.note};
  if (name == "pipe_capacity") return &status.pipe_capacity;
  if (name == "dropped_bytes") return &status.dropped_bytes;
  if (name == "end") return &last;
  return {};
}

Place StatusReader::place_in_instance(InstanceStatus& instance, const std::string& name) {
  if (name == "slot") return &instance.slot;
  if (name == "state") return &instance.state;
  if (name == "process") return &instance.process;
  if (name == "generation") return &instance.generation;
  if (name == "started_ms") return Moment{&instance.started_ms};
  if (name == "started_wall_ms") return Moment{&instance.started_wall_ms};
  if (name == "due_ms") return Moment{&instance.due_ms};
  if (name == "restarts") return &instance.history.restarts;
  if (name == "failures") return &instance.history.failures;
  if (name == "crashes") return &instance.history.crashes;
  if (name == "crash_time_ms") return &instance.history.crash_time;
  if (name == "settles_ms") return Moment{&instance.settles_ms};
  if (name == "role") return &instance.role;
  if (name == "after") return &instance.after;
  if (name == "ready") return &instance.ready;
  if (name == "ready_ms") return Moment{&instance.ready_ms};
  if (name == "says") return Bytes{&instance.says};
  return {};
}

Place StatusReader::place_in_exit(LastExit& exit, const std::string& name) {
  if (name == "slot") return &exit.slot;
  if (name == "pid") return &exit.pid;
  if (name == "at_ms") return Moment{&exit.at_ms};
  if (name == "uptime_ms") return &exit.uptime;
  if (name == "how") return &exit.status.kind;
  if (name == "code") return &exit.status.code;
  if (name == "core_dumped") return &exit.status.core_dumped;
  if (name == "stage") return Text{&exit.stage};
  if (name == "trigger") return Text{&exit.trigger};
  if (name == "last_lines") return Bytes{&exit.last_lines};
  return {};
}

bool StatusReader::key(std::string& name) {
  if (ignored_ > 0) return true;
  if (inside_ == Inside::hex) {
    if (name != "hex") fail("must be a text");
    return true;
  }
  key_.swap(name);
  if (inside_ == Inside::instance)
    place_ = place_in_instance(status.instances.back(), key_);
  else if (inside_ == Inside::exit)
    place_ = place_in_exit(status.last_exits.back(), key_);
  else
    place_ = place_in_status(key_);
  return true;
}

bool StatusReader::start_object(std::size_t) {
  if (inside_ == Inside::nothing) {
    is_object = true;
    inside_ = Inside::status;
  } else if (ignored_ > 0) {
    ++ignored_;
  } else if (inside_ == Inside::hex) {
    fail("must be a text");
    ++ignored_;
  } else if (inside_ == Inside::instances) {
    status.instances.emplace_back();
    inside_ = within_ = Inside::instance;
  } else if (inside_ == Inside::exits) {
    status.last_exits.emplace_back();
    inside_ = within_ = Inside::exit;
  } else if (inside_ == Inside::texts || std::holds_alternative<Text>(place_) ||
             std::holds_alternative<Bytes>(place_)) {
    // Bytes that are no UTF-8. A list of texts goes on afterwards; `place_` distinguishes the two.
    inside_ = Inside::hex;
    hex_.assign(1, 'x');  // no even number of digits: nothing came
  } else {
    fail_unless_ignored("must not be an object");
    ++ignored_;
  }
  return true;
}

bool StatusReader::end_object() {
  if (ignored_ > 0) {
    --ignored_;
    if (ignored_ == 0) return value_done();
  } else if (inside_ == Inside::hex) {
    std::optional<std::string> bytes = bytes_of_hex(hex_);
    const bool listed = std::holds_alternative<std::vector<std::string>*>(place_);
    inside_ = listed ? Inside::texts : within_;
    if (bytes)
      take_bytes(std::move(*bytes));
    else
      fail("must be a text");
    return value_done();
  } else if (inside_ == Inside::instance || inside_ == Inside::exit) {
    inside_ = inside_ == Inside::instance ? Inside::instances : Inside::exits;
    key_ = inside_ == Inside::instances ? "instances" : "last_exits";
    within_ = Inside::status;
  }
  return true;
}

bool StatusReader::start_array(std::size_t) {
  if (inside_ == Inside::nothing) return false;  // no object at all
  if (ignored_ > 0) {
    ++ignored_;
  } else if (in_list() || inside_ == Inside::hex) {
    fail("must not hold a list");
    ++ignored_;
  } else if (auto* texts = std::get_if<std::vector<std::string>*>(&place_)) {
    (*texts)->clear();
    inside_ = Inside::texts;
  } else if (std::holds_alternative<ProcessId*>(place_)) {
    inside_ = Inside::process;
    count_ = 0;
  } else if (std::holds_alternative<std::vector<InstanceStatus>*>(place_)) {
    inside_ = Inside::instances;
    place_ = {};
  } else if (std::holds_alternative<std::vector<LastExit>*>(place_)) {
    inside_ = Inside::exits;
    place_ = {};
  } else {
    fail_unless_ignored("must not be a list");
    ++ignored_;
  }
  return true;
}

bool StatusReader::end_array() {
  if (ignored_ > 0) {
    --ignored_;
    if (ignored_ > 0) return true;
    return value_done();
  }
  if (inside_ == Inside::process && count_ != 2) fail("must be a pid and a start time");
  inside_ = within_;
  return value_done();
}

bool StatusReader::string(std::string& value) {
  if (ignored_ > 0) return true;
  if (inside_ == Inside::hex) {
    hex_.swap(value);
    return true;
  }
  const bool known = std::visit(
      [&](auto& into) {
        using T = std::decay_t<decltype(into)>;
        if constexpr (std::is_same_v<T, Text> || std::is_same_v<T, Bytes> ||
                      std::is_same_v<T, std::vector<std::string>*>) {
          if (std::is_same_v<T, std::vector<std::string>*> && inside_ != Inside::texts) return false;
          take_bytes(std::move(value));
          return true;
        } else if constexpr (std::is_same_v<T, InstanceState*> || std::is_same_v<T, Desired*> ||
                             std::is_same_v<T, PlanStep*> || std::is_same_v<T, ExitStatus::Kind*> ||
                             std::is_same_v<T, Role*> || std::is_same_v<T, AfterStop*>) {
          if (!set_word(*into, value)) fail("is not a known word");
          return true;
        } else {
          return std::is_same_v<T, std::monostate> && inside_ != Inside::instances && inside_ != Inside::exits;
        }
      },
      place_);
  if (!known) fail("must not be a text");
  return value_done();
}

void StatusReader::take_bytes(std::string&& value) {
  if (!std::holds_alternative<Bytes>(place_) && value.find('\0') != std::string::npos)
    return fail("must not contain a NUL");
  if (const Text* text = std::get_if<Text>(&place_)) *text->into = std::move(value);
  if (const Bytes* bytes = std::get_if<Bytes>(&place_)) *bytes->into = std::move(value);
  if (auto* texts = std::get_if<std::vector<std::string>*>(&place_)) (*texts)->push_back(std::move(value));
}

template <class T>
bool StatusReader::number(T value) {
  if (ignored_ > 0) return true;
  const auto fits = [&]<class N>(N& into) {
    if (!std::in_range<N>(value)) return false;
    into = static_cast<N>(value);
    return true;
  };
  const auto time = [&](std::int64_t& into, std::int64_t least) {
    return std::in_range<std::int64_t>(value) && static_cast<std::int64_t>(value) >= least &&
           static_cast<std::int64_t>(value) <= kFarthestMs && fits(into);
  };
  if (inside_ == Inside::process) {
    std::uint64_t number = 0;
    process_number(fits(number) ? std::optional{number} : std::nullopt);
    return true;
  }
  const bool taken = std::visit(
      [&](auto& into) {
        using P = std::decay_t<decltype(into)>;
        if constexpr (std::is_same_v<P, std::int32_t*>)
          return fits(*into) && *into >= 0;  // a pid
        else if constexpr (std::is_same_v<P, std::uint32_t*> || std::is_same_v<P, std::int64_t*> ||
                           std::is_same_v<P, std::uint64_t*>)
          return fits(*into);
        else if constexpr (std::is_same_v<P, Moment>)
          return time(*into.into, -kFarthestMs);
        else if constexpr (std::is_same_v<P, Milliseconds*>) {
          std::int64_t ms = 0;
          const bool good = time(ms, 0);
          *into = Milliseconds{ms};
          return good;
        } else
          return std::is_same_v<P, std::monostate> && inside_ != Inside::instances && inside_ != Inside::exits;
      },
      place_);
  if (!taken)
    fail(inside_ == Inside::instances || inside_ == Inside::exits ? "must be a list of objects"
                                                                  : "must not be this number");
  return value_done();
}

// Pids 0 and below would signal whole groups (kill(2)): they are refused here.
void StatusReader::process_number(std::optional<std::uint64_t> value) {
  ProcessId& process = **std::get_if<ProcessId*>(&place_);
  ++count_;
  if (count_ == 1 && value && *value > 0 && std::in_range<Pid>(*value))
    process.pid = static_cast<Pid>(*value);
  else if (count_ == 2 && value)
    process.start_time = *value;
  else
    fail("must be a pid and a start time");
}

constexpr const char* kRemedy = "move it away; it will be rebuilt from the running processes";

}  // namespace

Result<AppStatus> status_from_json(std::string_view text, const std::string& what) {
  StatusReader reader;
  const bool whole = Json::sax_parse(text.data(), text.data() + text.size(), &reader);
  if (reader.broken_at != 0) return not_json(what, reader.broken_at, kRemedy);
  if (!reader.is_object) return not_an_object(what, kRemedy);
  if (!whole) return not_json(what, 0, kRemedy);
  if (std::optional<Error> error =
          fault_in_version(static_cast<int>(std::min(reader.version, 0x7fffffffU)), kStatusVersion, what))
    return *error;
  if (reader.fault.empty() && reader.first != reader.last)
    reader.fault = "\"end\" and \"seq\" are from different writes";
  if (!reader.fault.empty()) return Error{what + " is damaged: " + reader.fault + "; " + kRemedy, {}};
  return std::move(reader.status);
}

}  // namespace forever
