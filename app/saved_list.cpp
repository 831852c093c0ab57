// saved.json: one spec a line, so that two of them can be compared by diff(1).
#include "app/saved_list.hpp"

#include "text/json_fields.hpp"

namespace forever {
namespace {

constexpr const char* kSavedRemedy = "it was not changed; move it away and run `forever save` again";

}  // namespace

std::string saved_to_json(const std::vector<SavedApp>& apps) {
  std::string text = "{\"version\":" + std::to_string(kSavedVersion) + ",\"apps\":[";
  for (std::size_t i = 0; i < apps.size(); ++i) {
    std::string spec = spec_to_json(apps[i].spec);
    while (!spec.empty() && spec.back() == '\n') spec.pop_back();
    text += i == 0 ? "\n" : ",\n";
    text += std::string{"{\"online\":"} + (apps[i].online ? "true" : "false") + ",\"spec\":" + spec + "}";
  }
  return text + "\n]}\n";
}

Result<std::vector<SavedApp>> saved_from_json(std::string_view text, const std::string& what) {
  const Result<Json> json = parse_object(text, what, kSavedRemedy);
  if (!json) return json.error();
  std::string fault;
  JsonFields fields(*json, fault);
  if (std::optional<Error> error = fault_in_version(fields.version(), kSavedVersion, what)) return *error;
  std::vector<SavedApp> apps;
  const Json* list = fields.list("apps");
  if (list == nullptr && fault.empty()) fault = "\"apps\" is missing";
  for (std::size_t i = 0; list != nullptr && fault.empty() && i < list->size(); ++i) {
    const Json& one = (*list)[i];
    if (!one.is_object() || !one.contains("spec")) {
      fault = "\"apps\" must be a list of objects with a spec";
      break;
    }
    JsonFields parts(one, fault, "apps.");
    SavedApp app;
    parts.flag("online", app.online);
    auto spec = spec_from_json(one["spec"].dump(-1, ' ', false, Json::error_handler_t::replace), what);
    if (!spec) return spec.error();
    app.spec = std::move(*spec);
    apps.push_back(std::move(app));
  }
  if (!fault.empty()) return Error{what + " is damaged: " + fault + "; " + kSavedRemedy, {}};
  return apps;
}

}  // namespace forever
