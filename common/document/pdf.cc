#include "common/document/pdf.h"

#include "common/document/layout.h"
#include "common/document/painter.h"
#include "common/document/tagging.h"
#include "common/status/macros.h"

namespace avvik::document {

absl::StatusOr<std::string> ToPdf(const Document& document) {
  AVVIK_ASSIGN_OR_RETURN(const Layout layout, LayOut(document));
  AVVIK_ASSIGN_OR_RETURN(const Painted painted, Paint(document, layout));
  return Tag(document, layout, painted);
}

}  // namespace avvik::document
