#include "tests/support/certificates.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
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

std::string TestAuthority::Revoke(const std::vector<std::string>& services) const {
  const std::string list = folder_ + "/revoked", settings = folder_ + "/ca.conf";
  std::ofstream(settings) << "[ca]\ndefault_ca=a\n[a]\ndatabase=" << list
                          << ".index\nunique_subject=no\ndefault_md=sha256\ndefault_crl_days=2\n";
  std::ofstream(list + ".index", std::ios::app);
  const std::string ca = "openssl ca -config " + settings + " -cert " + authority() + " -keyfile " +
                         folder_ + "/ca.key ";
  for (const std::string& service : services) {
    Must(ca + "-revoke " + folder_ + "/" + service + ".pem");
  }
  Must(ca + "-gencrl -out " + list + ".new");
  std::filesystem::rename(list + ".new", list + ".pem");
  return list + ".pem";
}

std::string TestAuthority::Prove(const std::string& service) const {
  const std::string file = folder_ + "/" + service, index = folder_ + "/revoked.index";
  const std::string ours = " -issuer " + authority() + " -cert " + file + ".pem";
  // What is not on the list of the revoked is put on it as good.
  Must("touch " + index + "; serial=$(openssl x509 -in " + file + ".pem -noout -serial); serial=${serial#*=}; grep -q $serial " + index +
       " || printf 'V\\t%s\\t\\t%s\\tunknown\\t/CN=x\\n' $(date -ud '1 day' +%y%m%d%H%M%SZ) $serial >>" + index);
  Must("openssl ocsp -no_nonce" + ours + " -reqout " + file + ".req");
  Must("openssl ocsp -index " + index + " -CA " + authority() + " -rsigner " + authority() + " -rkey " +
       folder_ + "/ca.key -ndays 1 -reqin " + file + ".req -respout " + file + ".ocsp");
  return file + ".ocsp";
}

}  // namespace avvik::testing
