/* Everything that was found, and each initializer in words. */
#include <config.h>

#include "pages.h"

#include "phrases.h"

/* Every arm with its verdict in a sentence; long names in full. */
void ins_draw_sentences(ins_flow *flow)
{
    static const ins_table_column column[] = {{"Initializer", 46, INS_LEFT},
                                              {"What happens", 124, INS_LEFT}};
    const ins_part *part = flow->part;
    ins_cell *cell = ins_arena_get(flow->arena, part->study->arms * 2, sizeof *cell, "table");
    for (size_t a = 0; a < part->study->arms; a++) {
        const char *sentence = part->analysis->arm[a].sentence;
        cell[2 * a].text = ins_escape(flow->arena, part->name[a]);
        cell[2 * a].bold = true;
        cell[2 * a + 1].text = ins_escape(flow->arena, sentence != NULL ? sentence : "–");
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

static void more_findings(ins_flow *flow)
{
    const ins_analysis *analysis = flow->part->analysis;
    ins_flow_heading(flow, "All findings, strongest first");
    for (size_t i = 0; i < analysis->findings; i++) {
        const ins_finding *finding = &analysis->finding[i];
        ins_flow_item(flow, ins_flow_format(flow, "%zu", i + 1),
                      ins_flow_format(flow, "*%s* %s", ins_escape(flow->arena, finding->claim),
                                      ins_escape(flow->arena, finding->evidence)));
    }
}

void ins_page_findings(ins_flow *flow, const ins_page *page)
{
    const ins_part *part = flow->part;
    size_t count = part->analysis->findings;
    ins_flow_title(flow, page->kicker,
                   ins_flow_format(flow, "%s, and each initializer in one sentence",
                                   ins_capital(flow, ins_say_plural(flow, count, "finding"))));
    ins_draw_sentences(flow);
    if (count > 0) more_findings(flow);
}
