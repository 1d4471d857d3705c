// Matchers for absl::Status and StatusOr.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/status/error.h"
#include "gmock/gmock.h"

namespace avvik::testing {

inline const absl::Status& StatusOf(const absl::Status& status) { return status; }
template <typename T>
const absl::Status& StatusOf(const absl::StatusOr<T>& result) {
  return result.status();
}

MATCHER(IsOk, "is OK") {
  *result_listener << StatusOf(arg).ToString();
  return StatusOf(arg).ok();
}

MATCHER_P(HasCode, code, "has code " + absl::StatusCodeToString(code)) {
  *result_listener << StatusOf(arg).ToString();
  return StatusOf(arg).code() == code;
}

// An error with this code and reason.
MATCHER_P2(IsError, code, reason,
           "is " + absl::StatusCodeToString(code) + " with reason " + std::string(reason)) {
  *result_listener << StatusOf(arg).ToString() << " with reason "
                   << status::ReasonOf(StatusOf(arg));
  return StatusOf(arg).code() == code && status::ReasonOf(StatusOf(arg)) == reason;
}

// An INVALID_ARGUMENT that names this field.
MATCHER_P(NamesField, field, "names field " + std::string(field)) {
  *result_listener << StatusOf(arg).ToString();
  for (const status::FieldViolation& violation : status::ViolationsOf(StatusOf(arg))) {
    if (violation.field == field) return true;
  }
  return false;
}

}  // namespace avvik::testing

#define ASSERT_OK(expression) ASSERT_THAT(expression, ::avvik::testing::IsOk())
#define EXPECT_OK(expression) EXPECT_THAT(expression, ::avvik::testing::IsOk())
