// YAML as JSON: libyaml finds the structure, this file says what a scalar means. See yaml.hpp.
#include "text/yaml.hpp"

#if __has_include(<yaml.h>) && !defined(FOREVER_WITHOUT_YAML)

#include <yaml.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <optional>

#include "text/ascii.hpp"
#include "text/json_fields.hpp"

namespace forever {
namespace {

constexpr std::size_t kDeepest = 100;            // levels of lists and objects
constexpr std::size_t kMostCopied = 16U << 20U;  // bytes, about, that anchors and aliases may copy in all
constexpr std::size_t kNodeWeight = 64;          // what a value takes beside the bytes of its text
constexpr std::string_view kTags = "tag:yaml.org,2002:";

struct Value {
  Json json;
  std::size_t weight = kNodeWeight;  // the memory that a copy of it takes
  std::size_t levels = 0;            // of lists and objects in it, itself included
};

struct Event {
  yaml_event_t raw{};
  Event() = default;
  Event(const Event&) = delete;
  Event& operator=(const Event&) = delete;
  ~Event() { yaml_event_delete(&raw); }
};

std::string_view text_of(const yaml_char_t* text) {
  return text == nullptr ? std::string_view{} : reinterpret_cast<const char*>(text);
}

// [-+]?(0|[1-9][0-9]*)
std::optional<Json> whole_number(std::string_view word) {
  const std::string_view digits = word.substr(word.starts_with('-') || word.starts_with('+') ? 1 : 0);
  if (digits.empty() || (digits.front() == '0' && digits.size() > 1)) return std::nullopt;
  for (const char c : digits) {
    if (!is_digit(c)) return std::nullopt;
  }
  const JsonReading number = read_json(word.starts_with('+') ? digits : word);
  return std::holds_alternative<Json>(number) ? std::optional{std::get<Json>(number)} : std::nullopt;
}

// [-+]?([0-9]+[.][0-9]*|[.][0-9]+)([eE][-+]?[0-9]+)?
std::optional<Json> fraction(std::string_view word) {
  const std::string_view unsigned_word = word.substr(word.starts_with('-') || word.starts_with('+') ? 1 : 0);
  const std::size_t point = unsigned_word.find('.');
  if (point == std::string_view::npos || unsigned_word.size() < 2) return std::nullopt;
  if (!is_digit(unsigned_word.front()) && unsigned_word.front() != '.') return std::nullopt;
  if (point == 0 && !is_digit(unsigned_word[1])) return std::nullopt;
  double number = 0;
  const auto [end, error] = std::from_chars(unsigned_word.data(), unsigned_word.data() + unsigned_word.size(), number);
  if (error != std::errc{} || end != unsigned_word.data() + unsigned_word.size()) return std::nullopt;
  return Json(word.starts_with('-') ? -number : number);
}

// What a scalar without quotes and without a tag means.
Json plain_value(std::string_view word) {
  if (word.empty() || word == "~" || word == "null" || word == "Null" || word == "NULL") return nullptr;
  if (word == "true" || word == "True" || word == "TRUE") return true;
  if (word == "false" || word == "False" || word == "FALSE") return false;
  if (auto number = whole_number(word)) return *std::move(number);
  if (auto number = fraction(word)) return *std::move(number);
  return std::string{word};
}

// Whether `value` is of the kind that a tag asks for ("int" of "!!int").
bool is_of_kind(const Json& value, std::string_view kind) {
  if (kind == "null") return value.is_null();
  if (kind == "bool") return value.is_boolean();
  if (kind == "int") return value.is_number_integer();
  return kind == "float" && value.is_number();
}

class Reader {
 public:
  explicit Reader(std::string_view text) {
    if (yaml_parser_initialize(&parser_) == 0) throw std::bad_alloc{};
    yaml_parser_set_input_string(&parser_, reinterpret_cast<const unsigned char*>(text.data()), text.size());
    yaml_parser_set_encoding(&parser_, YAML_UTF8_ENCODING);
  }
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;
  ~Reader() { yaml_parser_delete(&parser_); }

  Result<std::string> read() {
    Value root;
    const bool done = document(root);
    if (!done) return Error{fault_, {}};
    return dump(root.json);
  }

