// A hardware module for tests: SoftHSM, Debian's module in software, with tokens of its own under /tmp.
#pragma once

#include <string>

namespace avvik::secrecy {

// One at a time in a process.
class TestModule {
 public:
  static constexpr char kPin[] = "31415926";

  TestModule();
  ~TestModule();
  TestModule(const TestModule&) = delete;
  TestModule& operator=(const TestModule&) = delete;

  struct Key {
    std::string label = "master";
    bool sensitive = true;
    bool extractable = false;
    unsigned long bytes = 32;
    std::string value;  // Made by the module when it is empty.
  };
  // Makes a key in the token, which is made when there is none, and gives its URI.
  std::string Make(const std::string& token, const Key& key);
  std::string Make(const std::string& token) { return Make(token, Key()); }
  // The URI of a key, whether there is one or not.
  std::string Uri(const std::string& token, const std::string& label) const;
  // What the module says when it is asked for the value of a key: the name of PKCS#11's error, or CKR_OK.
  std::string AskForValue(const std::string& token, const std::string& label);
  // Ends all sessions with a token, as a module does that is started again.
  void EndSessions(const std::string& token);

  const std::string& pin_file() const { return pin_file_; }

 private:
  struct Impl;

  const std::string folder_;
  const std::string pin_file_;
  Impl* impl_;
};

}  // namespace avvik::secrecy
