// Flow control for absl::Status: the happy path of a function reads from top to bottom.
#pragma once

#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

// Returns from the function when `expression` is not OK.
#define AVVIK_RETURN_IF_ERROR(expression)                             \
  do {                                                                \
    if (absl::Status avvik_status = (expression); !avvik_status.ok()) \
      return avvik_status;                                            \
  } while (false)

// Declares or assigns `target` from a StatusOr, or returns its error.
#define AVVIK_ASSIGN_OR_RETURN(target, expression) \
  AVVIK_ASSIGN_OR_RETURN_(AVVIK_CONCAT_(avvik_result_, __LINE__), target, expression)
#define AVVIK_ASSIGN_OR_RETURN_(result, target, expression) \
  auto result = (expression);                               \
  if (!result.ok()) return std::move(result).status();      \
  target = *std::move(result)
#define AVVIK_CONCAT_(a, b) AVVIK_CONCAT2_(a, b)
#define AVVIK_CONCAT2_(a, b) a##b
