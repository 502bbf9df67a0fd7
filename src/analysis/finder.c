/* What the rules of the findings share. */
#include <config.h>

#include "findings.h"

#include <stdint.h>

size_t ins_mark_verdict(ins_finder *f, ins_verdict verdict)
{
    size_t marked = 0;
    for (size_t a = 0; a < f->study->arms; a++) {
        f->which[a] = ins_has_verdict(&f->analysis->arm[a], verdict);
        marked += f->which[a];
    }
    return marked;
}

void ins_add_arms(ins_finder *f, ins_text *text)
{
    ins_prose_arms(text, f->study, f->which);
}

void ins_add_arm(ins_finder *f, ins_text *text, size_t arm)
{
    ins_prose_arm(text, &f->study->arm[arm]);
}

size_t ins_best_arm(const ins_finder *f)
{
    size_t best = SIZE_MAX;
    for (size_t a = 0; a < f->study->arms; a++) {
        if (f->analysis->arm[a].outcome.accuracy.n == 0 || !f->analysis->arm[a].outcome.trained)
            continue;
        if (best == SIZE_MAX || f->analysis->arm[a].outcome.accuracy.mean >
                                    f->analysis->arm[best].outcome.accuracy.mean)
            best = a;
    }
    return best;
}
