/* The closing chapter: the table of questions, their answers, and the pages that prove them. */
#include <config.h>

#include "closing.h"

#include "initscope/book.h"
#include "phrases.h"

/* A question, and what answers it. */
typedef struct question {
    const char *text;
    void (*answer)(ins_closing *closing);
} question;

static const question questions[] = {
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

static const char chapter_title[] = "Choosing an initializer";

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

static void answer(ins_closing *closing, const question *asked, size_t number)
{
    ins_flow *flow = closing->flow;
    closing->said = false;
    closing->proofs = (ins_list){0};
    ins_flow_tell(flow, closing->chapter);
    ins_flow_room(flow, 40);
    ins_flow_heading(flow, ins_flow_format(flow, "%zu  %s", number, asked->text));
    asked->answer(closing);
    if (!closing->said) ins_closing_say(closing, "No experiment of this report tells.");
    write_proofs(closing);
}

void ins_draw_closing(ins_flow *flow, const ins_experiment *experiments, size_t count)
{
    size_t number = sizeof questions / sizeof questions[0];
    ins_study_factors *factors = ins_arena_get(flow->arena, count, sizeof *factors, "report");
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
