#include "common/document/tagging.h"

#include <libxml/xmlwriter.h>

#include <exception>
#include <memory>
#include <qpdf/Buffer.hh>
#include <qpdf/QPDF.hh>
#include <qpdf/QPDFObjectHandle.hh>
#include <qpdf/QPDFPageDocumentHelper.hh>
#include <qpdf/QPDFPageObjectHelper.hh>
#include <qpdf/QPDFWriter.hh>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "common/document/clean_text.h"
#include "fmt/format.h"

namespace avvik::document {
namespace {

using Object = QPDFObjectHandle;

constexpr char kProducer[] = "Avvik";

Object Text(const std::string& text) { return Object::newUnicodeString(CleanText(text)); }
Object Name(const std::string& name) { return Object::newName("/" + name); }

// Gives the pieces of a page their names. Cairo calls them all `/P << /MCID n >> BDC`, n from 0; a
// text that says so is a string to the tokenizer, and no piece.
class PieceNames : public Object::TokenFilter {
 public:
  explicit PieceNames(std::vector<std::string> names) : names_(std::move(names)) {}

  void handleToken(const QPDFTokenizer::Token& token) override {
    const bool space = token.getType() == QPDFTokenizer::tt_space;
    if (!space) {
      const bool begins = token.getType() == QPDFTokenizer::tt_name && token.getValue() == "/P";
      if (begins || waiting_.empty()) {
        Flush();
        if (!begins) return writeToken(token);
        step_ = 0;
      } else if (!Goes(token)) {
        Flush();
        return writeToken(token);
      }
      ++step_;
    } else if (waiting_.empty()) {
      return writeToken(token);
    }
    waiting_.push_back(token);
    if (step_ == kSteps) {
      if (next_ < names_.size()) write(names_[next_]);
      ++next_;
      waiting_.clear();
      step_ = 0;
    }
  }

  void handleEOF() override { Flush(); }

  // Whether there were as many pieces as names.
  bool complete() const { return next_ == names_.size(); }

 private:
  static constexpr size_t kSteps = 6;

  bool Goes(const QPDFTokenizer::Token& token) const {
    switch (step_) {
      case 1:
        return token.getType() == QPDFTokenizer::tt_dict_open;
      case 2:
        return token.getValue() == "/MCID";
      case 3:
        return token.getValue() == std::to_string(next_);
      case 4:
        return token.getType() == QPDFTokenizer::tt_dict_close;
      default:
        return token.isWord("BDC");
    }
  }

  void Flush() {
    for (const QPDFTokenizer::Token& token : waiting_) writeToken(token);
    waiting_.clear();
    step_ = 0;
  }

  std::vector<std::string> names_;
  std::vector<QPDFTokenizer::Token> waiting_;
  size_t step_ = 0;
  size_t next_ = 0;
};

class Tagger {
 public:
  Tagger(const Document& document, const Layout& layout, const Painted& painted)
      : document_(document), layout_(layout), painted_(painted) {
    pdf_.setSuppressWarnings(true);
    pdf_.processMemoryFile("document", painted.pdf.data(), painted.pdf.size());
    for (QPDFPageObjectHelper& page : QPDFPageDocumentHelper(pdf_).getAllPages()) {
      pages_.push_back(page.getObjectHandle());
    }
  }

  absl::StatusOr<std::string> Tag() {
    if (pages_.size() != painted_.pieces.size()) {
      return absl::InternalError("the pages drawn are not those laid out");
    }
    AddTree();
    for (size_t i = 0; i < pages_.size(); ++i) {
      if (!NamePieces(i)) return absl::InternalError("the pieces drawn are not those laid out");
    }
    AddOutlines();
    AddDescription();
    QPDFWriter writer(pdf_);
    writer.setOutputMemory();
    writer.setMinimumPDFVersion("1.7");
    writer.setDeterministicID(true);
    writer.setObjectStreamMode(qpdf_o_generate);
    writer.setStreamDataMode(qpdf_s_compress);
    writer.write();
    const std::unique_ptr<Buffer> file(writer.getBuffer());
    return std::string(reinterpret_cast<const char*>(file->getBuffer()), file->getSize());
  }

 private:
  const StructureElement& At(Element element) const {
    return layout_.structure.elements()[static_cast<size_t>(element)];
  }

