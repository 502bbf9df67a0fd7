/* Questions, their answers, and references to the pages that prove them. */
#include <config.h>

#include "closing.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

#include "initscope/book.h"
#include "phrases.h"

static const ins_question questions[] = {
    {"Why does initialization matter?", ins_answer_why},
    {"What goes wrong with a poor one?", ins_answer_faults},
    {"What has variance to do with it?", ins_answer_variance},
    {"When are zeros wrong, and when right?", ins_answer_zeros},
    {"Random, but how large?", ins_answer_scale},
    {"When is Glorot’s rule the one to take?", ins_answer_glorot},
    {"When is He’s?", ins_answer_he},
    {"How sure is the comparison?", ins_answer_comparison},
    {"How do I choose?", ins_answer_choice},
};

const ins_spot ins_nowhere = {SIZE_MAX, SIZE_MAX};

static const char chapter_title[] = "Choosing an initializer";

void ins_closing_say(ins_closing *closing, const char *markup)
{
    ins_flow_tell(closing->flow, closing->chapter);
    ins_flow_paragraph(closing->flow, markup);
    closing->said = true;
}

void ins_closing_table(ins_closing *closing, const ins_table_layout *table)
{
    ins_flow_tell(closing->flow, closing->chapter);
    ins_flow_table(closing->flow, table);
    closing->said = true;
}

/* The sheet of an experiment's page; that on which the experiment begins when there is none. */
static size_t sheet_of(const ins_book *book, size_t experiment, const char *page, bool *found)
{
    const ins_contents_line *parts = book->parts.items, *pages = book->contents.items;
    size_t first = parts[experiment].sheet;
    size_t end = experiment + 1 < book->parts.count ? parts[experiment + 1].sheet : SIZE_MAX;
    *found = false;
    for (size_t i = 0; i < book->contents.count; i++) {
        if (pages[i].sheet < first || pages[i].sheet >= end) continue;
        if (strcmp(pages[i].text, page) != 0) continue;
        *found = true;
        return pages[i].sheet;
    }
    return first;
}

void ins_closing_cite(ins_closing *closing, size_t experiment, const char *page)
{
    bool found;
    ins_flow *flow = closing->flow;
    size_t sheet = sheet_of(flow->book, experiment, page, &found);
    const ins_proof *known = closing->proofs.items;
    for (size_t i = 0; i < closing->proofs.count; i++) {
        if (known[i].sheet == sheet) return;
    }
    ins_proof *proof = ins_list_add(flow->arena, &closing->proofs, sizeof *proof);
    *proof = (ins_proof){sheet, ins_flow_format(flow, "%s · %s",
                                                closing->experiment[experiment].part.title,
                                                found ? page : "Summary")};
}

const char *ins_closing_arm(ins_closing *closing, size_t experiment, size_t arm)
{
    return closing->experiment[experiment].part.prose[arm];
}

const char *ins_closing_title(ins_closing *closing, size_t experiment)
{
    ins_flow *flow = closing->flow;
    return ins_flow_format(flow, "“%s”",
                           ins_escape(flow->arena, closing->experiment[experiment].part.title));
}

const ins_arm_analysis *ins_closing_at(const ins_closing *closing, ins_spot spot)
{
    return &closing->experiment[spot.experiment].analysis.arm[spot.arm];
}

const char *ins_closing_spot(ins_closing *closing, ins_spot spot)
{
    return ins_flow_format(closing->flow, "%s in %s",
                           ins_closing_arm(closing, spot.experiment, spot.arm),
                           ins_closing_title(closing, spot.experiment));
}

const char *ins_closing_accuracy(ins_closing *closing, ins_spot spot)
{
    return ins_say_percent(closing->flow, ins_closing_at(closing, spot)->accuracy.mean);
}

bool ins_closing_same_setting(const ins_closing *closing, size_t experiment, size_t a, size_t b)
{
    return ins_factors_agree(&closing->factors[experiment], a, b);
}

