// Statements as commands of pgbench.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

namespace avvik::benchmarks {

// A literal that pgbench sends as part of the statement.
inline std::string Quoted(const std::string& text) {
  std::string quoted = "'";
  for (const char c : text) {
    if (c == '\'') quoted.push_back('\'');
    quoted.push_back(c);
  }
  return quoted + "'";
}

// The statement with $1, $2, … replaced.
inline std::string Filled(std::string sql, const std::vector<std::string>& values) {
  for (size_t i = values.size(); i > 0; --i) {
    const std::string mark = "$" + std::to_string(i);
    for (size_t at = sql.find(mark); at != std::string::npos; at = sql.find(mark, at)) {
      sql.replace(at, mark.size(), values[i - 1]);
      at += values[i - 1].size();
    }
  }
  // A pgbench command ends with the line.
  std::replace(sql.begin(), sql.end(), '\n', ' ');
  return sql;
}

}  // namespace avvik::benchmarks
