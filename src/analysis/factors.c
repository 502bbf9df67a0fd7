/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* The factors of a run directory and their levels. */
#include <config.h>

#include "initscope/factors.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "initscope/text.h"

#include "groups.h"
#include "study_internal.h"
#include "text_map.h"

/* The layers of "10x64", "64,64" or "128,4x64", and their width; 0 when it is not the same. */
static double depth_of(const char *shape, double *width)
{
    double depth = 0;
    *width = NAN;
    while (*shape != '\0') {
        char *end;
        double times = 1, units = strtod(shape, &end);
        if (*end == 'x') {
            times = units;
            units = strtod(end + 1, &end);
        }
        if (end == shape) break;
        depth += times;
        *width = isnan(*width) || *width == units ? units : 0;
        shape = *end != '\0' ? end + 1 : end;
    }
    return depth;
}

static double key_of(ins_column_id column, const char *level, size_t place)
{
    double number, width;
    if (column == INS_RUNS_HIDDEN) {
        double depth = depth_of(level, &width);
        return depth * 1e7 + (isnan(width) ? 0 : width);
    }
    bool numeric = ins_parse_number(level, strlen(level), &number) == INS_NUMBER_FINITE;
    return numeric ? number : (double)place;
}

typedef struct keyed_level {
    double key;
    size_t place;
} keyed_level;

static int by_key(const void *left, const void *right)
{
    const keyed_level *a = left, *b = right;
    if (a->key != b->key) return a->key < b->key ? -1 : 1;
    return (a->place > b->place) - (a->place < b->place);
}

/* Sorts the levels and renumbers the arms. */
static void sort_levels(ins_study_factor *factor, size_t arms, ins_arena *arena)
{
    size_t n = factor->levels;
    keyed_level *order = ins_arena_get(arena, n, sizeof *order, "factors");
    size_t *place = ins_arena_get(arena, n, sizeof *place, "factors");
    const char **sorted = ins_arena_get(arena, n, sizeof *sorted, "factors");
    for (size_t i = 0; i < n; i++)
        order[i] = (keyed_level){key_of(factor->column, factor->level[i], i), i};
    qsort(order, n, sizeof *order, by_key);
    for (size_t i = 0; i < n; i++) {
        sorted[i] = factor->level[order[i].place];
        place[order[i].place] = i;
    }
    factor->level = sorted;
    for (size_t a = 0; a < arms; a++) factor->of[a] = place[factor->of[a]];
}

/* Shapes of one width differ in their depth alone: that is what stands in the grid then. */
static void name_depths(ins_study_factor *factor, ins_arena *arena)
{
    double width, first;
    depth_of(factor->level[0], &first);
    for (size_t i = 0; i < factor->levels; i++) {
        depth_of(factor->level[i], &width);
        if (!(width > 0) || width != first) return;
    }
    for (size_t i = 0; i < factor->levels; i++) {
        factor->level[i] = ins_arena_format(arena, "%.0f", depth_of(factor->level[i], &width));
    }
    factor->name = "depth";
    factor->title = ins_arena_format(arena, "hidden layers of %.0f units", first);
    factor->phrase = "%s hidden layers";
    factor->phrase_of_one = "%s hidden layer";
}

static ins_study_factor read_factor(const ins_study *study, const recorded_factor *of,
                                    ins_arena *arena)
{
    ins_study_factor out = {
        .column = of->column, .name = of->name, .title = of->name, .phrase = of->phrase};
    out.level = ins_arena_get(arena, study->arms + 1, sizeof *out.level, "factors");
    out.of = ins_arena_get(arena, study->arms + 1, sizeof *out.of, "factors");
    ins_text_map levels;
    ins_text_map_start(&levels);
    for (size_t a = 0; a < study->arms; a++) out.of[a] = ins_text_map_put(&levels, of->level[a]);
    out.levels = levels.count;
    for (size_t l = 0; l < levels.count; l++) out.level[l] = levels.text[l];
    ins_text_map_free(&levels);
    return out;
}

static void list_initializers(const ins_study *study, ins_study_factors *out)
{
    ins_text_map initializers;
    ins_text_map_start(&initializers);
    for (size_t a = 0; a < study->arms; a++)
        out->initializer_of[a] = ins_text_map_put(&initializers, study->arm[a].initializer);
    out->initializers = initializers.count;
    for (size_t i = 0; i < initializers.count; i++) out->initializer[i] = initializers.text[i];
    ins_text_map_free(&initializers);
}

ins_study_factors ins_factors_of(const ins_study *study, ins_arena *arena)
{
    ins_study_factors out = {0};
    size_t arms = study->arms;
    out.factor = ins_arena_get(arena, study->index->factors + 1, sizeof *out.factor, "factors");
    out.initializer = ins_arena_get(arena, arms + 1, sizeof *out.initializer, "factors");
    out.initializer_of = ins_arena_get(arena, arms + 1, sizeof *out.initializer_of, "factors");
    out.setting_of = ins_arena_get(arena, arms + 1, sizeof *out.setting_of, "factors");
    list_initializers(study, &out);
    for (size_t f = 0; f < study->index->factors; f++) {
        ins_study_factor factor = read_factor(study, &study->index->factor[f], arena);
        if (!ins_groups_part(out.setting_of, factor.of, arms)) continue;
        sort_levels(&factor, arms, arena);
        if (factor.column == INS_RUNS_HIDDEN) name_depths(&factor, arena);
        out.factor[out.count++] = factor;
    }
    return out;
}

const char *ins_factor_phrase(ins_arena *arena, const ins_study_factor *factor, size_t level)
{
    const char *text = factor->level[level], *phrase = factor->phrase;
    if (factor->phrase_of_one != NULL && strcmp(text, "1") == 0) phrase = factor->phrase_of_one;
    return ins_factor_text(arena, phrase, text);
}