 private:
  // Each of these returns whether it succeeded; fault_ describes the error otherwise.

  bool document(Value& root) {
    Event event;
    do {
      if (!next(event)) return false;
    } while (event.raw.type == YAML_STREAM_START_EVENT || event.raw.type == YAML_DOCUMENT_START_EVENT);
    if (event.raw.type == YAML_STREAM_END_EVENT) {
      root.json = nullptr;
      return true;
    }
    if (!value(event, root, 0) || !next(event) || !next(event)) return false;  // the document's end, the stream's end
    if (event.raw.type != YAML_STREAM_END_EVENT) return wrong(event, "it contains a second document; only one is read");
    return true;
  }

  bool next(Event& event) {
    yaml_event_delete(&event.raw);
    if (yaml_parser_parse(&parser_, &event.raw) != 0) return true;
    const bool has_mark = parser_.error == YAML_SCANNER_ERROR || parser_.error == YAML_PARSER_ERROR;
    const char* const problem = parser_.problem == nullptr ? "out of memory" : parser_.problem;
    const yaml_mark_t& mark = parser_.problem_mark;
    fault_ = has_mark ? place(mark.line, mark.column) + problem
                      : "byte " + std::to_string(parser_.problem_offset) + ": " + problem;
    return false;
  }

  bool value(const Event& event, Value& into, std::size_t depth) {
    switch (event.raw.type) {
      case YAML_ALIAS_EVENT: return alias(event, into) && fits(event, depth + into.levels);
      case YAML_SCALAR_EVENT: return scalar(event, into) && keep(event, event.raw.data.scalar.anchor, into);
      case YAML_SEQUENCE_START_EVENT:
        if (!has_kind(event, event.raw.data.sequence_start.tag, "seq")) return false;
        if (!fits(event, depth + 1)) return false;
        open(event.raw.data.sequence_start.anchor);
        return sequence(into, depth) && keep(event, event.raw.data.sequence_start.anchor, into);
      case YAML_MAPPING_START_EVENT:
        if (!has_kind(event, event.raw.data.mapping_start.tag, "map")) return false;
        if (!fits(event, depth + 1)) return false;
        open(event.raw.data.mapping_start.anchor);
        return mapping(into, depth) && keep(event, event.raw.data.mapping_start.anchor, into);
      case YAML_NO_EVENT:
      case YAML_STREAM_START_EVENT:
      case YAML_STREAM_END_EVENT:
      case YAML_DOCUMENT_START_EVENT:
      case YAML_DOCUMENT_END_EVENT:
      case YAML_SEQUENCE_END_EVENT:
      case YAML_MAPPING_END_EVENT: break;
    }
    return wrong(event, "a value is missing");
  }

  // Bounded, for what is nested is written by a function that calls itself.
  bool fits(const Event& event, std::size_t levels) {
    return levels <= kDeepest || wrong(event, "nested more than " + std::to_string(kDeepest) + " levels deep");
  }

  // Takes `one`, a part of `into`, into its measures.
  static void measure(Value& into, const Value& one) {
    into.weight += one.weight;
    into.levels = std::max(into.levels, one.levels + 1);
  }

  bool sequence(Value& into, std::size_t depth) {
    into.json = Json::array();
    into.levels = 1;
    Event event;
    while (next(event)) {
      if (event.raw.type == YAML_SEQUENCE_END_EVENT) return true;
      Value one;
      if (!value(event, one, depth + 1)) return false;
      measure(into, one);
      into.json.push_back(std::move(one.json));
    }
    return false;
  }

  bool mapping(Value& into, std::size_t depth) {
    Json own = Json::object(), merged = Json::object();
    into.levels = 1;
    Event event;
    while (next(event)) {
      if (event.raw.type == YAML_MAPPING_END_EVENT) {
        // A key of its own has precedence over one that is merged, whatever the order in the file.
        for (auto& [key, one] : own.items()) merged[key] = std::move(one);
        into.json = std::move(merged);
        return true;
      }
      if (event.raw.type != YAML_SCALAR_EVENT) return wrong(event, "a key must be a text");
      const auto& scalar = event.raw.data.scalar;
      const std::string key{reinterpret_cast<const char*>(scalar.value), scalar.length};
      const bool merges = key == "<<" && scalar.style == YAML_PLAIN_SCALAR_STYLE && scalar.tag == nullptr;
      Value name{key, kNodeWeight + key.size(), 0};
      Value one;
      if (!keep(event, scalar.anchor, name) || !next(event) || !value(event, one, depth + 1)) return false;
      into.weight += name.weight;
      measure(into, one);
      if (!merges)
        own[key] = std::move(one.json);
      else if (!merge(event, one.json, merged))
        return false;
    }
    return false;
  }

