// What is done with people's sessions, told to the trace. The gateway has no database: triage
// records it.
#pragma once

#include <string>

#include "absl/time/time.h"

namespace avvik::gateway {

struct SessionDeed {
  enum class Kind { kSignedIn, kSignInFailed, kSignedOut, kEnded };

  Kind kind = Kind::kSignedIn;
  std::string tenant;
  std::string login;
  absl::Time at;
  std::string client;        // The address they spoke from; may be empty.
  std::string trace_parent;  // Of the request; may be empty.
  std::string reason;        // Why a sign-in failed.
  int sessions = 0;          // How many were ended.
  std::string id;            // The record's, a UUIDv7; given by the log.
};

// Where a request came from.
struct Origin {
  std::string client;
  std::string trace_parent;
};

// Thread-safe.
class SessionLog {
 public:
  virtual ~SessionLog() = default;

  // Takes a deed and returns at once, whatever becomes of it.
  virtual void Add(SessionDeed deed) = 0;
};

}  // namespace avvik::gateway