bool ins_closing_has(const ins_closing *closing, size_t experiment, size_t arm, ins_verdict verdict)
{
    return (closing->experiment[experiment].analysis.arm[arm].verdicts & 1U << verdict) != 0;
}

bool ins_closing_keeps(const ins_arm_analysis *arm)
{
    double lower = ins_threshold_of("gain_lower"), upper = ins_threshold_of("gain_upper");
    double forward = arm->forward_gain.mean, backward = arm->backward_gain.mean;
    return forward >= lower && forward <= upper && backward >= lower && backward <= upper;
}

/* One proof a line, at the right its page number; the whole line is a link. */
static void write_proofs(ins_closing *closing)
{
    const ins_pen pen = {INS_REGULAR, 8.2, INS_LEFT, INS_ACCENT},
                  page = {INS_REGULAR, 8.2, INS_RIGHT, INS_ACCENT};
    const double step = 4.4, indent = 6;
    ins_flow *flow = closing->flow;
    const ins_proof *proof = closing->proofs.items;
    ins_flow_tell(flow, closing->chapter);
    for (size_t i = 0; i < closing->proofs.count; i++) {
        ins_flow_room(flow, step);
        double left = INS_LEFT_MARGIN + indent, base = flow->y + 3.2;
        const char *text = ins_flow_format(flow, "→ %s", proof[i].text);
        char *shown = ins_elide(flow->arena, text, INS_REGULAR, pen.size, INS_TEXT_WIDTH - 30);
        ins_canvas_text(flow->canvas, pen, left, base, shown);
        ins_canvas_text(flow->canvas, page, INS_RIGHT_EDGE, base,
                        ins_flow_format(flow, "page %zu", proof[i].sheet + 1));
        ins_canvas_rule(flow->canvas, left + ins_text_width(shown, INS_REGULAR, pen.size) + 2, base,
                        INS_RIGHT_EDGE - 15, base, 0.6, INS_HAIRLINE);
        ins_link *link = ins_list_add(flow->arena, &flow->book->links, sizeof *link);
        *link = (ins_link){flow->book->sheets.count - 1,
                           proof[i].sheet,
                           left,
                           flow->y,
                           INS_RIGHT_EDGE,
                           flow->y + step};
        flow->y += step;
    }
    flow->y += 3;
}

static void answer(ins_closing *closing, const ins_question *question, size_t number)
{
    ins_flow *flow = closing->flow;
    closing->said = false;
    closing->proofs = (ins_list){0};
    ins_flow_tell(flow, closing->chapter);
    ins_flow_room(flow, 40);
    ins_flow_heading(flow, ins_flow_format(flow, "%zu  %s", number, question->text));
    question->answer(closing);
    if (!closing->said) ins_closing_say(closing, "No experiment of this report tells.");
    write_proofs(closing);
}

void ins_draw_closing(ins_flow *flow, const ins_experiment *experiments, size_t count)
{
    size_t number = sizeof questions / sizeof questions[0];
    ins_factors *factors = ins_arena_get(flow->arena, count, sizeof *factors, "report");
    for (size_t e = 0; e < count; e++)
        factors[e] = ins_factors_of(&experiments[e].study, flow->arena);
    const ins_part chapter = {.title = chapter_title};
    ins_closing closing = {.flow = flow,
                           .experiment = experiments,
                           .count = count,
                           .factors = factors,
                           .chapter = &chapter};
    ins_flow_tell(flow, &chapter);
    flow->section = "All experiments";
    flow->title_sheet = flow->book->sheets.count;
    ins_flow_title(flow, "What all experiments say",
                   ins_flow_format(flow, "%s: %s answers, and where they are proved", chapter_title,
                                   ins_say_count(flow, number)));
    size_t first = flow->title_sheet;
    for (size_t q = 0; q < number; q++) answer(&closing, &questions[q], q + 1);
    ins_contents_line *line = ins_list_add(flow->arena, &flow->book->parts, sizeof *line);
    *line = (ins_contents_line){chapter_title, first};
    ins_flow_tell(flow, NULL);
}
