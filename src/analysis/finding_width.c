/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* The width as rules and answers see it. */
#include <config.h>

#include "finding_width.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

/* --- The outputs ------------------------------------------------------------------- */

/* How the outputs of an initializer go with the width. */
typedef enum course { COURSE_GROWS, COURSE_SHRINKS, COURSE_LEVEL, COURSES } course;

static course course_of(const ins_width_slope *slope)
{
    if (!slope->told_apart) return COURSE_LEVEL;
    return slope->difference.mean > 0 ? COURSE_GROWS : COURSE_SHRINKS;
}

/* The initializers that go so; NULL: none does. */
static const char *of_course(ins_finder *f, course which, bool *all)
{
    size_t n = f->of->factors.initializers, count = 0;
    const char **item = ins_arena_get(f->arena, n + 1, sizeof *item, "names");
    for (size_t i = 0; i < n; i++)
        if (course_of(&f->of->widths.average[i]) == which)
            item[count++] = ins_say_initializer(f->arena, i);
    *all = count == n;
    return count == 0 ? NULL : ins_say_list(f->arena, item, count, INS_FINDER_NAMED);
}

/* "With a the logits after training grow with the width, with b they shrink." */
static const char *claim_of(ins_finder *f, const char *outputs)
{
    static const char *const goes[COURSES] = {"grow", "shrink", "are not seen to change"};
    const char *claim = "";
    for (unsigned c = 0; c < COURSES; c++) {
        bool all;
        const char *names = of_course(f, (course)c, &all);
        if (names == NULL) continue;
        if (all) return SAY("The %s after training %s with the width.", outputs, goes[c]);
        claim = *claim == '\0' ? SAY("With %s the %s after training %s with the width", names,
                                     outputs, goes[c])
                               : SAY("%s, with %s they %s", claim, names, goes[c]);
    }
    return SAY("%s.", claim);
}

bool ins_find_width(ins_finder *f, ins_finding *out)
{
    static const char *const meaning[COURSES] = {"the larger, the wider the network",
                                                 "the smaller, the wider the network",
                                                 "not told from 0"};
    const ins_widths *widths = &f->of->widths;
    const char *outputs = f->of->facts.score.kind == INS_SCORE_ACCURACY ? "logits" : "outputs";
    const char *evidence = "";
    if (widths->widths == 0 || widths->curves == 0) return false;
    for (size_t i = 0; i < f->of->factors.initializers; i++) {
        const ins_width_slope *slope = &widths->average[i];
        const char *name = ins_say_initializer(f->arena, i);
        if (isnan(slope->p)) return false;
        evidence = SAY("%s %s goes with the width to the power of %s: %s.", evidence,
                       i == 0 ? SAY("With %s their second moment", name) : SAY("With %s it", name),
                       ins_say_interval(f->arena, slope->difference), meaning[course_of(slope)]);
    }
    size_t each = widths->curves / f->of->factors.initializers;
    out->claim = claim_of(f, outputs);
    out->evidence = SAY("%s%s", evidence + 1,
                        each > 1 ? SAY(" Means over %zu settings, one value a seed.", each) : "");
    return true;
}

/* --- Learning rates ------------------------------------------------------------------ */

static const char *rate_text(ins_finder *f, size_t rate)
{
    const ins_study_factor *of = &f->of->factors.factor[f->of->widths.rate_factor];
    return ins_say_literal(f->arena, of->level[rate]);
}

static bool is_best(const ins_widths *of, size_t initializer, size_t width, size_t rate)
{
    return of->best[(initializer * of->widths + width) * of->rates + rate];
}

/* From this width on so many, one after the other, have the rate among the best. */
static size_t reach(const ins_widths *of, size_t initializer, size_t from, size_t rate)
{
    size_t count = 0;
    while (from + count < of->widths && is_best(of, initializer, from + count, rate)) count++;
    return count;
}

/* Rates that are among the best at every width; their number. only: the last of them. */
static size_t serving(const ins_widths *of, size_t initializer, size_t *only)
{
    size_t count = 0;
    for (size_t r = 0; r < of->rates; r++) {
        if (reach(of, initializer, 0, r) < of->widths) continue;
        count++;
        *only = r;
    }
    return count;
}

/* "0.016 up to 64", "0.004 from 128 on" */
static const char *stretch(ins_finder *f, const char *what, size_t from, size_t count)
{
    const double *width = f->of->widths.width;
    size_t last = from + count - 1;
    if (count == 1) return SAY("%s at %.0f", what, width[from]);
    if (from == 0) return SAY("%s up to %.0f", what, width[last]);
    if (last + 1 == f->of->widths.widths) return SAY("%s from %.0f on", what, width[from]);
    return SAY("%s from %.0f to %.0f", what, width[from], width[last]);
}

