// When the plans of statements are made.
#pragma once

#include "common/pg/connection.h"

namespace avvik::pg {

// The same, for connections that plan each statement once, by indexes wherever there is one: for what only looks rows
// up by keys or goes along an index, and runs so often that planning would take longer than running. Others plan
// at each run, because a plan made while a table was empty would be kept when it is large.
Settings PlannedOnce(Settings settings);

// What a connection string says of the server's options, such as `-c enable_seqscan=off`; empty when nothing.
std::string OptionsIn(const std::string& conninfo);

}  // namespace avvik::pg
