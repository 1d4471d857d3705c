// The words of notices: files `<language>/<template>.txt` and `.html` within the files
// `<language>/layout.txt` and `layout.html`.
//
// The first line of a template's .txt is `Subject: …`, the second is empty, the rest is the body.
// What stands in `{{…}}` is filled in: `number`, `link` and `organisation` everywhere but in
// layouts, which have `content`, `organisation` and, in HTML, `subject` and `language`. HTML is
// escaped where values go in.
#pragma once

#include <map>
#include <string>

#include "absl/status/statusor.h"
#include "services/delivery/notice.h"

namespace avvik::delivery {

struct TemplateValues {
  std::string number;
  std::string link;
  std::string organisation;  // The municipality's name.
};

struct RenderedNotice {
  std::string subject;
  std::string text;
  std::string html;
};

// Immutable, so thread-safe.
class TemplateSet {
 public:
  // Files by path, such as `sv/report_received.txt`.
  using Files = std::map<std::string, std::string>;

  // Reads every template in every language from a folder. INVALID_ARGUMENT with all mistakes, each
  // as `file:line: reason`: a missing or unknown file, an unknown placeholder, a body without
  // number or link, no subject.
  static absl::StatusOr<TemplateSet> Load(const std::string& folder);

  // The same for files already read; mistakes are reported below `folder`.
  static absl::StatusOr<TemplateSet> Make(const Files& files, const std::string& folder);

  // A language without templates is answered in the first that has them.
  RenderedNotice Render(TemplateId id, const std::string& language,
                        const TemplateValues& values) const;

  // As written; the language is one of kLanguages.
  const RenderedNotice& Written(TemplateId id, const std::string& language) const {
    return languages_.at(language).templates.at(id);
  }

 private:
  struct Language {
    std::string text_layout;
    std::string html_layout;
    std::map<TemplateId, RenderedNotice> templates;
  };
  std::map<std::string, Language> languages_;
};

}  // namespace avvik::delivery
