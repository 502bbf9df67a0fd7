/* Everything that was found, and each initializer in words. */
#include <config.h>

#include "pages.h"

#include "phrases.h"

enum { CONTENTS_END = 70 }; /* mm from the top: where contents that stand alone end at the latest */

/* Every arm with its verdict in a sentence; long names in full. */
void ins_draw_sentences(ins_flow *flow)
{
    static const ins_table_column column[] = {{"Initializer", 46, INS_LEFT},
                                              {"What happens", 124, INS_LEFT}};
    const ins_part *part = flow->part;
    ins_cell *cell = ins_arena_get(flow->arena, part->study->arms * 2, sizeof *cell, "table");
    for (size_t a = 0; a < part->study->arms; a++) {
        const char *sentence = part->analysis->arm[a].sentence;
        cell[2 * a].text = ins_flow_escape(flow, part->name[a]);
        cell[2 * a].bold = true;
        cell[2 * a + 1].text = ins_flow_escape(flow, sentence != NULL ? sentence : "–");
    }
    ins_table_layout table = {.column = column,
                              .columns = 2,
                              .rows = part->study->arms,
                              .cell = cell,
                              .swatch = part->many ? NULL : part->colour,
                              .wrap = true};
    ins_flow_heading(flow, "Each initializer in one sentence");
    ins_flow_table(flow, &table);
}

const char *ins_finding_text(ins_flow *flow, size_t index, size_t *lines)
{
    const ins_finding *finding = &flow->part->analysis->finding[index];
    const char *text = ins_flow_format(flow, "*%s* %s", ins_flow_escape(flow, finding->claim),
                                       ins_flow_escape(flow, finding->evidence));
    char **wrapped;
    *lines = ins_wrap(flow->arena, text, INS_REGULAR, 9.5, INS_TEXT_WIDTH - 6, &wrapped);
    return text;
}

static void more_findings(ins_flow *flow, size_t first)
{
    const ins_analysis *analysis = flow->part->analysis;
    ins_flow_heading(flow, first > 0 ? "Findings after those of the first page, strongest first"
                                     : "Findings, strongest first");
    for (size_t i = first; i < analysis->findings; i++) {
        size_t count;
        const char *text = ins_finding_text(flow, i, &count);
        ins_flow_item(flow, ins_flow_format(flow, "%zu", i + 1), text);
    }
}

void ins_page_findings(ins_flow *flow, const ins_page *page)
{
    const ins_part *part = flow->part;
    size_t count = part->analysis->findings;
    const char *found = ins_capital(flow, ins_say_plural(flow, count, "finding"));
    bool few = part->study->arms <= INS_MOST_ARMS;
    const char *title =
        few ? ins_flow_format(flow, "%s, and each initializer in one sentence", found)
            : ins_flow_format(flow, "%s from %zu initializers and settings", found,
                              part->study->arms);
    /* The contents alone on a page leave room for the findings. */
    if (flow->y < CONTENTS_END) {
        flow->y += 8;
        ins_flow_title_here(flow, page->kicker, title);
    } else {
        ins_flow_title(flow, page->kicker, title);
    }
    if (few) ins_draw_sentences(flow);
    /* Beside the sentences there is room for the rest; alone on a page all of them stand together.
     */
    size_t first = few ? flow->told : 0;
    if (count > first) more_findings(flow, first);
}
