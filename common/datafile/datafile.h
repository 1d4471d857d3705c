// Reads a data file a person wrote, YAML or JSON, into a protobuf message: the message is the
// file's schema. Whoever wrote it is told every mistake at once, each with its line.
#pragma once

#include <cstddef>
#include <functional>
#include <string>

#include "absl/status/status.h"
#include "google/protobuf/message.h"

namespace avvik::datafile {

// Largest file, in bytes.
inline constexpr size_t kMaxBytes = 5 * 1024 * 1024;
// Deepest nesting of lists and sets of fields, aliases followed.
inline constexpr int kMaxDepth = 50;
// Most values in a file, aliases followed.
inline constexpr size_t kMaxValues = 500'000;
// Most mistakes reported together.
inline constexpr size_t kMaxErrors = 50;

// What a message must fulfil beyond the rules of its fields; says so with status::InvalidFields.
using Check = std::function<absl::Status()>;

// Reads `text` into `*out`. Keys are proto field names. An enum value may leave out the prefix of
// its type and be in any case (`committee` for UNIT_TYPE_COMMITTEE); a yes-or-no is `true`,
// `false`, `yes` or `no`; a Timestamp is RFC 3339; null means not set. A text ending in `.json` by
// its `name` must be strict JSON. Then validate::Validate runs, and `check` when nothing else was
// wrong.
//
// INVALID_ARGUMENT, reason `INVALID_FILE`, tells every mistake, one a line, in file order
//   <name>:<line>:<column>: <field path>: <what is wrong>
// and status::ViolationsOf gives the paths. After an error `*out` is empty. Never throws.
// Thread-safe.
absl::Status Parse(const std::string& text, const std::string& name, google::protobuf::Message* out,
                   const Check& check = nullptr);

// Reads the file at `path`, which also is its name in messages. NOT_FOUND when there is none,
// FAILED_PRECONDITION when it cannot be read; otherwise as Parse.
absl::Status Load(const std::string& path, google::protobuf::Message* out,
                  const Check& check = nullptr);

// The message as YAML that Parse reads back to the same: fields by their numbers, those not set
// left out, enums by their short names.
std::string Dump(const google::protobuf::Message& message);

}  // namespace avvik::datafile
