// Which call a request means: the routes that `google.api.http` declares in the protos of the
// packages `avvik.*`. A method without that option is not reachable over HTTP.
#pragma once

#include <google/protobuf/descriptor.h>

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "avvik/options/v1/content.pb.h"
#include "services/gateway/path_template.h"

namespace avvik::gateway {

// The path variable that names the backend.
inline constexpr char kServiceVariable[] = "service";

// One way to reach one method.
struct Route {
  std::string http_method;  // GET, POST, PUT, PATCH or DELETE.
  PathTemplate path;
  const google::protobuf::MethodDescriptor* method = nullptr;
  // `*`: all fields but those in the path; a field; or empty: no body. For a method that takes a file: the
  // field that holds its pieces.
  std::string body;
  std::string backend;  // The service that answers; empty when the variable `service` names it.

  // How a file goes through, when one does; null otherwise.
  const options::v1::RawContent* raw = nullptr;

  bool TakesFile() const { return raw != nullptr && method->client_streaming(); }
  bool GivesFile() const { return raw != nullptr && method->server_streaming(); }
  // Fields bound by the path.
  bool BindsField(std::string_view field) const;
  // `/avvik.intake.v1.Intake/SubmitReport`.
  std::string GrpcPath() const;
  // Whether the method needs no token: then nothing of the request goes along but its content.
  bool NeedsNoToken() const;
  // Whether a GET of it may also be asked as HEAD.
  bool AnswersHead() const { return http_method == "GET" && !method->server_streaming(); }
};

// What the table says of a request.
struct RouteMatch {
  const Route* route = nullptr;  // Null when no route fits.
  PathTemplate::Bindings bindings;
  std::set<std::string> allowed;  // Methods that the path has; empty when it has none.
};

// Immutable after Build; safe to use from many threads.
class RouteTable {
 public:
  // Collects the routes of all services in `files` whose package begins with `avvik.`. A route is
  // answered by the backend that its path variable `service` names, otherwise by <name> of the
  // package `avvik.<name>.v1`. An error says which method is wrong and why: unknown fields, a form
  // that is not supported, or two routes that take the same path.
  static absl::StatusOr<RouteTable> Build(
      const std::vector<const google::protobuf::FileDescriptor*>& files);

  // `path` as in the request target, without query. INVALID_ARGUMENT when it is malformed. HEAD
  // finds what GET finds.
  absl::StatusOr<RouteMatch> Find(std::string_view http_method, std::string_view path) const;

  // Whether the path lies where routes are, such as everything under `/v1/`.
  bool IsApiPath(std::string_view path) const;

  const std::vector<Route>& routes() const { return routes_; }

  // The services that routes name, such as `intake`.
  std::set<std::string> Backends() const;

 private:
  std::vector<Route> routes_;
  std::set<std::string> first_segments_;
};

// All files that are linked into this program and belong to a package `avvik.*`, by name.
std::vector<const google::protobuf::FileDescriptor*> LinkedAvvikFiles();

}  // namespace avvik::gateway
