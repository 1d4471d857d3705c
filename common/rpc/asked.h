// What a request asks for, as the trace keeps it. Pure.
#pragma once

#include <string>
#include <string_view>

#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"

namespace avvik::rpc {

// Longest detail, in bytes; what is longer ends in ` …`.
inline constexpr size_t kMaxDetailBytes = 500;

// The path of a method under `/v1/` without its verb, such as `cases/{case_id}` for
// `/v1/cases/{case_id}:close`; empty when it has none.
std::string SubjectPath(const google::protobuf::MethodDescriptor& method);

// What a request is about: its method's path with the variables filled in, such as
// `cases/AVV-2026-000001`, or `cases` for a list.
std::string SubjectAsked(std::string_view path, const google::protobuf::Message& request);

// What else the request says, such as `states=CASE_STATE_OPEN unit=social` or
// `classification(impacts,kind) text`: numbers, times, enums and identifiers with their values, of everything
// else (free text, addresses, messages) only that it was there.
std::string DetailAsked(std::string_view path, const google::protobuf::Message& request);

// A subject with its UUID, if it ends in one, in the canonical lower case.
std::string CanonicalSubject(std::string subject);

}  // namespace avvik::rpc
