#include "common/document/layout.h"

#include <algorithm>
#include <utility>

#include "common/document/clean_text.h"
#include "common/document/strips.h"
#include "common/status/error.h"
#include "common/status/macros.h"
#include "fmt/format.h"

namespace avvik::document {
namespace {

constexpr double kTop = 76;      // Where the body begins on all pages but the first.
constexpr double kBottom = 768;  // Where it ends.
constexpr double kHeaderLine = 52;
constexpr double kFooterLine = 792;
constexpr double kLogoHeight = 42;
constexpr double kLogoWidth = 120;
constexpr double kStampWidth = 176;

struct Words {
  const char* page;  // Number and count are filled in.
};

Words WordsOf(std::string_view language) {
  if (language == "sv") return {"Sida {} ({})"};
  if (language == "da") return {"Side {} af {}"};
  return {"Page {} of {}"};
}

absl::Status Refused(const std::string& what, const std::string& reason) {
  return status::Error(absl::StatusCode::kInvalidArgument, what, reason);
}

struct Size {
  size_t bytes = 0;
  size_t texts = 0;

  void Add(const std::string& text) {
    bytes += text.size();
    ++texts;
  }
};

struct Counting {
  Size* size;
  bool* columns_fit;

  void operator()(const Heading& heading) const { size->Add(heading.text); }
  void operator()(const Paragraph& paragraph) const { size->Add(paragraph.text); }
  void operator()(const Notice& notice) const {
    size->Add(notice.title);
    size->Add(notice.text);
  }
  void operator()(const Fields& fields) const {
    for (const Field& field : fields.fields) {
      size->Add(field.number);
      size->Add(field.label);
      size->Add(field.value);
    }
  }
  void operator()(const Facts& facts) const {
    for (const Fact& fact : facts.facts) {
      size->Add(fact.label);
      size->Add(fact.value);
    }
  }
  void operator()(const List& list) const {
    for (const std::string& item : list.items) size->Add(item);
  }
  void operator()(const Table& table) const {
    *columns_fit = *columns_fit && !table.columns.empty() && table.columns.size() <= kMostColumns;
    size->Add(table.caption);
    for (const Column& column : table.columns) size->Add(column.title);
    for (const std::vector<std::string>& row : table.rows) {
      *columns_fit = *columns_fit && row.size() == table.columns.size();
      for (const std::string& cell : row) size->Add(cell);
    }
  }
};

absl::Status CheckSize(const Document& document) {
  Size size;
  bool columns_fit = true;
  for (const std::string* text : {&document.title, &document.subtitle, &document.organisation,
                                  &document.state, &document.header, &document.footer}) {
    size.Add(*text);
  }
  if (document.marking) {
    size.Add(document.marking->title);
    for (const std::string& line : document.marking->lines) size.Add(line);
  }
  for (const Block& block : document.blocks) std::visit(Counting{&size, &columns_fit}, block);
  if (size.bytes > kMostTextBytes || size.texts > kMostTexts) {
    return Refused("The document has too much text.", "DOCUMENT_TOO_LONG");
  }
  if (!columns_fit) {
    return Refused(fmt::format("A table has 1 to {} columns, and each row a text for every one.",
                               kMostColumns),
                   "TABLE_UNEVEN");
  }
  for (const std::string* text : {&document.title, &document.subtitle}) {
    if (text->size() > kMostTitleBytes) return Refused("The title is too long.", "TITLE_TOO_LONG");
  }
  std::vector<const std::string*> frame{&document.organisation, &document.state, &document.header,
                                        &document.footer};
  if (document.marking) {
    frame.push_back(&document.marking->title);
    for (const std::string& line : document.marking->lines) frame.push_back(&line);
  }
  if (frame.size() > 5 + kMostMarkingLines ||
      std::any_of(frame.begin(), frame.end(),
                  [](const std::string* text) { return text->size() > kMostFrameBytes; })) {
    return Refused("A text around the body is too long.", "FRAME_TOO_LONG");
  }
  if (document.logo_svg.size() > kMostLogoBytes) {
    return Refused(fmt::format("The logo has more than {} bytes.", kMostLogoBytes),
                   "LOGO_TOO_LARGE");
  }
  return absl::OkStatus();
}

// What is around the body.
class Frame {
 public:
  Frame(const Document& document, Layout* layout) : document_(document), layout_(layout) {}

