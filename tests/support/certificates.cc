#include "tests/support/certificates.h"

#include <cstdlib>
#include <filesystem>
#include <iostream>

namespace avvik::testing {
namespace {

void Must(const std::string& command) {
  if (std::system(("{ " + command + "; } >/dev/null 2>&1").c_str()) == 0) return;
  std::cerr << "this failed: " << command << "\n";
  std::exit(2);
}

constexpr char kNewKey[] = "openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -noenc ";

}  // namespace

TestAuthority::TestAuthority() {
  std::string folder = std::filesystem::temp_directory_path() / "avvik-ca-XXXXXX";
  if (mkdtemp(folder.data()) == nullptr) std::exit(2);
  folder_ = folder;
  Must(kNewKey + ("-x509 -days 2 -subj '/CN=Test authority' -keyout " + folder_ + "/ca.key -out " +
                  authority()));
}

TestAuthority::~TestAuthority() { std::filesystem::remove_all(folder_); }

rpc::TransportSettings TestAuthority::Certify(const std::string& service, const std::string& names,
                                              int days) const {
  const std::string file = folder_ + "/" + service;
  Must("umask 077; " + (kNewKey + ("-subj /CN=x -keyout " + file + ".new -out " + file + ".csr")));
  Must("printf 'subjectAltName=" + names +
       "\\nextendedKeyUsage=serverAuth,clientAuth\\n' >" + file + ".ext");
  Must("openssl x509 -req -in " + file + ".csr -CA " + authority() + " -CAkey " + folder_ +
       "/ca.key -days " + std::to_string(days) + " -extfile " + file + ".ext >>" + file + ".new");
  std::filesystem::rename(file + ".new", file + ".pem");
  return {.certificate = file + ".pem",
          .key = file + ".pem",
          .authority = authority(),
          .reload = absl::Seconds(1)};
}

}  // namespace avvik::testing
