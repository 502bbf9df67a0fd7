/* The first page of a report on several experiments. */
#include <config.h>

#include "pages.h"

#include "initscope/book.h"
#include "phrases.h"

static void strongest(ins_flow *flow, const ins_analysis *analysis, size_t most)
{
    for (size_t i = 0; i < analysis->findings && i < most; i++) {
        const ins_finding *finding = &analysis->finding[i];
        ins_flow_item(flow, ins_flow_format(flow, "%zu", i + 1),
                      ins_flow_format(flow, "*%s* %s", ins_flow_escape(flow, finding->claim),
                                      ins_flow_escape(flow, finding->evidence)));
    }
}

void ins_draw_cover(ins_flow *flow, const ins_experiment *experiments, size_t count)
{
    size_t arms = 0, runs = 0;
    ins_flow_tell(flow, NULL);
    flow->section = NULL;
    ins_flow_page(flow);
    for (size_t e = 0; e < count; e++) {
        arms += experiments[e].study.arms;
        runs += experiments[e].study.runs;
    }
    flow->y =
        ins_draw_band(
            flow, "INITSCOPE  ·  COMPARISON REPORT", "Weight initialization, measured",
            ins_flow_format(flow, "%zu experiments  ·  %zu initializers and settings  ·  %zu runs",
                            count, arms, runs),
            "forward and backward variance, symmetry, learning: with intervals over seeds") +
        9;
    ins_flow_heading(flow, "Contents");
    ins_contents_place *place = ins_list_add(flow->arena, &flow->book->places, sizeof *place);
    *place = (ins_contents_place){
        &flow->book->parts, flow->book->sheets.count - 1, flow->y, 0, count + 1, 1};
    flow->y += 5 * (double)(count + 1) + 6;
    ins_flow_heading(flow, "What they show");
    for (size_t e = 0; e < count; e++) {
        ins_flow_room(flow, 24);
        ins_flow_paragraph(
            flow, ins_flow_format(flow, "*%s*", ins_flow_escape(flow, experiments[e].part.title)));
        strongest(flow, &experiments[e].analysis, count <= 4 ? 3 : 1);
    }
}
