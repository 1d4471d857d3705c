// What every call of a service passes through: who calls, may they, is the request well formed; and what
// is left behind: an audit record, a log line, a latency. Declared access (avvik.options.v1.access) is
// the only source of who may.
#pragma once

#include <grpcpp/server_context.h>

#include <atomic>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "avvik/options/v1/access.pb.h"
#include "common/audit/audit.h"
#include "common/clock/clock.h"
#include "common/identity/caller.h"
#include "common/identity/token_verifier.h"
#include "common/ids/id_source.h"
#include "common/log/budget.h"
#include "common/organisation/directory.h"
#include "common/organisation/rights.h"
#include "common/rpc/metadata.h"
#include "common/rpc/read_budget.h"
#include "common/rpc/strong_sign_in.h"
#include "common/telemetry/registry.h"
#include "google/protobuf/message.h"

namespace avvik::rpc {

// A method as its proto declares it, with its counters.
struct Method {
  std::string name;  // Such as `avvik.intake.v1.Intake/SubmitReport`.
  std::string permission;
  options::v1::AuditClass audit = options::v1::AUDIT_CLASS_UNSPECIFIED;
  std::string path;  // Its path under `/v1/`, such as `cases/{case_id}`; empty when it has none.
  // The request's field with the tenant, when the method is called without a token; otherwise null.
  const google::protobuf::FieldDescriptor* tenant_field = nullptr;
  std::map<absl::StatusCode, telemetry::Counter> calls;
  telemetry::Histogram latency;
};

// A call that was let in. Movable; used by one thread at a time.
class Call {
 public:
  const Method& method() const { return *method_; }
  const identity::Caller& caller() const { return caller_; }
  const std::string& tenant() const { return caller_.tenant; }
  // How far the caller's permission reaches.
  const organisation::Grant& grant() const { return grant_; }
  // What the caller holds.
  const organisation::Rights& rights() const { return rights_; }
  // Which matters the permission shows the caller.
  organisation::Visibility visibility() const {
    return organisation::VisibilityOf(grant_, rights_, organisation_.get());
  }
  // The caller's organisation; null when the tenant has none yet.
  const std::shared_ptr<const organisation::Organisation>& organisation() const {
    return organisation_;
  }
  absl::Time now() const { return now_; }
  // When the answer must be there; at most ten seconds from the beginning.
  absl::Time deadline() const { return deadline_; }
  const std::string& trace_parent() const { return trace_parent_; }

  // The record of what this call did to `subject`, to be appended with the change.
  audit::Record Trace(const std::string& subject) const;
  // Says what the call was about, for the record of a read or a denial. Until then it is what the request's
  // path names, such as `cases/AVV-2026-000001`.
  void set_subject(std::string subject) { subject_ = std::move(subject); }
  // Says for whom the caller acts as a stand-in. A machine says it itself, by kOnBehalfOfMetadata.
  void set_on_behalf_of(std::string login) { on_behalf_of_ = std::move(login); }
  const std::string& on_behalf_of() const { return on_behalf_of_; }
  // Says what the call acts on: whoever could not do it by what is their own does it on behalf of the one
  // they stand in for.
  void ActingOn(const organisation::Matter& matter);
  // Says by what name the trace shall know the caller, where the login would tell too much; where the call
  // came from is then left out as well.
  void set_actor(std::string actor) { actor_ = std::move(actor); }
  // Says that the answer is this list, for what the caller may read; every other read counts as one
  // record.
  void Shows(const google::protobuf::Message& list) { shown_ = RecordsIn(list); }

 private:
  friend class Environment;

  const Method* method_ = nullptr;
  identity::Caller caller_;
  const organisation::RoleCatalogue* catalogue_ = nullptr;
  organisation::Rights rights_;
  organisation::Grant grant_;
  std::shared_ptr<const organisation::Organisation> organisation_;
  absl::Time now_;
  absl::Time deadline_;
  std::string trace_parent_;
  std::string client_;
  std::string on_behalf_of_;
  std::string detail_;
  std::string subject_;
  std::string actor_;  // Empty: the login.
  std::string id_;
  bool strong_ = false;  // Signed in as what demands it asks; always for machines.
  bool placed_ = false;
  int64_t shown_ = 1;
};

class Transport;

// Thread-safe once every service is declared.
class Environment {
 public:
  struct Parts {
    const Clock& clock;
    IdSource& ids;
    identity::TokenVerifier& verifier;
    organisation::Directory& directory;
    const organisation::RoleCatalogue& roles;
    audit::Recorder& recorder;
    telemetry::Registry& telemetry;
    StrongSignIn strong_sign_in = {};
    int reads_per_hour = 0;  // Records that one person may read; 0 for no limit.
    const Transport* transport = nullptr;  // By which calls come; none where nothing is ever revoked.
  };