  void AddTree() {
    const std::vector<StructureElement>& elements = layout_.structure.elements();
    Object tree = pdf_.makeIndirectObject(Object::newDictionary());
    for (const StructureElement& element : elements) {
      Object object = pdf_.makeIndirectObject(Object::newDictionary());
      object.replaceKey("/Type", Name("StructElem"));
      object.replaceKey("/S", Name(element.role));
      object.replaceKey(
          "/P", element.parent == kArtifact ? tree : objects_[static_cast<size_t>(element.parent)]);
      AddAttributes(element, object);
      object.replaceKey("/K", Object::newArray());
      objects_.push_back(object);
    }
    for (size_t i = 0; i < elements.size(); ++i) {
      for (const Element child : elements[i].children) {
        objects_[i].getKey("/K").appendItem(objects_[static_cast<size_t>(child)]);
      }
    }
    Object parents = Object::newArray();
    for (size_t page = 0; page < pages_.size(); ++page) {
      Object of_page = Object::newArray();
      for (size_t piece = 0; piece < painted_.pieces[page].size(); ++piece) {
        const Element element = painted_.pieces[page][piece];
        if (element == kArtifact) {
          of_page.appendItem(Object::newNull());
          continue;
        }
        Object& object = objects_[static_cast<size_t>(element)];
        Object content = Object::newDictionary();
        content.replaceKey("/Type", Name("MCR"));
        content.replaceKey("/Pg", pages_[page]);
        content.replaceKey("/MCID", Object::newInteger(static_cast<int64_t>(piece)));
        object.getKey("/K").appendItem(content);
        of_page.appendItem(object);
      }
      parents.appendItem(Object::newInteger(static_cast<int64_t>(page)));
      parents.appendItem(pdf_.makeIndirectObject(of_page));
      pages_[page].replaceKey("/StructParents", Object::newInteger(static_cast<int64_t>(page)));
      pages_[page].replaceKey("/Tabs", Name("S"));
    }
    Object parent_tree = Object::newDictionary();
    parent_tree.replaceKey("/Nums", parents);
    tree.replaceKey("/Type", Name("StructTreeRoot"));
    tree.replaceKey("/K", objects_.front());
    tree.replaceKey("/ParentTree", pdf_.makeIndirectObject(parent_tree));
    tree.replaceKey("/ParentTreeNextKey", Object::newInteger(static_cast<int64_t>(pages_.size())));
    pdf_.getRoot().replaceKey("/StructTreeRoot", tree);
  }

  static void AddAttributes(const StructureElement& element, Object object) {
    if (!element.alternate.empty()) object.replaceKey("/Alt", Text(element.alternate));
    if (element.scope.empty() && element.numbering.empty()) return;
    Object attributes = Object::newDictionary();
    attributes.replaceKey("/O", Name(element.scope.empty() ? "List" : "Table"));
    if (!element.scope.empty()) attributes.replaceKey("/Scope", Name(element.scope));
    if (!element.numbering.empty())
      attributes.replaceKey("/ListNumbering", Name(element.numbering));
    object.replaceKey("/A", attributes);
  }

  bool NamePieces(size_t page) {
    std::vector<std::string> names;
    for (size_t i = 0; i < painted_.pieces[page].size(); ++i) {
      const Element element = painted_.pieces[page][i];
      names.push_back(element == kArtifact
                          ? "/Artifact BMC"
                          : fmt::format("/{} << /MCID {} >> BDC", At(element).role, i));
    }
    PieceNames filter(std::move(names));
    Pl_Buffer named("named");
    QPDFPageObjectHelper helper(pages_[page]);
    helper.filterContents(&filter, &named);
    named.finish();
    pages_[page].replaceKey("/Contents", Object::newStream(&pdf_, named.getBufferSharedPointer()));
    return filter.complete();
  }

  // A tree by level; a level that is left out counts as there.
  void AddOutlines() {
    Object root = pdf_.makeIndirectObject(Object::newDictionary());
    root.replaceKey("/Type", Name("Outlines"));
    struct Open {
      int level;
      Object object;
      Object last;
      int count;
    };
    std::vector<Open> open{{0, root, Object::newNull(), 0}};
    const auto close = [&open] {
      const Open done = open.back();
      open.pop_back();
      if (done.count > 0) {
        Object object = done.object;
        object.replaceKey("/Last", done.last);
        object.replaceKey("/Count", Object::newInteger(done.count));
      }
      if (!open.empty()) open.back().count += done.count;
    };
    for (const Bookmark& bookmark : layout_.bookmarks) {
      while (open.size() > 1 && open.back().level >= bookmark.level) close();
      Object item = pdf_.makeIndirectObject(Object::newDictionary());
      Object place = Object::newArray();
      place.appendItem(pages_[bookmark.page]);
      place.appendItem(Name("XYZ"));
      place.appendItem(Object::newNull());
      place.appendItem(Object::newReal(kPageHeight - bookmark.top + 8, 2));
      place.appendItem(Object::newNull());
      item.replaceKey("/Title", Text(bookmark.title));
      item.replaceKey("/Parent", open.back().object);
      item.replaceKey("/Dest", place);
      if (open.back().last.isNull()) {
        open.back().object.replaceKey("/First", item);
      } else {
        item.replaceKey("/Prev", open.back().last);
        open.back().last.replaceKey("/Next", item);
      }
      open.back().last = item;
      ++open.back().count;
      open.push_back({bookmark.level, item, Object::newNull(), 0});
    }
    while (!open.empty()) close();
    if (!layout_.bookmarks.empty()) pdf_.getRoot().replaceKey("/Outlines", root);
  }