  // The letterhead and the stamp; returns where the body begins below them.
  absl::StatusOr<double> AddFirst() {
    Page& page = layout_->pages.emplace_back();
    AVVIK_RETURN_IF_ERROR(AddState(&page));
    double x = kLeft;
    constexpr double kY = 48;
    Structure& structure = layout_->structure;
    double logo_height = 0;
    if (layout_->logo) {
      const double width = std::min(kLogoWidth, kLogoHeight * layout_->logo->shape());
      logo_height = width / layout_->logo->shape();
      // Adornment to those who listen: the name stands beside it.
      page.marks.push_back(
          {.kind = Mark::Kind::kLogo, .x = x, .y = kY, .width = width, .height = logo_height});
      x += width + 12;
    }
    const double stamp_x = kPageWidth - kLeft - kStampWidth;
    const double name_width = (document_.marking ? stamp_x - 16 : kPageWidth - kLeft) - x;
    const Style name{.size = 12.5, .weight = PANGO_WEIGHT_SEMIBOLD, .leading = 1.3};
    double below = kY + logo_height;
    if (!document_.organisation.empty()) {
      AVVIK_ASSIGN_OR_RETURN(const std::vector<Line> lines,
                             Set(document_.organisation, name, name_width));
      const double height = static_cast<double>(lines.size()) * lines.front().height;
      double y = kY + std::max(0.0, (logo_height - height) / 2);
      const Element element = structure.Add(structure.root(), "P");
      for (const Line& line : lines) {
        AddText(&page, line, x, y, kInk, element);
        y += line.height;
      }
      below = std::max(below, y);
    }
    if (document_.marking) {
      AVVIK_ASSIGN_OR_RETURN(const double y, AddStamp(&page, *document_.marking, stamp_x, kY));
      below = std::max(below, y);
    }
    return below + 34;
  }

  // The header of a further page.
  absl::Status AddFurther() {
    Page& page = layout_->pages.emplace_back();
    AVVIK_RETURN_IF_ERROR(AddState(&page));
    std::string header = document_.header;
    if (header.empty()) {
      header = document_.organisation.empty()
                   ? document_.title
                   : fmt::format("{} · {}", document_.organisation, document_.title);
    }
    AVVIK_ASSIGN_OR_RETURN(const std::vector<Line> left, Set(header, kSmall, kTextWidth - 140));
    AddText(&page, left.front(), kLeft, kHeaderLine - 18, kPale, kArtifact);
    const std::string beside = document_.marking ? document_.marking->title : document_.state;
    if (!beside.empty()) {
      const Style style{.size = 8.5, .weight = PANGO_WEIGHT_SEMIBOLD};
      AVVIK_ASSIGN_OR_RETURN(const std::vector<Line> right, Set(beside, style, 130));
      AddText(&page, right.front(), kPageWidth - kLeft - right.front().width, kHeaderLine - 18,
              document_.marking ? kStamp : kPale, kArtifact);
    }
    AddRule(&page, kHeaderLine);
    return absl::OkStatus();
  }

  // The feet of all pages, once their number is known.
  absl::Status AddFeet() {
    const Words words = WordsOf(document_.language);
    for (size_t i = 0; i < layout_->pages.size(); ++i) {
      Page& page = layout_->pages[i];
      AddRule(&page, kFooterLine);
      if (!document_.footer.empty()) {
        AVVIK_ASSIGN_OR_RETURN(const std::vector<Line> lines,
                               Set(document_.footer, kSmall, kTextWidth - 110));
        for (size_t line = 0; line < std::min<size_t>(lines.size(), 2); ++line) {
          AddText(&page, lines[line], kLeft,
                  kFooterLine + 6 + static_cast<double>(line) * lines[line].height, kPale,
                  kArtifact);
        }
      }
      AVVIK_ASSIGN_OR_RETURN(
          const std::vector<Line> number,
          Set(fmt::format(fmt::runtime(words.page), i + 1, layout_->pages.size()), kSmall, 100));
      AddText(&page, number.front(), kPageWidth - kLeft - number.front().width, kFooterLine + 6,
              kPale, kArtifact);
    }
    return absl::OkStatus();
  }

 private:
  absl::StatusOr<std::vector<Line>> Set(const std::string& text, const Style& style, double width) {
    return layout_->setter->Set(CleanText(text), style, width);
  }

  static void AddText(Page* page, const Line& line, double x, double y, Colour colour,
                      Element element) {
    page->marks.push_back({.kind = Mark::Kind::kText,
                           .element = element,
                           .x = x,
                           .y = y + line.baseline,
                           .text = line.glyphs,
                           .colour = colour});
  }

  static void AddRule(Page* page, double y) {
    page->marks.push_back({.kind = Mark::Kind::kBox,
                           .x = kLeft,
                           .y = y,
                           .width = kTextWidth,
                           .height = 0.5,
                           .colour = kHairline});
  }

  // Behind everything else, from the lower left to the upper right.
  absl::Status AddState(Page* page) {
    if (document_.state.empty()) return absl::OkStatus();
    const Style style{.size = 100, .weight = PANGO_WEIGHT_BOLD};
    AVVIK_ASSIGN_OR_RETURN(const std::vector<Line> lines, Set(document_.state, style, 4000));
    page->marks.push_back({.kind = Mark::Kind::kAcross,
                           .width = lines.front().width,
                           .height = style.size,
                           .text = lines.front().glyphs,
                           .colour = {0.935, 0.94, 0.948}});
    return absl::OkStatus();
  }