  // An object, or a list of objects of which the first one that has a key gives its value.
  bool merge(const Event& event, Json& from, Json& into) {
    if (from.is_array()) {
      for (Json& one : from) {
        if (!one.is_object()) return wrong(event, "<< takes only objects");
        (void)merge(event, one, into);
      }
      return true;
    }
    if (!from.is_object()) return wrong(event, "<< takes an object, or a list of objects");
    for (auto& [key, one] : from.items()) {
      if (!into.contains(key)) into[key] = std::move(one);
    }
    return true;
  }

  bool scalar(const Event& event, Value& into) {
    const auto& scalar = event.raw.data.scalar;
    const std::string_view word{reinterpret_cast<const char*>(scalar.value), scalar.length};
    const std::string_view tag = text_of(scalar.tag);
    into.weight += word.size();
    if (tag.empty() && scalar.plain_implicit != 0) {
      into.json = plain_value(word);
      return true;
    }
    if (tag.empty() || tag == "!" || tag == "tag:yaml.org,2002:str") {
      into.json = std::string{word};
      return true;
    }
    into.json = plain_value(word);
    if (tag.starts_with(kTags) && is_of_kind(into.json, tag.substr(kTags.size()))) return true;
    return wrong(event, "its tag is unknown, or requires another kind of value");
  }

  bool has_kind(const Event& event, const yaml_char_t* tag, std::string_view kind) {
    const std::string_view word = text_of(tag);
    if (word.empty() || word == "!" || (word.starts_with(kTags) && word.substr(kTags.size()) == kind)) return true;
    return wrong(event, "its tag is unknown, or requires another kind of value");
  }

  // An anchor that is open cannot be meant inside of itself.
  void open(const yaml_char_t* anchor) {
    if (anchor != nullptr) anchors_[std::string{text_of(anchor)}] = std::nullopt;
  }
  bool keep(const Event& event, const yaml_char_t* anchor, const Value& value) {
    if (anchor == nullptr) return true;
    if (!spend(event, value.weight)) return false;
    anchors_[std::string{text_of(anchor)}] = value;
    return true;
  }
  bool alias(const Event& event, Value& into) {
    const std::string name{text_of(event.raw.data.alias.anchor)};
    const auto anchor = anchors_.find(name);
    if (anchor == anchors_.end()) return wrong(event, "*" + name + " is used, but there is no &" + name + " before it");
    if (!anchor->second) return wrong(event, "*" + name + " is inside of &" + name);
    if (!spend(event, anchor->second->weight)) return false;
    into = *anchor->second;
    return true;
  }
  bool spend(const Event& event, std::size_t weight) {
    copied_ += weight;
    return copied_ <= kMostCopied || wrong(event, "aliases make it larger than 16 MiB");
  }

  static std::string place(std::size_t line, std::size_t column) {
    return "line " + std::to_string(line + 1) + ", column " + std::to_string(column + 1) + ": ";
  }
  bool wrong(const Event& event, const std::string& what) {
    fault_ = place(event.raw.start_mark.line, event.raw.start_mark.column) + what;
    return false;
  }

  yaml_parser_t parser_{};
  std::map<std::string, std::optional<Value>> anchors_;
  std::size_t copied_ = 0;
  std::string fault_;
};

}  // namespace

bool reads_yaml() noexcept { return true; }

Result<std::string> json_of_yaml(std::string_view text) { return Reader{text}.read(); }

}  // namespace forever

#else

namespace forever {

bool reads_yaml() noexcept { return false; }

Result<std::string> json_of_yaml(std::string_view) {
  return Error{"this build of forever does not read YAML; write the same as JSON, where comments are allowed", {}};
}

}  // namespace forever

#endif