  void AddDescription() {
    Object root = pdf_.getRoot();
    root.replaceKey("/Lang", Object::newString(document_.language));
    Object marked = Object::newDictionary();
    marked.replaceKey("/Marked", Object::newBool(true));
    root.replaceKey("/MarkInfo", marked);
    Object preferences = Object::newDictionary();
    preferences.replaceKey("/DisplayDocTitle", Object::newBool(true));
    root.replaceKey("/ViewerPreferences", preferences);
    Object metadata = Object::newStream(&pdf_, Xmp());
    metadata.getDict().replaceKey("/Type", Name("Metadata"));
    metadata.getDict().replaceKey("/Subtype", Name("XML"));
    root.replaceKey("/Metadata", metadata);
    const std::string date =
        absl::FormatTime("D:%Y%m%d%H%M%SZ", document_.date, absl::UTCTimeZone());
    Object info = Object::newDictionary();
    info.replaceKey("/Title", Text(document_.title));
    if (!document_.organisation.empty()) info.replaceKey("/Author", Text(document_.organisation));
    info.replaceKey("/Producer", Object::newString(kProducer));
    info.replaceKey("/CreationDate", Object::newString(date));
    info.replaceKey("/ModDate", Object::newString(date));
    pdf_.getTrailer().replaceKey("/Info", pdf_.makeIndirectObject(info));
  }

  std::string Xmp() const {
    const std::unique_ptr<xmlBuffer, void (*)(xmlBufferPtr)> buffer(xmlBufferCreate(),
                                                                    xmlBufferFree);
    const std::unique_ptr<xmlTextWriter, void (*)(xmlTextWriterPtr)> owned(
        xmlNewTextWriterMemory(buffer.get(), 0), xmlFreeTextWriter);
    xmlTextWriterPtr writer = owned.get();
    const auto text = [](const char* chars) { return reinterpret_cast<const xmlChar*>(chars); };
    const auto begin = [&](const char* name) { xmlTextWriterStartElement(writer, text(name)); };
    const auto end = [&] { xmlTextWriterEndElement(writer); };
    const auto attribute = [&](const char* name, const char* value) {
      xmlTextWriterWriteAttribute(writer, text(name), text(value));
    };
    const auto element = [&](const char* name, const std::string& value) {
      xmlTextWriterWriteElement(writer, text(name), text(value.c_str()));
    };
    // A value in one of RDF's containers.
    const auto contained = [&](const char* name, const char* container, const std::string& value,
                               bool language) {
      begin(name);
      begin(container);
      begin("rdf:li");
      if (language) attribute("xml:lang", "x-default");
      xmlTextWriterWriteString(writer, text(value.c_str()));
      end();
      end();
      end();
    };
    const std::string date =
        absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", document_.date, absl::UTCTimeZone());
    xmlTextWriterWritePI(writer, text("xpacket"),
                         text("begin=\"\xEF\xBB\xBF\" id=\"W5M0MpCehiHzreSzNTczkc9d\""));
    begin("x:xmpmeta");
    attribute("xmlns:x", "adobe:ns:meta/");
    begin("rdf:RDF");
    attribute("xmlns:rdf", "http://www.w3.org/1999/02/22-rdf-syntax-ns#");
    begin("rdf:Description");
    attribute("rdf:about", "");
    attribute("xmlns:dc", "http://purl.org/dc/elements/1.1/");
    attribute("xmlns:xmp", "http://ns.adobe.com/xap/1.0/");
    attribute("xmlns:pdf", "http://ns.adobe.com/pdf/1.3/");
    contained("dc:title", "rdf:Alt", CleanText(document_.title), true);
    contained("dc:language", "rdf:Bag", document_.language, false);
    if (!document_.organisation.empty()) {
      contained("dc:creator", "rdf:Seq", CleanText(document_.organisation), false);
    }
    element("xmp:CreateDate", date);
    element("xmp:ModifyDate", date);
    element("pdf:Producer", kProducer);
    end();
    end();
    end();
    xmlTextWriterWritePI(writer, text("xpacket"), text("end=\"r\""));
    xmlTextWriterEndDocument(writer);
    xmlTextWriterFlush(writer);
    return std::string(reinterpret_cast<const char*>(xmlBufferContent(buffer.get())),
                       static_cast<size_t>(xmlBufferLength(buffer.get())));
  }

  const Document& document_;
  const Layout& layout_;
  const Painted& painted_;
  QPDF pdf_;
  std::vector<Object> pages_;
  std::vector<Object> objects_;  // By element.
};

}  // namespace

absl::StatusOr<std::string> Tag(const Document& document, const Layout& layout,
                                const Painted& painted) {
  // qpdf throws.
  try {
    return Tagger(document, layout, painted).Tag();
  } catch (const std::exception& error) {
    return absl::InternalError(fmt::format("qpdf: {}", error.what()));
  }
}

}  // namespace avvik::document
