#include "services/gateway/route_table.h"

#include <google/protobuf/descriptor_database.h>

#include <algorithm>

#include "avvik/options/v1/access.pb.h"
#include "common/status/macros.h"
#include "google/api/annotations.pb.h"

namespace avvik::gateway {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::FileDescriptor;
using google::protobuf::MethodDescriptor;

constexpr std::string_view kPackagePrefix = "avvik.";

absl::Status Wrong(const MethodDescriptor& method, const std::string& why) {
  return absl::InvalidArgumentError(method.full_name() + ": " + why);
}

// The field at a path such as `filter.unit`; null when there is none.
const FieldDescriptor* FindField(const Descriptor* message, std::string_view path) {
  for (;;) {
    const size_t dot = path.find('.');
    const FieldDescriptor* field = message->FindFieldByName(std::string(path.substr(0, dot)));
    if (field == nullptr || dot == std::string_view::npos) return field;
    message = field->message_type();
    if (message == nullptr || field->is_repeated()) return nullptr;
    path.remove_prefix(dot + 1);
  }
}

// `intake` of `avvik.intake.v1`.
std::string PackageOwner(const FileDescriptor& file) {
  const std::string rest = file.package().substr(kPackagePrefix.size());
  return rest.substr(0, rest.find('.'));
}

absl::Status ReadPattern(const google::api::HttpRule& rule, const MethodDescriptor& method,
                         std::string* http_method, std::string* path) {
  switch (rule.pattern_case()) {
    case google::api::HttpRule::kGet:
      *http_method = "GET";
      *path = rule.get();
      break;
    case google::api::HttpRule::kPost:
      *http_method = "POST";
      *path = rule.post();
      break;
    case google::api::HttpRule::kPut:
      *http_method = "PUT";
      *path = rule.put();
      break;
    case google::api::HttpRule::kPatch:
      *http_method = "PATCH";
      *path = rule.patch();
      break;
    case google::api::HttpRule::kDelete:
      *http_method = "DELETE";
      *path = rule.delete_();
      break;
    default:
      return Wrong(method, "google.api.http must name get, post, put, patch or delete");
  }
  return absl::OkStatus();
}

// Whether the fields of a method that takes or gives a file are there and of the right types.
absl::Status CheckRaw(const options::v1::RawContent& raw, const MethodDescriptor& method,
                      const std::string& body) {
  if (method.client_streaming() == method.server_streaming()) {
    return Wrong(method, "raw_content needs a stream in one direction");
  }
  const bool takes = method.client_streaming();
  const Descriptor& message = takes ? *method.input_type() : *method.output_type();
  std::vector<std::pair<std::string, FieldDescriptor::Type>> wanted = {
      {raw.field(), FieldDescriptor::TYPE_BYTES}};
  if (takes) {
    if (raw.max_bytes() <= 0) return Wrong(method, "raw_content needs max_bytes");
    if (body != raw.field()) return Wrong(method, "body must be the field of raw_content");
    wanted.emplace_back(raw.end_field(), FieldDescriptor::TYPE_BOOL);
    if (!raw.filename_field().empty()) {
      wanted.emplace_back(raw.filename_field(), FieldDescriptor::TYPE_STRING);
    }
  } else {
    wanted.emplace_back(raw.media_type_field(), FieldDescriptor::TYPE_STRING);
    wanted.emplace_back(raw.filename_field(), FieldDescriptor::TYPE_STRING);
    wanted.emplace_back(raw.size_field(), FieldDescriptor::TYPE_INT64);
  }
  for (const auto& [name, type] : wanted) {
    const FieldDescriptor* field = message.FindFieldByName(name);
    if (field == nullptr || field->is_repeated() || field->type() != type) {
      return Wrong(method, "raw_content names `" + name + "`, which is not a fitting field of " +
                               message.full_name());
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<Route> ReadRule(const google::api::HttpRule& rule, const MethodDescriptor& method) {
  Route route;
  route.method = &method;
  std::string path;
  AVVIK_RETURN_IF_ERROR(ReadPattern(rule, method, &route.http_method, &path));
  auto parsed = PathTemplate::Parse(path);
  if (!parsed.ok()) return Wrong(method, std::string(parsed.status().message()));
  route.path = *std::move(parsed);

  for (const auto& segment : route.path.segments()) {
    if (!segment.variable) continue;
    const FieldDescriptor* field = FindField(method.input_type(), segment.text);
    if (field == nullptr || field->is_repeated() || field->message_type() != nullptr) {
      return Wrong(method, "path variable `" + segment.text +
                               "` must be a single, plain field of " +
                               method.input_type()->full_name());
    }
  }
  route.body = rule.body();
  if (route.http_method == "GET" && !route.body.empty()) {
    return Wrong(method, "a GET has no body");
  }
  if (method.options().HasExtension(options::v1::raw_content)) {
    route.raw = &method.options().GetExtension(options::v1::raw_content);
    AVVIK_RETURN_IF_ERROR(CheckRaw(*route.raw, method, route.body));
  }
  if (!route.body.empty() && route.body != "*" && !route.TakesFile()) {
    const FieldDescriptor* field = method.input_type()->FindFieldByName(route.body);
    if (field == nullptr || field->message_type() == nullptr || field->is_repeated()) {
      return Wrong(method, "body `" + route.body + "` must be `*` or a single message field");
    }
  }
  if (!rule.response_body().empty()) return Wrong(method, "response_body is not supported");
  if (method.client_streaming() && !route.TakesFile()) {
    return Wrong(method, "streaming by the client is only supported with raw_content");
  }

  if (!route.BindsField(kServiceVariable)) route.backend = PackageOwner(*method.file());
  return route;
}

absl::Status CheckDistinct(const std::vector<Route>& routes) {
  for (size_t i = 0; i < routes.size(); ++i) {
    for (size_t j = i + 1; j < routes.size(); ++j) {
      const Route& a = routes[i];
      const Route& b = routes[j];
      if (a.http_method != b.http_method || !a.path.Overlaps(b.path)) continue;
      if (a.path.MoreSpecificThan(b.path) || b.path.MoreSpecificThan(a.path)) continue;
      return Wrong(*a.method, a.http_method + " " + a.path.text() + " takes the same paths as " +
                                  b.path.text() + " of " + b.method->full_name());
    }
  }
  return absl::OkStatus();
}

}  // namespace

bool Route::BindsField(std::string_view field) const {
  return std::any_of(path.segments().begin(), path.segments().end(), [&](const auto& segment) {
    return segment.variable && segment.text == field;
  });
}

std::string Route::GrpcPath() const {
  return "/" + method->service()->full_name() + "/" + method->name();
}

bool Route::NeedsNoToken() const {
  return !method->options().GetExtension(options::v1::access).tenant_field().empty();
}

absl::StatusOr<RouteTable> RouteTable::Build(const std::vector<const FileDescriptor*>& files) {
  RouteTable table;
  for (const FileDescriptor* file : files) {
    if (file->package().rfind(kPackagePrefix, 0) != 0) continue;
    for (int s = 0; s < file->service_count(); ++s) {
      for (int m = 0; m < file->service(s)->method_count(); ++m) {
        const MethodDescriptor& method = *file->service(s)->method(m);
        if (!method.options().HasExtension(google::api::http)) continue;
        const auto& rule = method.options().GetExtension(google::api::http);
        AVVIK_ASSIGN_OR_RETURN(Route route, ReadRule(rule, method));
        table.routes_.push_back(std::move(route));
        for (const auto& additional : rule.additional_bindings()) {
          AVVIK_ASSIGN_OR_RETURN(Route binding, ReadRule(additional, method));
          table.routes_.push_back(std::move(binding));
        }
      }
    }
  }
  AVVIK_RETURN_IF_ERROR(CheckDistinct(table.routes_));
  for (const Route& route : table.routes_) {
    const auto& first = route.path.segments().front();
    if (first.variable) {
      return Wrong(*route.method, "the first segment of a path must be a literal");
    }
    table.first_segments_.insert(first.text);
  }
  // The first match is the most specific one.
  std::stable_sort(table.routes_.begin(), table.routes_.end(), [](const Route& a, const Route& b) {
    const auto variables = [](const Route& route) {
      return std::count_if(route.path.segments().begin(), route.path.segments().end(),
                           [](const auto& segment) { return segment.variable; });
    };
    return variables(a) < variables(b);
  });
  return table;
}

absl::StatusOr<RouteMatch> RouteTable::Find(std::string_view http_method,
                                            std::string_view path) const {
  AVVIK_ASSIGN_OR_RETURN(const PathTemplate::Path split, PathTemplate::Split(path));
  RouteMatch match;
  for (const Route& route : routes_) {
    PathTemplate::Bindings bindings;
    if (!route.path.Match(split, &bindings)) continue;
    match.allowed.insert(route.http_method);
    if (route.AnswersHead()) match.allowed.insert("HEAD");
    const bool asked =
        http_method == route.http_method || (http_method == "HEAD" && route.AnswersHead());
    if (asked && match.route == nullptr) {
      match.route = &route;
      match.bindings = std::move(bindings);
    }
  }
  return match;
}

bool RouteTable::IsApiPath(std::string_view path) const {
  if (path.empty() || path[0] != '/') return false;
  path.remove_prefix(1);
  return first_segments_.count(std::string(path.substr(0, path.find_first_of("/:")))) > 0;
}

std::set<std::string> RouteTable::Backends() const {
  std::set<std::string> names;
  for (const Route& route : routes_) {
    if (!route.backend.empty()) names.insert(route.backend);
  }
  return names;
}

std::vector<const FileDescriptor*> LinkedAvvikFiles() {
  std::vector<std::string> names;
  google::protobuf::DescriptorPool::internal_generated_database()->FindAllFileNames(&names);
  std::sort(names.begin(), names.end());
  std::vector<const FileDescriptor*> files;
  for (const std::string& name : names) {
    const auto* file = google::protobuf::DescriptorPool::generated_pool()->FindFileByName(name);
    if (file != nullptr && file->package().rfind(kPackagePrefix, 0) == 0) files.push_back(file);
  }
  return files;
}

}  // namespace avvik::gateway
