#include "common/rpc/environment.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "common/log/log.h"
#include "common/rpc/asked.h"
#include "common/rpc/status.h"
#include "common/rpc/transport.h"
#include "common/status/error.h"
#include "common/status/macros.h"
#include "common/validate/format.h"
#include "common/validate/validate.h"

namespace avvik::rpc {
namespace {

constexpr absl::Duration kLongestCall = absl::Seconds(10);
// How old the organisation known may be before somebody is denied by it.
constexpr absl::Duration kFresh = absl::Milliseconds(250);

std::string Metadata(const grpc::ServerContextBase& context, const char* key) {
  const auto found = context.client_metadata().find(key);
  if (found == context.client_metadata().end()) return "";
  return std::string(found->second.data(), found->second.size());
}

// An address as the gateway writes it; empty for anything else.
std::string AddressIn(std::string text) {
  constexpr size_t kLongest = 64;  // An IPv6 address with a zone takes less.
  const bool address = text.size() <= kLongest && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           std::string_view(".:%_-").find(c) != std::string_view::npos;
  });
  return address ? text : "";
}

// What ended so was withheld from the caller: it is not for them, or, which nobody may tell apart, not there.
bool IsDenial(const absl::Status& status) {
  return absl::IsPermissionDenied(status) || absl::IsNotFound(status);
}

// The fields that were wrong, by their names in the proto and never by what they held:
// `stages[2].id,title`.
std::string FieldsOf(const absl::Status& status) {
  constexpr size_t kMost = 10;
  constexpr size_t kLongest = 100;
  const std::vector<status::FieldViolation> violations = status::ViolationsOf(status);
  std::string fields;
  for (size_t i = 0; i < violations.size() && i < kMost; ++i) {
    const std::string& field = violations[i].field;
    const bool name =
        field.size() <= kLongest && std::all_of(field.begin(), field.end(), [](char c) {
          return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
                 std::string_view("._[]").find(c) != std::string_view::npos;
        });
    fields += (i == 0 ? "" : ",") + (name ? field : std::string("?"));
  }
  return violations.size() > kMost ? fields + ",…" : fields;
}

organisation::Rights RightsOf(const identity::Caller& caller,
                              const organisation::Organisation* organisation, absl::Time now) {
  if (!caller.machine) {
    return organisation::RightsOf(organisation, {caller.tenant, caller.login, caller.groups}, now);
  }
  return {.roles = caller.roles,
          .keys = {organisation::PersonId(caller.tenant, caller.login)},
          .absent = {}};
}

// The field with the tenant, when the method is open to calls without a token: when it names that field, and
// the role ANONYMOUS grants its permission. Null for all others.
absl::StatusOr<const google::protobuf::FieldDescriptor*> TenantFieldOf(
    const google::protobuf::MethodDescriptor& method, const organisation::RoleCatalogue& roles) {
  using google::protobuf::FieldDescriptor;
  const options::v1::Access& access = method.options().GetExtension(options::v1::access);
  const bool granted = roles.ReachOf(organisation::v1::ANONYMOUS, access.permission()) !=
                       organisation::v1::REACH_UNSPECIFIED;
  const FieldDescriptor* none = nullptr;
  if (access.tenant_field().empty()) {
    if (!granted) return none;
    return absl::FailedPreconditionError(
        "the role ANONYMOUS grants " + access.permission() + ", but " + method.full_name() +
        " does not say where a request without a token names the tenant");
  }
  const FieldDescriptor* field = method.input_type()->FindFieldByName(access.tenant_field());
  if (field == nullptr || field->is_repeated() || field->type() != FieldDescriptor::TYPE_STRING) {
    return absl::FailedPreconditionError(method.full_name() + " names as tenant_field " +
                                         access.tenant_field() + ", which is not a text");
  }
  return granted ? field : none;
}

bool IsService(const identity::Caller& caller) {
  return std::any_of(caller.roles.begin(), caller.roles.end(),
                     [](const auto& held) { return held.role == organisation::v1::SERVICE; });
}

// By whom the read budget counts.
std::string PersonOf(const Call& call) { return call.tenant() + "/" + call.caller().login; }

}  // namespace

audit::Record Call::Trace(const std::string& subject) const {
  const bool disguised = !actor_.empty() && actor_ != caller_.login;
  return {.id = id_,
          .tenant = caller_.tenant,
          .at = now_,
          .actor = disguised ? actor_ : caller_.login,
          .machine = caller_.machine,
          .method = method_->name,
          .permission = method_->permission,
          .subject = CanonicalSubject(subject),
          .outcome = audit::Outcome::kAllowed,
          .trace_parent = trace_parent_,
          .on_behalf_of = on_behalf_of_,
          .client = disguised ? "" : client_,
          .detail = detail_};
}

