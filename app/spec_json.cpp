// spec.json: AppSpec to text and back; see spec.hpp. Each key is named once: a setting's in its row (app/settings), the others in
// describe(), which visits a spec with a side that writes each field, or with one that reads it.
#include "app/name.hpp"
#include "app/settings/setting.hpp"
#include "app/spec.hpp"
#include "platform/listening.hpp"
#include "text/json_fields.hpp"
#include "text/units.hpp"

namespace forever {

namespace {

// [["NOFILE", 1024, 1048576], ["CORE", 0, null]]: name, soft, hard; null is unlimited.
Json limits_json(const std::vector<ResourceLimit>& limits) {
  Json json = Json::array();
  const auto value = [](std::uint64_t limit) { return limit == kUnlimited ? Json(nullptr) : Json(limit); };
  for (const ResourceLimit& limit : limits)
    json.push_back({json_of_bytes(limit.name), value(limit.soft), value(limit.hard)});
  return json;
}

std::optional<ResourceLimit> limit_of(const Json& json) {
  const auto value = [](const Json& limit) {
    return limit.is_null() ? std::optional{kUnlimited} : JsonFields::integer<std::uint64_t>(limit);
  };
  if (!json.is_array() || json.size() != 3) return std::nullopt;
  const std::optional<std::string> name = JsonFields::bytes_of(json[0]);
  const std::optional<std::uint64_t> soft = value(json[1]), hard = value(json[2]);
  if (!name || !soft || !hard) return std::nullopt;
  return ResourceLimit{*name, *soft, *hard};
}

// "watch" of "watch.delay", in which such a key stands; empty for a key that stands alone.
std::string_view part_of(std::string_view key) {
  const std::size_t dot = key.find('.');
  return dot == std::string_view::npos ? std::string_view{} : key.substr(0, dot);
}
std::string_view own_name(std::string_view key) { return key.substr(key.find('.') + 1); }

class Writing {
 public:
  // What is as it usually is need not be written.
  [[nodiscard]] static bool wants(bool unusual) { return unusual; }
  void text(std::string_view key, const std::string& value) { at(key) = json_of_bytes(value); }
  void texts(std::string_view key, const std::vector<std::string>& list) { at(key) = json_of_list(list); }
  void flag(std::string_view key, bool value) { at(key) = value; }
  void limits(std::string_view key, const std::vector<ResourceLimit>& list) { at(key) = limits_json(list); }
  template <std::integral T>
  void number(std::string_view key, T value, T = 0, T = 0) {
    at(key) = value;
  }
  void setting(const Setting& setting, AppSpec& spec) {
    Json& into = at(setting.json);
    std::visit(
        [&]<class Kind>(const Kind& field) {
          if constexpr (std::is_same_v<Kind, InEnum>)
            into = field.words[field.get(spec)];
          else
            into = json_of(field(spec));
        },
        setting.field);
  }
  [[nodiscard]] const Json& json() const noexcept { return json_; }

 private:
  Json& at(std::string_view key) {
    const std::string_view part = part_of(key);
    Json& object = part.empty() ? json_ : json_[std::string{part}];
    return object[std::string{own_name(key)}];
  }
  static Json json_of(const std::string& text) { return json_of_bytes(text); }
  static Json json_of(const std::vector<std::string>& list) { return json_of_list(list); }
  static Json json_of(Milliseconds time) { return format_duration(time); }
  template <class T>
  static Json json_of(const std::optional<T>& number) {
    return number ? Json(*number) : Json(nullptr);
  }
  template <class T>
  static Json json_of(const T& value) {
    return value;
  }

  Json json_;
};

class Reading {
 public:
  Reading(const Json& json, std::string& fault) : fault_(fault), fields_(json, fault) {}

  [[nodiscard]] static bool wants(bool) { return true; }
  [[nodiscard]] JsonFields& fields() noexcept { return fields_; }
  void text(std::string_view key, std::string& into) {
    in_part(key, [&](JsonFields& fields, const char* name) { fields.text(name, into); });
  }
  void texts(std::string_view key, std::vector<std::string>& into) {
    in_part(key, [&](JsonFields& fields, const char* name) { fields.texts(name, into); });
  }
  void flag(std::string_view key, bool& into) {
    in_part(key, [&](JsonFields& fields, const char* name) { fields.flag(name, into); });
  }
  template <std::integral T>
  void number(std::string_view key, T& into, T least = std::numeric_limits<T>::min(),
              T most = std::numeric_limits<T>::max()) {
    in_part(key, [&](JsonFields& fields, const char* name) { fields.number(name, into, least, most); });
  }
  void limits(const char* key, std::vector<ResourceLimit>& into) {
    const Json* const list = fields_.list(key);
    if (list == nullptr) return;
    into.clear();
    for (const Json& item : *list) {
      std::optional<ResourceLimit> limit = limit_of(item);
      if (!limit) return fields_.fail(key, "must be a list of name, soft and hard limit");
      into.push_back(std::move(*limit));
    }
  }
  void setting(const Setting& setting, AppSpec& spec) {
    in_part(setting.json, [&](JsonFields& fields, const char* key) {
      if (fields.find(key) == nullptr) return;
      std::visit(
          [&]<class Kind>(const Kind& field) {
            if constexpr (std::is_same_v<Kind, InEnum>)
              word(fields, key, field, spec);
            else
              take(fields, key, setting, field(spec));
          },
          setting.field);
    });
  }