  absl::StatusOr<double> AddStamp(Page* page, const Marking& marking, double x, double top) {
    constexpr double kPadding = 9;
    const Element element = layout_->structure.Add(layout_->structure.root(), "P");
    const size_t frame = page->marks.size();
    page->marks.emplace_back();
    double y = top + kPadding - 2;
    const auto add = [&](const std::string& text, const Style& style) -> absl::Status {
      AVVIK_ASSIGN_OR_RETURN(const std::vector<Line> lines,
                             Set(text, style, kStampWidth - 2 * kPadding));
      for (const Line& line : lines) {
        AddText(page, line, x + kPadding, y, kStamp, element);
        y += line.height;
      }
      return absl::OkStatus();
    };
    AVVIK_RETURN_IF_ERROR(add(marking.title, {.size = 11, .weight = PANGO_WEIGHT_BOLD}));
    for (const std::string& line : marking.lines) {
      AVVIK_RETURN_IF_ERROR(add(line, {.size = 8, .leading = 1.4}));
    }
    page->marks[frame] = {.kind = Mark::Kind::kFrame,
                          .x = x,
                          .y = top,
                          .width = kStampWidth,
                          .height = y + kPadding - 2 - top,
                          .colour = kStamp};
    return y + kPadding;
  }

  const Document& document_;
  Layout* layout_;
};

// Puts strips on pages.
class Cutter {
 public:
  Cutter(Frame* frame, Layout* layout, double top)
      : frame_(frame), layout_(layout), y_(top), top_(top) {}

  absl::Status Cut(const Strips& strips) {
    for (size_t i = 0; i < strips.strips.size(); ++i) {
      const Strip& strip = strips.strips[i];
      if (!AtTop() && y_ + HeightUntilCut(strips.strips, i) > kBottom) {
        AVVIK_RETURN_IF_ERROR(NewPage(strips, strip.table));
      }
      if (!AtTop()) y_ += strip.space_before;
      if (strip.bookmark >= 0) {
        Bookmark& bookmark = layout_->bookmarks[static_cast<size_t>(strip.bookmark)];
        bookmark.page = layout_->pages.size() - 1;
        bookmark.top = y_;
      }
      Put(strip);
    }
    return absl::OkStatus();
  }

 private:
  bool AtTop() const { return y_ == top_; }

  // How much must stand together from strip `i` on; not more than half a page, from which on it is
  // cut all the same.
  static double HeightUntilCut(const std::vector<Strip>& strips, size_t i) {
    double height = strips[i].space_before + strips[i].height;
    while (strips[i].with_next && i + 1 < strips.size() && height < (kBottom - kTop) / 2) {
      ++i;
      height += strips[i].space_before + strips[i].height;
    }
    return height;
  }

  absl::Status NewPage(const Strips& strips, int table) {
    AVVIK_RETURN_IF_ERROR(frame_->AddFurther());
    y_ = kTop;
    if (table != kNoTable) {
      const std::vector<Strip>& head = strips.heads[static_cast<size_t>(table)];
      double height = 0;
      for (const Strip& strip : head) height += strip.height;
      // A head that is longer than what it heads is shown once.
      if (height < (kBottom - kTop) / 3) {
        for (const Strip& strip : head) Put(strip);
      }
    }
    top_ = y_;
    return absl::OkStatus();
  }

  void Put(const Strip& strip) {
    for (Mark mark : strip.marks) {
      mark.x += kLeft;
      mark.y += y_;
      layout_->pages.back().marks.push_back(mark);
    }
    y_ += strip.height;
  }

  Frame* frame_;
  Layout* layout_;
  double y_;
  double top_;  // Where the body of this page begins.
};

}  // namespace

absl::StatusOr<Layout> LayOut(const Document& document) {
  AVVIK_RETURN_IF_ERROR(CheckSize(document));
  Layout layout;
  AVVIK_ASSIGN_OR_RETURN(layout.setter, TextSetter::Create(document.language));
  if (!document.logo_svg.empty()) {
    AVVIK_ASSIGN_OR_RETURN(layout.logo, Logo::Read(document.logo_svg));
  }
  Frame frame(document, &layout);
  AVVIK_ASSIGN_OR_RETURN(const double top, frame.AddFirst());
  StripMaker maker(layout.setter.get(), &layout.structure, &layout.bookmarks);
  AVVIK_RETURN_IF_ERROR(maker.AddTitle(document.title, document.subtitle));
  for (const Block& block : document.blocks) AVVIK_RETURN_IF_ERROR(maker.Add(block));
  AVVIK_RETURN_IF_ERROR(Cutter(&frame, &layout, top).Cut(maker.Take()));
  AVVIK_RETURN_IF_ERROR(frame.AddFeet());
  return layout;
}

}  // namespace avvik::document
