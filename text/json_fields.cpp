// Careful reading of JSON; see json_fields.hpp.
#include "text/json_fields.hpp"

#include "text/json_text.hpp"
#include "text/utf8.hpp"

namespace forever {

namespace {

std::optional<int> hex_digit(char c) noexcept {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return std::nullopt;
}

}  // namespace

std::optional<std::string> bytes_of_hex(std::string_view digits) {
  if (digits.size() % 2 != 0) return std::nullopt;
  std::string bytes;
  bytes.reserve(digits.size() / 2);
  for (std::size_t at = 0; at < digits.size(); at += 2) {
    const std::optional<int> high = hex_digit(digits[at]), low = hex_digit(digits[at + 1]);
    if (!high || !low) return std::nullopt;
    bytes += static_cast<char>(*high * 16 + *low);
  }
  return bytes;
}

Json json_of_bytes(std::string_view bytes) {
  if (is_utf8(bytes)) return Json(std::string(bytes));
  std::string hex;
  append_hex(hex, bytes);
  Json object = Json::object();
  object["hex"] = std::move(hex);
  return object;
}

Json json_of_list(const std::vector<std::string>& list) {
  Json array = Json::array();
  for (const std::string& item : list) array.push_back(json_of_bytes(item));
  return array;
}

std::string dump(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

JsonReading read_json(std::string_view text) {
  try {
    // By pointers, as the reader of a status does it: each kind of iterator would bring a parser of its own.
    return Json::parse(text.data(), text.data() + text.size());
  } catch (const Json::parse_error& error) {
    return error.byte;
  } catch (const Json::exception&) {
    return std::size_t{0};
  }
}

Result<Json> parse_object(std::string_view text, const std::string& what, const std::string& remedy) {
  JsonReading json = read_json(text);
  if (const auto* const byte = std::get_if<std::size_t>(&json)) return not_json(what, *byte, remedy);
  Json& object = std::get<Json>(json);
  if (object.is_object()) return std::move(object);
  return not_an_object(what, remedy);
}

Error not_json(const std::string& what, std::size_t byte, const std::string& remedy) {
  const std::string where = byte == 0 ? "" : " (byte " + std::to_string(byte) + ")";
  return Error{what + " is not valid JSON" + where + "; " + remedy, {}};
}

Error not_an_object(const std::string& what, const std::string& remedy) {
  return Error{what + " does not contain a JSON object; " + remedy, {}};
}

std::optional<Error> fault_in_version(int version, int known, const std::string& what) {
  if (version < 1) return Error{what + " contains no format version; it was not written by forever", {}};
  if (version <= known) return std::nullopt;
  const std::string numbers = "version " + std::to_string(version) + "; this version reads " + std::to_string(known);
  return Error{what + " was written by a newer forever (" + numbers + ")",
               std::make_error_code(std::errc::not_supported)};
}

void JsonFields::flag(const char* key, bool& into) {
  const Json* value = find(key);
  if (value == nullptr) return;
  if (value->is_boolean())
    into = value->get<bool>();
  else
    fail(key, "must be true or false");
}

void JsonFields::bytes(const char* key, std::string& into) {
  const Json* value = find(key);
  if (value == nullptr) return;
  if (std::optional<std::string> found = bytes_of(*value))
    into = std::move(*found);
  else
    fail(key, "must be a text");
}

void JsonFields::text(const char* key, std::string& into) {
  std::string found = into;
  bytes(key, found);
  if (found.find('\0') != std::string::npos)
    fail(key, "must not contain a NUL");
  else
    into = std::move(found);
}

void JsonFields::texts(const char* key, std::vector<std::string>& into) {
  const Json* value = list(key);
  if (value == nullptr) return;
  std::vector<std::string> found;
  found.reserve(value->size());
  for (const Json& item : *value) {
    std::optional<std::string> one = bytes_of(item);
    if (!one || one->find('\0') != std::string::npos) return fail(key, "must be a list of texts without NUL");
    found.push_back(std::move(*one));
  }
  into = std::move(found);
}

void JsonFields::real(const char* key, double& into, double least, double most) {
  const Json* value = find(key);
  if (value == nullptr) return;
  const double found = value->is_number() ? value->get<double>() : least - 1;
  if (found >= least && found <= most)
    into = found;
  else
    fail(key, "must be a number in its range");
}

const Json* JsonFields::find(const char* key) const {
  const auto found = object_.find(key);
  return found == object_.end() || found->is_null() ? nullptr : &*found;
}

const Json* JsonFields::list(const char* key) {
  const Json* value = find(key);
  if (value == nullptr || value->is_array()) return value;
  fail(key, "must be a list");
  return nullptr;
}

const Json* JsonFields::object(const char* key) {
  const Json* value = find(key);
  if (value == nullptr || value->is_object()) return value;
  fail(key, "must be an object");
  return nullptr;
}

void JsonFields::fail(const char* key, const char* why) {
  if (fault_.empty()) fault_ = "\"" + path_of(key) + "\" " + why;
}

std::optional<std::string> JsonFields::bytes_of(const Json& value) {
  if (const auto* text = value.get_ptr<const std::string*>()) return *text;
  if (!value.is_object() || value.size() != 1) return std::nullopt;
  const auto hex = value.find("hex");
  if (hex == value.end()) return std::nullopt;
  const auto* digits = hex->get_ptr<const std::string*>();
  return digits != nullptr ? bytes_of_hex(*digits) : std::nullopt;
}

int JsonFields::version() const {
  const Json* value = find("version");
  return value != nullptr ? integer<int>(*value).value_or(0) : 0;
}

}  // namespace forever