/* The rates that serve longest, one after the other. */
static const char *by_width(ins_finder *f, size_t initializer)
{
    const ins_widths *of = &f->of->widths;
    const char **item = ins_arena_get(f->arena, of->widths + 1, sizeof *item, "widths");
    size_t count = 0;
    for (size_t at = 0, most; at < of->widths; at += most) {
        const char *what = "nothing learned";
        most = 0;
        for (size_t r = 0; r < of->rates; r++) {
            size_t length = reach(of, initializer, at, r);
            if (length <= most) continue;
            most = length;
            what = rate_text(f, r);
        }
        if (most == 0) most = 1;
        item[count++] = stretch(f, what, at, most);
    }
    return ins_say_list(f->arena, item, count, of->widths);
}

static const char *rates_of(ins_finder *f, size_t initializer)
{
    const ins_widths *of = &f->of->widths;
    const char **item = ins_arena_get(f->arena, of->rates + 1, sizeof *item, "rates");
    size_t only = 0, count = serving(of, initializer, &only), listed = 0;
    const char *widths = ins_say_of(f->arena, of->widths, of->widths, "width");
    if (count == 0) return SAY("none of the %zu is: %s", of->rates, by_width(f, initializer));
    for (size_t r = 0; r < of->rates; r++)
        if (reach(of, initializer, 0, r) == of->widths) item[listed++] = rate_text(f, r);
    const char *end = count == 1 && only + 1 == of->rates ? ", the largest tried,"
                      : count == 1 && only == 0           ? ", the smallest tried,"
                                                          : "";
    return SAY("%s%s %s among the best at %s", ins_say_list(f->arena, item, listed, of->rates), end,
               count == 1 ? "is" : "are", widths);
}

/* Initializers of which the same is said, from this one on; NULL: one before it is among them. */
static const char *of_same_rates(ins_finder *f, size_t initializer)
{
    size_t n = f->of->factors.initializers, count = 0;
    const char *rates = rates_of(f, initializer);
    const char **item = ins_arena_get(f->arena, n, sizeof *item, "names");
    for (size_t i = 0; i < n; i++) {
        if (strcmp(rates_of(f, i), rates) != 0) continue;
        if (i < initializer) return NULL;
        item[count++] = ins_say_initializer(f->arena, i);
    }
    return ins_say_list(f->arena, item, count, INS_FINDER_NAMED);
}

/* "With a and b 0.1 is among the best at all 5 widths": those that one rate serves, or the others;
 * behind what was said before. */
static const char *say_rates(ins_finder *f, bool served, const char *before)
{
    const ins_widths *of = &f->of->widths;
    for (size_t i = 0; i < f->of->factors.initializers; i++) {
        size_t only;
        bool first = *before == '\0', serves = serving(of, i, &only) > 0;
        const char *names = serves == served ? of_same_rates(f, i) : NULL;
        if (names == NULL) continue;
        const char *rates =
            served || !first
                ? rates_of(f, i)
                : SAY("none of the %zu learning rates is among the best at every width: %s",
                      of->rates, by_width(f, i));
        before = SAY("%s%s %s %s", before, first ? "With" : "; with", names, rates);
    }
    return before;
}

bool ins_answer_rates(ins_finder *f, ins_finding *out)
{
    const ins_widths *of = &f->of->widths;
    size_t n = f->of->factors.initializers, yes = 0, no = 0, only;
    if (of->rates < 2 || !of->told || n == 0) return false;
    const char **serve = ins_arena_get(f->arena, n, sizeof *serve, "names");
    const char **fail = ins_arena_get(f->arena, n, sizeof *fail, "names");
    for (size_t i = 0; i < n; i++) {
        const char *name = ins_say_initializer(f->arena, i);
        if (serving(of, i, &only) > 0) {
            serve[yes++] = name;
        } else {
            fail[no++] = name;
        }
    }
    /* Those that one rate serves come first: then "none is" has something to refer to. */
    const char *evidence = say_rates(f, false, say_rates(f, true, ""));
    const char *served = ins_say_list(f->arena, serve, yes, INS_FINDER_NAMED);
    out->claim = no == 0 && n > 1 ? "With each initializer one learning rate serves every width."
                 : no == 0        ? "One learning rate serves every width."
                 : yes == 0       ? SAY("None of %zu learning rates serves every width.", of->rates)
                            : SAY("One learning rate serves every width with %s, not with %s.",
                                  served, ins_say_list(f->arena, fail, no, INS_FINDER_NAMED));
    out->evidence = SAY("%s.", evidence);
    return true;
}
