// Prints docs/case_states.md.
#include <iostream>

#include "services/triage/case_states.h"

int main() {
  std::cout << avvik::triage::CaseStatesDocument();
  return 0;
}