  // At most `limit` calls are worked on at a time; more are refused with RESOURCE_EXHAUSTED.
  Environment(Parts parts, int limit);

  // Takes up the methods of a service, by full name. FAILED_PRECONDITION when one does not declare its
  // access, when two methods share a request type, or when the role ANONYMOUS grants the permission of a
  // method that does not say where its request names the tenant.
  absl::Status Declare(const std::string& service);

  // Whether a call takes one of the places that bound the work under way. Calls that hold no thread
  // while they wait (the submit path, watchers) are bounded by queues of their own.
  enum class Place { kTaken, kNone };

  // Lets a call in: identifies the caller, decides, checks the request against its proto. On success End
  // must follow. Of a call to a method that needs no token, nothing but the request is looked at: its caller
  // has no login, and no trace is gone on with.
  absl::StatusOr<Call> Begin(const grpc::ServerContextBase& context,
                             const google::protobuf::Message& request, Place place = Place::kTaken);

  // How far another permission of the caller reaches, for a request that takes more than its method
  // declares; nowhere when that takes a stronger sign-in.
  organisation::Grant GrantFor(const Call& call, const std::string& permission) const;

  // Everything the caller's roles grant, by permission; what takes a stronger sign-in is left out.
  std::map<std::string, organisation::Grant> GrantsOf(const Call& call) const;

  // What that permission shows the caller.
  organisation::Visibility VisibilityFor(const Call& call, const std::string& permission) const;

  // What the decision is for another person of the caller's organisation, by the organisation alone: the
  // groups of somebody who is not there are not known.
  organisation::Verdict JudgeFor(const Call& call, const std::string& login,
                                 const std::string& permission,
                                 const organisation::Matter& matter) const;

  // Puts on record that a call which is about many things could not do what it is for to `subject`.
  void RecordRefusal(const Call& call, const std::string& subject, const absl::Status& why);

  // Ends a call that Begin let in: records, counts, and gives what goes over the wire.
  grpc::Status End(const Call& call, const absl::Status& status);

  // What goes over the wire for a call that Begin did not let in.
  grpc::Status Refuse(const google::protobuf::Message& request, const absl::Status& status);

  const Clock& clock() const { return parts_.clock; }

 private:
  // Looks up what the caller holds and how far that reaches.
  void Decide(Call* call) const;
  // Why the caller may not, when they may not.
  absl::Status Denial(const Call& call) const;
  absl::StatusOr<Call> Admit(const grpc::ServerContextBase& context,
                             const google::protobuf::Message& request, const Method& method);
  // Whether a call counts against what its caller may read.
  static bool IsBudgeted(const Call& call);
  // Puts on record how a deed of a call ended.
  void Record(audit::Record record, const absl::Status& status);
  // RESOURCE_EXHAUSTED (READ_BUDGET) when the caller has read more than anybody's work takes.
  absl::Status CheckReadBudget(const Call& call);
  // Puts on record why a call was not let in, and gives that back.
  absl::Status Denied(Call& call, const google::protobuf::Message& request, absl::Status why);
  absl::Status AdmitNobody(const google::protobuf::Message& request, Call* call) const;
  grpc::Status Count(const Method& method, const std::string& reference,
                     const absl::Status& status);
  // Lines for those who watch over the service.
  void LogTokenRefused(const Method& method, const std::string& reference,
                       const absl::Status& status);
  void LogInputRefused(const Method& method, const std::string& reference,
                       const absl::Status& status);

  // Lines a minute of each of the two.
  static constexpr int kRefusalLines = 60;

  const Parts parts_;
  const int limit_;
  ReadBudget reads_;
  const telemetry::Counter reads_refused_;
  std::atomic<int> running_{0};
  log::Budget token_lines_{kRefusalLines};
  log::Budget input_lines_{kRefusalLines};
  // By the request's descriptor: every method has a request type of its own.
  std::map<const google::protobuf::Descriptor*, Method> methods_;
};

}  // namespace avvik::rpc
