// What must not stand in a text that leaves the municipality: personal identity numbers, and markings of what is
// classified for national security. Pure. A finding says where, never what.
#pragma once

#include <string_view>
#include <vector>

namespace avvik::outgoing {

enum class FindingKind {
  // Personal identity number or coordination number (folkbokföringslagen 18 and 18 a §§), by date and check digit.
  kSwedishIdentityNumber,
  // CPR number, by date and form; written without a break also by its check digit, which newer ones need not have.
  kDanishIdentityNumber,
  // A security class: Swedish (2 kap. 5 § säkerhetsskyddslagen), Danish (sikkerhedscirkulæret), of the Union or NATO.
  kClassifiedMarking,
};

// Where something stands, in Unicode code points.
struct Finding {
  FindingKind kind = FindingKind::kSwedishIdentityNumber;
  int offset = 0;
  int length = 0;

  friend bool operator==(const Finding&, const Finding&) = default;
};

// Everything found in a text, by place, nothing twice. Text that is not UTF-8 is read as bytes.
//
// A class of one word, such as `hemlig`, is an everyday word too: it counts in capitals, alone on its line, or behind
// a word that says a class is meant. Classes of several words count however they are written.
std::vector<Finding> Check(std::string_view text);

}  // namespace avvik::outgoing