void Call::ActingOn(const organisation::Matter& matter) {
  const auto may = [&](const organisation::SignedIn& person) {
    const organisation::Rights own = organisation::OwnRightsOf(organisation_.get(), person);
    return organisation::Judge(*catalogue_, organisation_.get(), own, method_->permission, matter)
        .allowed();
  };
  if (rights_.absent.empty() || may({caller_.tenant, caller_.login, caller_.groups})) return;
  for (const std::string& login : rights_.absent) {
    if (!may({caller_.tenant, login, {}})) continue;
    on_behalf_of_ = login;
    return;
  }
}

Environment::Environment(Parts parts, int limit)
    : parts_(std::move(parts)),
      limit_(limit),
      reads_(parts_.reads_per_hour),
      reads_refused_(parts_.telemetry.Counter(
          "avvik_read_budget_refused_total",
          "Reads refused because somebody had read more records than anybody's work takes.")) {}

absl::Status Environment::Declare(const std::string& service) {
  const auto* descriptor =
      google::protobuf::DescriptorPool::generated_pool()->FindServiceByName(service);
  if (descriptor == nullptr) return absl::NotFoundError("no service " + service);
  for (int i = 0; i < descriptor->method_count(); ++i) {
    const auto* method = descriptor->method(i);
    const options::v1::Access& access = method->options().GetExtension(options::v1::access);
    const std::string name = service + "/" + method->name();
    if (access.permission().empty() ||
        access.audit() == options::v1::AUDIT_CLASS_UNSPECIFIED) {
      return absl::FailedPreconditionError(name + " does not declare who may call it");
    }
    AVVIK_ASSIGN_OR_RETURN(const auto* tenant_field, TenantFieldOf(*method, parts_.roles));
    Method declared{.name = name,
                    .permission = access.permission(),
                    .audit = access.audit(),
                    .path = SubjectPath(*method),
                    .tenant_field = tenant_field,
                    .calls = {},
                    .latency = parts_.telemetry.Histogram(
                        "avvik_rpc_seconds", "Time a call took, by method.", {{"method", name}})};
    for (int code = 0; code <= static_cast<int>(absl::StatusCode::kUnauthenticated); ++code) {
      const auto status_code = static_cast<absl::StatusCode>(code);
      declared.calls.emplace(
          status_code,
          parts_.telemetry.Counter("avvik_rpc_calls_total", "Calls, by method and code.",
                                   {{"method", name},
                                    {"code", code == 0 ? "OK" : absl::StatusCodeToString(status_code)}}));
    }
    if (!methods_.emplace(method->input_type(), std::move(declared)).second) {
      return absl::FailedPreconditionError(name + " shares its request with another method");
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<Call> Environment::Begin(const grpc::ServerContextBase& context,
                                        const google::protobuf::Message& request, Place place) {
  const bool placed = place == Place::kTaken;
  if (placed && running_.fetch_add(1) >= limit_) {
    running_.fetch_sub(1);
    return status::Error(absl::StatusCode::kResourceExhausted,
                         "too many calls at once; try again in a moment", "OVERLOADED");
  }
  absl::StatusOr<Call> call = Admit(context, request, methods_.at(request.GetDescriptor()));
  if (call.ok()) call->placed_ = placed;
  if (!call.ok() && placed) running_.fetch_sub(1);
  return call;
}

organisation::Grant Environment::GrantFor(const Call& call, const std::string& permission) const {
  if (!call.strong_ && parts_.strong_sign_in.DemandedFor(permission)) return {};
  return organisation::Decide(parts_.roles, call.rights().roles, permission);
}

std::map<std::string, organisation::Grant> Environment::GrantsOf(const Call& call) const {
  std::map<std::string, organisation::Grant> grants;
  for (const std::string& permission : parts_.roles.PermissionsOf(call.rights().roles)) {
    organisation::Grant grant = GrantFor(call, permission);
    if (grant.allowed()) grants.emplace(permission, std::move(grant));
  }
  return grants;
}

organisation::Visibility Environment::VisibilityFor(const Call& call,
                                                    const std::string& permission) const {
  return organisation::VisibilityOf(GrantFor(call, permission), call.rights(),
                                    call.organisation().get());
}

organisation::Verdict Environment::JudgeFor(const Call& call, const std::string& login,
                                            const std::string& permission,
                                            const organisation::Matter& matter) const {
  const organisation::Rights rights =
      organisation::RightsOf(call.organisation().get(), {call.tenant(), login, {}}, call.now());
  return organisation::Judge(parts_.roles, call.organisation().get(), rights, permission, matter);
}

absl::StatusOr<Call> Environment::Admit(const grpc::ServerContextBase& context,
                                        const google::protobuf::Message& request,
                                        const Method& method) {
  Call call;
  call.method_ = &method;
  call.id_ = parts_.ids.Next();
  call.now_ = parts_.clock.Now();
  call.deadline_ = std::min(absl::FromChrono(context.deadline()), call.now_ + kLongestCall);
  if (call.deadline_ <= call.now_) {
    return absl::DeadlineExceededError("the call had run out of time before it began");
  }
  if (parts_.transport != nullptr && parts_.transport->IsRevoked(context)) {
    return status::Error(absl::StatusCode::kPermissionDenied,
                         "the certificate of the connection was revoked", "PEER_REVOKED");
  }
  if (method.tenant_field != nullptr) {
    AVVIK_RETURN_IF_ERROR(AdmitNobody(request, &call));
    return call;
  }
  call.trace_parent_ = Metadata(context, "traceparent");
  AVVIK_ASSIGN_OR_RETURN(
      const std::shared_ptr<const identity::Claims> claims,
      parts_.verifier.VerifyAuthorization(Metadata(context, "authorization")));
  AVVIK_ASSIGN_OR_RETURN(
      call.caller_,
      identity::CallerFromClaims(*claims, Metadata(context, identity::kTenantMetadata)));
  if (const absl::Status peer = CheckPeer(
          PeerNames(context), IsService(call.caller_) ? call.caller_.client_id : std::string());
      !peer.ok()) {
    log::Warning("peer_refused", {{"method", method.name},
                                  {"client", call.caller_.client_id},
                                  {"address", context.peer()},
                                  {"error", peer}});
    return peer;
  }
  call.strong_ = call.caller_.machine || parts_.strong_sign_in.Was(*claims);
  call.client_ = AddressIn(Metadata(context, kClientMetadata));
  call.on_behalf_of_ = Metadata(context, kOnBehalfOfMetadata);
  if (!call.on_behalf_of_.empty() &&
      (!call.caller_.machine ||
       !validate::HasFormat(options::v1::FORMAT_SLUG, call.on_behalf_of_))) {
    return status::Error(absl::StatusCode::kPermissionDenied,
                         "only a machine says for whom it acts, by that person's login",
                         "CALLER_ON_BEHALF_OF");
  }
  call.subject_ = SubjectAsked(method.path, request);
  Decide(&call);
  if (!call.grant_.allowed() && !call.caller_.machine) {
    // The role may have been given a moment ago.
    (void)parts_.directory.RefreshIfOlderThan(call.caller_.tenant, kFresh);
    Decide(&call);
  }
  if (absl::Status denied = Denial(call); !denied.ok()) {
    return Denied(call, request, std::move(denied));
  }
  if (absl::Status spent = CheckReadBudget(call); !spent.ok()) {
    return Denied(call, request, std::move(spent));
  }
  AVVIK_RETURN_IF_ERROR(validate::Validate(request));
  if (method.audit == options::v1::AUDIT_CLASS_READ ||
      method.audit == options::v1::AUDIT_CLASS_CHANGE) {
    call.detail_ = DetailAsked(method.path, request);
  }
  return call;
}

bool Environment::IsBudgeted(const Call& call) {
  // The trace is read whole by those who verify or archive it, and holds nothing that was told.
  constexpr std::string_view kReadWhole = "audit.read";
  return call.method_->audit == options::v1::AUDIT_CLASS_READ && !call.caller_.machine &&
         !call.caller_.login.empty() && call.method_->permission != kReadWhole;
}

absl::Status Environment::CheckReadBudget(const Call& call) {
  if (!IsBudgeted(call) || reads_.Allows(PersonOf(call), call.now_)) return absl::OkStatus();
  reads_refused_.Add();
  return status::Error(absl::StatusCode::kResourceExhausted,
                       "you have read more within an hour than anybody's work takes; reporting "
                       "still works, and reading will again",
                       "READ_BUDGET");
}

absl::Status Environment::Denied(Call& call, const google::protobuf::Message& request,
                                 absl::Status why) {
  call.detail_ = DetailAsked(call.method_->path, request);
  audit::Record record = call.Trace(call.subject_);
  record.outcome = audit::Outcome::kDenied;
  record.reason = status::ReasonOf(why);
  parts_.recorder.Add(std::move(record));
  return why;
}

absl::Status Environment::AdmitNobody(const google::protobuf::Message& request,
                                      Call* call) const {
  // First, so that the tenant is a name before anything is looked up by it.
  AVVIK_RETURN_IF_ERROR(validate::Validate(request));
  call->caller_.tenant =
      request.GetReflection()->GetString(request, call->method_->tenant_field);
  Decide(call);
  return absl::OkStatus();
}

absl::Status Environment::Denial(const Call& call) const {
  const std::string& permission = call.method_->permission;
  if (!call.grant_.allowed()) {
    return status::Error(
        absl::StatusCode::kPermissionDenied,
        "this takes the permission " + permission + ", which none of your roles grants",
        "PERMISSION", {{"permission", permission}});
  }
  if (!call.strong_ && parts_.strong_sign_in.DemandedFor(permission)) {
    return StrongSignInNeeded(permission);
  }
  return absl::OkStatus();
}

void Environment::Decide(Call* call) const {
  call->organisation_ = parts_.directory.Find(call->caller_.tenant);
  call->catalogue_ = &parts_.roles;
  // No keys without a token: nothing is the own of somebody unknown.
  call->rights_ = call->method_->tenant_field == nullptr
                      ? RightsOf(call->caller_, call->organisation_.get(), call->now_)
                      : organisation::Rights{.roles = {{organisation::v1::ANONYMOUS, ""}},
                                             .keys = {},
                                             .absent = {}};
  call->caller_.roles = call->rights_.roles;
  call->grant_ =
      organisation::Decide(parts_.roles, call->rights_.roles, call->method_->permission);
}

void Environment::Record(audit::Record record, const absl::Status& status) {
  if (!status.ok()) {
    record.outcome = IsDenial(status) ? audit::Outcome::kDenied : audit::Outcome::kFailed;
    record.reason = status::ReasonOf(status);
    if (record.reason.empty()) record.reason = absl::StatusCodeToString(status.code());
  }
  parts_.recorder.Add(std::move(record));
}

void Environment::RecordRefusal(const Call& call, const std::string& subject,
                                const absl::Status& why) {
  audit::Record record = call.Trace(subject);
  record.id = parts_.ids.Next();
  Record(std::move(record), why);
}

grpc::Status Environment::End(const Call& call, const absl::Status& status) {
  if (call.placed_) running_.fetch_sub(1);
  const bool read = call.method().audit == options::v1::AUDIT_CLASS_READ;
  if (status.ok() && IsBudgeted(call)) {
    reads_.Take(PersonOf(call), call.shown_, parts_.clock.Now());
  }
  const bool failed_change =
      call.method().audit == options::v1::AUDIT_CLASS_CHANGE && !status.ok();
  if (read || failed_change) Record(call.Trace(call.subject_), status);
  call.method_->latency.Observe(parts_.clock.Now() - call.now());
  return Count(*call.method_, call.id_, status);
}

grpc::Status Environment::Refuse(const google::protobuf::Message& request,
                                 const absl::Status& status) {
  const Method& method = methods_.at(request.GetDescriptor());
  const std::string reference = parts_.ids.Next();
  // Nobody is known whom the trace could name. A call without a token says nothing that is worth a line.
  if (absl::IsUnauthenticated(status) && status::ReasonOf(status) != "TOKEN_MISSING") {
    LogTokenRefused(method, reference, status);
  }
  return Count(method, reference, status);
}

void Environment::LogTokenRefused(const Method& method, const std::string& reference,
                                  const absl::Status& status) {
  const auto left_out = token_lines_.Take(parts_.clock.Now());
  if (!left_out) return;
  log::Warning("token_refused", {{"method", method.name},
                                 {"reason", status::ReasonOf(status)},
                                 {"reference", reference},
                                 {"left_out", *left_out}});
}

void Environment::LogInputRefused(const Method& method, const std::string& reference,
                                  const absl::Status& status) {
  const auto left_out = input_lines_.Take(parts_.clock.Now());
  if (!left_out) return;
  log::Warning("input_refused", {{"method", method.name},
                                 {"reason", status::ReasonOf(status)},
                                 {"fields", FieldsOf(status)},
                                 {"reference", reference},
                                 {"left_out", *left_out}});
}

grpc::Status Environment::Count(const Method& method, const std::string& reference,
                                const absl::Status& status) {
  method.calls.at(status.code()).Add();
  // Of a call that needs no token nothing is kept that could tell when somebody reported.
  if (absl::IsInvalidArgument(status) && method.tenant_field == nullptr) {
    LogInputRefused(method, reference, status);
  }
  grpc::Status wire = ToGrpc(status, reference);
  if (wire.error_code() == grpc::StatusCode::INTERNAL) {
    log::Error("call_failed",
               {{"method", method.name}, {"reference", reference}, {"error", status}});
  }
  return wire;
}

}  // namespace avvik::rpc