 private:
  // Calls `act` with the fields among which the key stands, and its name there; not if that part is absent.
  template <class Act>
  void in_part(std::string_view key, Act act) {
    const std::string name{own_name(key)}, part{part_of(key)};
    if (part.empty()) return act(fields_, name.c_str());
    const Json* const object = fields_.object(part.c_str());
    if (object == nullptr) return;
    JsonFields inner(*object, fault_, part + ".");
    act(inner, name.c_str());
  }

  static void word(JsonFields& fields, const char* key, const InEnum& field, AppSpec& spec) {
    const auto* const text = fields.find(key)->get_ptr<const std::string*>();
    for (std::size_t i = 0; text != nullptr && i < field.words.size(); ++i) {
      if (field.words[i] == *text) return field.set(spec, i);
    }
    fields.fail(key, "is not a known word");
  }
  static void take(JsonFields& fields, const char* key, const Setting&, bool& into) { fields.flag(key, into); }
  static void take(JsonFields& fields, const char* key, const Setting&, std::string& into) { fields.text(key, into); }
  static void take(JsonFields& fields, const char* key, const Setting&, std::vector<std::string>& into) {
    fields.texts(key, into);
  }
  static void take(JsonFields& fields, const char* key, const Setting&, std::vector<int>& into) {
    const Json* const list = fields.list(key);
    if (list == nullptr) return;
    into.clear();
    for (const Json& code : *list) {
      if (const std::optional<int> number = JsonFields::integer<int>(code))
        into.push_back(*number);
      else
        fields.fail(key, "must be a list of whole numbers");
    }
  }
  static void take(JsonFields& fields, const char* key, const Setting&, Milliseconds& into) {
    std::string text;
    fields.text(key, text);
    if (const std::optional<Milliseconds> duration = parse_duration(text))
      into = *duration;
    else
      fields.fail(key, "must be a duration as \"10s\"");
  }
  static void take(JsonFields& fields, const char* key, const Setting& setting, double& into) {
    constexpr auto kLargest = std::numeric_limits<std::int32_t>::max();
    fields.real(key, into, static_cast<double>(setting.least),
                static_cast<double>(setting.most < 0 ? kLargest : setting.most));
  }
  template <std::integral T>
  static void take(JsonFields& fields, const char* key, const Setting& setting, T& into) {
    fields.number(key, into, static_cast<T>(setting.least),
                  setting.most < 0 ? std::numeric_limits<T>::max() : static_cast<T>(setting.most));
  }
  template <std::integral T>
  static void take(JsonFields& fields, const char* key, const Setting& setting, std::optional<T>& into) {
    take(fields, key, setting, into.emplace());
  }

  std::string& fault_;
  JsonFields fields_;
};

// What a spec holds beside its settings, and what of a setting has no row of its own.
template <class Side>
void describe(Side& side, AppSpec& spec) {
  side.text("name", spec.name);
  side.number("id", spec.id);
  side.text("script", spec.script);
  side.texts("arguments", spec.arguments);
  side.limits("limits", spec.limits);
  for_each_setting([&](const Setting& setting) {
    if (side.wants(!is_usual(setting, spec))) side.setting(setting, spec);
  });
  if (side.wants(spec.restart.immediate != RestartPolicy{}.immediate))
    side.number("restart.immediate", spec.restart.immediate);
  if (side.wants(spec.watch.on)) side.flag("watch.on", spec.watch.on);
  if (side.wants(!spec.health.path.empty())) side.text("health.path", spec.health.path);
  side.number("created_ms", spec.created_ms);
  if (side.wants(!spec.depends_on.empty())) side.texts("depends_on", spec.depends_on);
  if (side.wants(!spec.apps_file.empty())) {
    side.text("apps_file", spec.apps_file);
    side.texts("declared", spec.declared);
  }
  if (side.wants(!spec.environment_files.empty())) side.texts("environment_files", spec.environment_files);
  if (side.wants(!spec.given_environment.empty())) side.texts("given_environment", spec.given_environment);
  side.texts("environment", spec.environment);
}

constexpr const char* kSpecRemedy = "move it away, or `forever delete` the app";

}  // namespace

std::string spec_to_json(const AppSpec& spec) {
  Writing writing;
  int version = kSpecVersion;
  writing.number("version", version);
  AppSpec copy = spec;  // describe() may change what it is given
  describe(writing, copy);
  return dump(writing.json()) + "\n";
}

Result<AppSpec> spec_from_json(std::string_view text, const std::string& what) {
  const Result<Json> json = parse_object(text, what, kSpecRemedy);
  if (!json) return json.error();
  std::string fault;
  Reading reading(*json, fault);
  JsonFields& fields = reading.fields();
  if (std::optional<Error> error = fault_in_version(fields.version(), kSpecVersion, what)) return *error;
  AppSpec spec;
  describe(reading, spec);
  if (fault_in_name(spec.name)) fields.fail("name", "is not a valid name");
  if (spec.script.empty()) fields.fail("script", "is missing");
  if (spec.listen.size() > kMostPassed) fields.fail("listen", "names too many sockets");
  if (!fault.empty()) return Error{what + " is damaged: " + fault + "; " + kSpecRemedy, {}};
  return spec;
}

}  // namespace forever
