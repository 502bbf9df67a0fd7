/* What the answers of the closing chapter share: text, references, words for what they name. */
#include <config.h>

#include "closing.h"

#include <stdint.h>
#include <string.h>

#include "initscope/book.h"
#include "phrases.h"

const ins_spot ins_nowhere = {SIZE_MAX, SIZE_MAX};

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
                           ins_flow_escape(flow, closing->experiment[experiment].part.title));
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
    return ins_say_percent(closing->flow, ins_closing_at(closing, spot)->outcome.accuracy.mean);
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
    double lower = ins_threshold_of(INS_THRESHOLD_GAIN_LOWER),
           upper = ins_threshold_of(INS_THRESHOLD_GAIN_UPPER);
    double forward = arm->signal[INS_FORWARD].gain.mean,
           backward = arm->signal[INS_BACKWARD].gain.mean;
    return forward >= lower && forward <= upper && backward >= lower && backward <= upper;
}
