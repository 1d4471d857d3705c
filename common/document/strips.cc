#include "common/document/strips.h"

#include <algorithm>
#include <utility>

#include "common/document/clean_text.h"
#include "common/status/macros.h"
#include "fmt/format.h"

namespace avvik::document {
namespace {

// A row of more lines than these may be cut anywhere but beside its edges.
constexpr size_t kShortRow = 14;
constexpr double kGap = 14;  // Between columns.
constexpr double kNoticePadding = 12;

Style HeadingStyle(int level) {
  const double size = level <= 2 ? 13 : level == 3 ? 11 : 10;
  return {.size = size, .weight = PANGO_WEIGHT_SEMIBOLD, .leading = 1.35};
}

std::string HeadingRole(int level) { return fmt::format("H{}", level); }

// The texts between empty lines, of which there is at least one.
std::vector<std::string> ParagraphsOf(const std::string& text) {
  const std::string clean = CleanText(text);
  std::vector<std::string> paragraphs;
  size_t begin = 0;
  while (begin <= clean.size()) {
    const size_t end = std::min(clean.find("\n\n", begin), clean.size());
    if (end > begin || clean.empty()) paragraphs.push_back(clean.substr(begin, end - begin));
    begin = end;
    while (begin < clean.size() && clean[begin] == '\n') ++begin;
    if (begin == clean.size()) break;
  }
  return paragraphs;
}

}  // namespace

absl::StatusOr<std::vector<Strip>> StripMaker::Set(const std::vector<Cell>& cells, const Row& row) {
  std::vector<std::vector<Line>> set;
  double baseline = 0;  // The first lines stand on the same.
  size_t most = 1;
  for (const Cell& cell : cells) {
    AVVIK_ASSIGN_OR_RETURN(std::vector<Line> lines,
                           setter_->Set(cell.text, cell.style, cell.width));
    baseline = std::max(baseline, lines.front().baseline);
    most = std::max(most, lines.size());
    set.push_back(std::move(lines));
  }
  std::vector<Strip> strips(most);
  for (size_t column = 0; column < cells.size(); ++column) {
    const Cell& cell = cells[column];
    const std::vector<Line>& lines = set[column];
    for (size_t i = 0; i < lines.size(); ++i) {
      const double x = cell.right ? cell.x + cell.width - lines[i].width : cell.x;
      const double above = (i == 0 ? row.above : 0) + baseline - lines.front().baseline;
      strips[i].height = std::max(strips[i].height, above + lines[i].height);
      if (cell.text.empty()) continue;
      strips[i].marks.push_back({.kind = Mark::Kind::kText,
                                 .element = cell.element,
                                 .x = x,
                                 .y = above + lines[i].baseline,
                                 .text = lines[i].glyphs,
                                 .colour = cell.colour});
    }
  }
  strips.back().height += row.below;
  strips.front().space_before = row.space_before;
  for (size_t i = 0; i < strips.size(); ++i) {
    const bool last = i + 1 == strips.size();
    const bool edge = i == 0 || i + 2 == strips.size();
    strips[i].with_next = last ? row.with_next : edge || (row.whole && strips.size() <= kShortRow);
    strips[i].table = row.table;
    if (row.shade) {
      // Grounds of neighbours overlap a little, so that no seam shows between them.
      strips[i].marks.insert(strips[i].marks.begin(),
                             {.kind = Mark::Kind::kBox,
                              .width = kTextWidth,
                              .height = strips[i].height + (last ? 0 : 0.5),
                              .colour = kShade});
    }
  }
  if (row.rule) {
    strips.back().marks.push_back({.kind = Mark::Kind::kBox,
                                   .y = strips.back().height - 0.5,
                                   .width = kTextWidth,
                                   .height = 0.5,
                                   .colour = kHairline});
  }
  return strips;
}

absl::Status StripMaker::AddRow(const std::vector<Cell>& cells, const Row& row) {
  AVVIK_ASSIGN_OR_RETURN(std::vector<Strip> strips, Set(cells, row));
  std::move(strips.begin(), strips.end(), std::back_inserter(strips_.strips));
  return absl::OkStatus();
}

absl::Status StripMaker::AddTitle(const std::string& title, const std::string& subtitle) {
  const Element heading = structure_->Add(structure_->root(), "H1");
  const std::string clean = CleanText(title);
  bookmarks_->push_back({.level = 1, .title = clean});
  const size_t first = strips_.strips.size();
  AVVIK_RETURN_IF_ERROR(
      AddRow({{.text = clean, .element = heading, .style = kTitle}}, {.with_next = true}));
  strips_.strips[first].bookmark = static_cast<int>(bookmarks_->size()) - 1;
  if (subtitle.empty()) return absl::OkStatus();
  return AddRow({{.text = CleanText(subtitle),
                  .element = structure_->Add(structure_->root(), "P"),
                  .style = {.size = 11.5},
                  .colour = kPale}},
                {.space_before = 2, .with_next = true});
}

absl::Status StripMaker::Add(const Block& block) {
  return std::visit([this](const auto& one) { return AddBlock(one); }, block);
}

absl::Status StripMaker::AddBlock(const Heading& heading) {
  const int level = std::clamp(heading.level, 2, 4);
  const std::string clean = CleanText(heading.text);
  bookmarks_->push_back({.level = level, .title = clean});
  const size_t first = strips_.strips.size();
  AVVIK_RETURN_IF_ERROR(AddRow({{.text = clean,
                                 .element = structure_->Add(structure_->root(), HeadingRole(level)),
                                 .style = HeadingStyle(level)}},
                               {.space_before = level == 2 ? 24.0 : 16.0, .with_next = true}));
  for (size_t i = first; i < strips_.strips.size(); ++i) strips_.strips[i].with_next = true;
  strips_.strips[first].bookmark = static_cast<int>(bookmarks_->size()) - 1;
  return absl::OkStatus();
}

absl::Status StripMaker::AddBlock(const Paragraph& paragraph) {
  for (const std::string& text : ParagraphsOf(paragraph.text)) {
    AVVIK_RETURN_IF_ERROR(AddRow({{.text = text,
                                   .element = structure_->Add(structure_->root(), "P"),
                                   .style = paragraph.quiet ? kSmall : kBody,
                                   .colour = paragraph.quiet ? kPale : kInk}},
                                 {.space_before = 8}));
  }
  return absl::OkStatus();
}

absl::Status StripMaker::AddBlock(const Notice& notice) {
  const Element box = structure_->Add(structure_->root(), "Sect");
  std::vector<std::pair<std::string, Style>> texts;
  if (!notice.title.empty()) texts.emplace_back(CleanText(notice.title), kLabel);
  if (!notice.text.empty()) {
    for (std::string& text : ParagraphsOf(notice.text)) texts.emplace_back(std::move(text), kBody);
  }
  for (size_t i = 0; i < texts.size(); ++i) {
    AVVIK_ASSIGN_OR_RETURN(std::vector<Strip> strips,
                           Set({{.text = texts[i].first,
                                 .element = structure_->Add(box, "P"),
                                 .style = texts[i].second,
                                 .x = kNoticePadding + 4,
                                 .width = kTextWidth - 2 * kNoticePadding - 4}},
                               {.space_before = i == 0 ? 14.0 : 0.0,
                                .with_next = i + 1 < texts.size(),
                                .above = i == 0 ? 8.0 : 2.0,
                                .below = i + 1 == texts.size() ? 8.0 : 0.0,
                                .shade = true,
                                .whole = true}));
    for (Strip& strip : strips) {
      strip.marks.insert(strip.marks.begin() + 1, {.kind = Mark::Kind::kBox,
                                                   .width = 3,
                                                   .height = strip.marks.front().height,
                                                   .colour = kPale});
    }
    std::move(strips.begin(), strips.end(), std::back_inserter(strips_.strips));
  }
  return absl::OkStatus();
}

absl::Status StripMaker::AddBlock(const Fields& fields) {
  const bool numbers = std::any_of(fields.fields.begin(), fields.fields.end(),
                                   [](const Field& field) { return !field.number.empty(); });
  const double indent = numbers ? 34 : 0;
  const Element list = structure_->Add(structure_->root(), "L");
  structure_->at(list).numbering = "None";
  for (const Field& field : fields.fields) {
    const Element item = structure_->Add(list, "LI");
    const Element label = structure_->Add(item, "Lbl");
    const Element body = structure_->Add(item, "LBody");
    std::vector<Cell> head;
    if (!field.number.empty()) {
      head.push_back({.text = CleanText(field.number),
                      .element = label,
                      .style = kLabel,
                      .colour = kPale,
                      .width = indent - 6});
    }
    head.push_back({.text = CleanText(field.label),
                    .element = label,
                    .style = kLabel,
                    .colour = kPale,
                    .x = indent,
                    .width = kTextWidth - indent});
    const size_t first = strips_.strips.size();
    AVVIK_RETURN_IF_ERROR(AddRow(head, {.space_before = 13, .with_next = true, .whole = true}));
    for (size_t i = first; i < strips_.strips.size(); ++i) strips_.strips[i].with_next = true;
    double space = 1;
    for (const std::string& text : ParagraphsOf(field.value)) {
      AVVIK_RETURN_IF_ERROR(AddRow({{.text = text,
                                     .element = structure_->Add(body, "P"),
                                     .style = kBody,
                                     .colour = field.empty ? kPale : kInk,
                                     .x = indent,
                                     .width = kTextWidth - indent}},
                                   {.space_before = space}));
      space = 6;
    }
  }
  return absl::OkStatus();
}

absl::Status StripMaker::AddBlock(const Facts& facts) {
  const double labels = 0.34 * kTextWidth;
  const Element table = structure_->Add(structure_->root(), "Table");
  for (size_t i = 0; i < facts.facts.size(); ++i) {
    const Element row = structure_->Add(table, "TR");
    const Element label = structure_->Add(row, "TH");
    structure_->at(label).scope = "Row";
    const Element value = structure_->Add(row, "TD");
    AVVIK_RETURN_IF_ERROR(AddRow({{.text = CleanText(facts.facts[i].label),
                                   .element = label,
                                   .style = {.size = 9},
                                   .colour = kPale,
                                   .width = labels - kGap},
                                  {.text = CleanText(facts.facts[i].value),
                                   .element = value,
                                   .style = kBody,
                                   .x = labels,
                                   .width = kTextWidth - labels}},
                                 {.space_before = i == 0 ? 14.0 : 0.0,
                                  .above = 2.5,
                                  .below = 2.5,
                                  .rule = true,
                                  .whole = true}));
  }
  return absl::OkStatus();
}

absl::Status StripMaker::AddBlock(const List& list) {
  constexpr double kIndent = 18;
  const Element all = structure_->Add(structure_->root(), "L");
  structure_->at(all).numbering = list.numbered ? "Decimal" : "Disc";
  for (size_t i = 0; i < list.items.size(); ++i) {
    const Element item = structure_->Add(all, "LI");
    const Element label = structure_->Add(item, "Lbl");
    const Element body = structure_->Add(item, "LBody");
    AVVIK_RETURN_IF_ERROR(AddRow({{.text = list.numbered ? fmt::format("{}.", i + 1) : "•",
                                   .element = label,
                                   .style = kBody,
                                   .colour = kPale,
                                   .width = kIndent - 4},
                                  {.text = CleanText(list.items[i]),
                                   .element = body,
                                   .style = kBody,
                                   .x = kIndent,
                                   .width = kTextWidth - kIndent}},
                                 {.space_before = i == 0 ? 8.0 : 3.0}));
  }
  return absl::OkStatus();
}

absl::Status StripMaker::AddBlock(const Table& table) {
  const int number = static_cast<int>(strips_.heads.size());
  const Element whole = structure_->Add(structure_->root(), "Table");
  if (!table.caption.empty()) {
    AVVIK_RETURN_IF_ERROR(AddRow({{.text = CleanText(table.caption),
                                   .element = structure_->Add(whole, "Caption"),
                                   .style = kLabel,
                                   .colour = kPale}},
                                 {.space_before = 16, .with_next = true}));
  }
  double shares = 0;
  for (const Column& column : table.columns) shares += std::max(column.share, 0.01);
  std::vector<Cell> place;
  double x = 0;
  for (const Column& column : table.columns) {
    const double width = kTextWidth * std::max(column.share, 0.01) / shares;
    const bool last = &column == &table.columns.back();
    place.push_back({.style = kBody,
                     .x = x,
                     .width = last ? kTextWidth - x : width - kGap,
                     .right = column.numbers});
    x += width;
  }
  const auto row_of = [&](Element section, const auto& text_of, bool head) {
    const Element row = structure_->Add(section, "TR");
    std::vector<Cell> cells = place;
    for (size_t i = 0; i < cells.size(); ++i) {
      const bool heads = head || table.columns[i].heads_row;
      cells[i].element = structure_->Add(row, heads ? "TH" : "TD");
      if (heads) structure_->at(cells[i].element).scope = head ? "Column" : "Row";
      cells[i].text = CleanText(text_of(i));
      if (head) {
        cells[i].style = kLabel;
        cells[i].colour = kPale;
      }
    }
    return cells;
  };
  const std::vector<Cell> head = row_of(
      structure_->Add(whole, "THead"), [&](size_t i) { return table.columns[i].title; }, true);
  const Row head_row{.space_before = table.caption.empty() ? 14.0 : 2.0,
                     .with_next = true,
                     .above = 4,
                     .below = 4,
                     .rule = true,
                     .whole = true};
  AVVIK_RETURN_IF_ERROR(AddRow(head, head_row));
  AVVIK_ASSIGN_OR_RETURN(std::vector<Strip> again, Set(head, head_row));
  for (Strip& strip : again) {
    for (Mark& mark : strip.marks) mark.element = kArtifact;
  }
  strips_.heads.push_back(std::move(again));
  const Element body = structure_->Add(whole, "TBody");
  for (const std::vector<std::string>& texts : table.rows) {
    AVVIK_RETURN_IF_ERROR(
        AddRow(row_of(
                   body, [&](size_t i) { return i < texts.size() ? texts[i] : ""; }, false),
               {.above = 4, .below = 4, .rule = true, .whole = true, .table = number}));
  }
  return absl::OkStatus();
}

}  // namespace avvik::document
