/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Marking arms, and naming those that are marked. */
#include <config.h>

#include "finder.h"

#include <stdint.h>

ins_finder ins_finder_of(const ins_analysis *analysis)
{
    ins_finder f = {.of = analysis, .study = analysis->study, .arena = analysis->arena};
    f.which = ins_arena_get(f.arena, f.study->arms + 1, sizeof *f.which, "findings");
    return f;
}

void ins_finder_begin(ins_finder *f)
{
    for (size_t a = 0; a < f->study->arms; a++) f->which[a] = false;
}

size_t ins_finder_mark(ins_finder *f, ins_verdict verdict)
{
    size_t count = 0;
    for (size_t a = 0; a < f->study->arms; a++)
        count += f->which[a] = ins_has_verdict(&f->of->arm[a], verdict);
    return count;
}

size_t ins_finder_first(const ins_finder *f)
{
    for (size_t a = 0; a < f->study->arms; a++)
        if (f->which[a]) return a;
    return SIZE_MAX;
}

const char *ins_finder_arms(ins_finder *f)
{
    const ins_study_factors *factors = &f->of->factors;
    if (f->of->comparisons.by_setting || f->of->comparisons.settings < 2)
        return ins_say_arms(f->arena, f->which, f->study->arms, INS_FINDER_NAMED);
    const char **item = ins_arena_get(f->arena, factors->initializers + 1, sizeof *item, "names");
    size_t count = 0, partly = 0;
    for (size_t i = 0; i < factors->initializers; i++) {
        size_t in = 0, of = 0;
        for (size_t a = 0; a < f->study->arms; a++) {
            if (factors->initializer_of[a] != i) continue;
            of++;
            in += f->which[a];
        }
        if (in == 0) continue;
        const char *name = ins_say_initializer(f->arena, i);
        item[count] = in == of      ? name
                      : partly == 0 ? SAY("%s (in %zu of %zu settings)", name, in, of)
                                    : SAY("%s (%zu)", name, in);
        partly += in < of;
        count++;
    }
    return ins_say_list(f->arena, item, count, INS_FINDER_NAMED);
}

bool ins_finder_several(const ins_finder *f)
{
    size_t first = SIZE_MAX;
    bool by_arm = f->of->comparisons.by_setting || f->of->comparisons.settings < 2;
    for (size_t a = 0; a < f->study->arms; a++) {
        size_t name = by_arm ? a : f->of->factors.initializer_of[a];
        if (!f->which[a]) continue;
        if (first != SIZE_MAX && name != first) return true;
        first = name;
    }
    return false;
}

const char *ins_finder_with(ins_finder *f)
{
    bool all = true;
    for (size_t a = 0; a < f->study->arms; a++) all = all && f->which[a];
    return all ? "" : SAY(" with %s", ins_finder_arms(f));
}

const char *ins_finder_layer(ins_finder *f, size_t arm, size_t layer)
{
    const ins_graph_layer *of = ins_layer_at(&f->study->arm[arm], layer);
    return of != NULL && of->name[0] != '\0' ? ins_say_literal(f->arena, of->name)
                                             : SAY("layer %zu", layer);
}

bool ins_has_learned(const ins_arm_judgement *arm)
{
    return ins_has_verdict(arm, INS_VERDICT_LEARNED) ||
           ins_has_verdict(arm, INS_VERDICT_BARELY_LEARNED);
}
