/* Sweeps: every factor that varies against the initializers, and what to choose. */
#include <config.h>

#include "pages.h"

#include <math.h>
#include <stdint.h>

#include "phrases.h"
#include "sweep_figure.h"

const char *ins_no_grid(const ins_part *part)
{
    ins_arena *arena = ins_arena_new();
    bool varies = ins_factors_of(part->study, arena).count > 0;
    ins_arena_free(arena);
    return varies ? NULL : "";
}

static const char *name_of(ins_flow *flow, const ins_sweep *sweep, size_t row)
{
    const double longest = 52; /* mm in a table */
    const char *clean = ins_flow_clean(flow, sweep->factors->initializer[row]);
    return ins_flow_escape(flow, ins_elide(flow->arena, clean, INS_REGULAR, 9, longest));
}

/* "a, b and c" of the initializers that which says, but skip; at most five by name. */
static const char *names_of(ins_flow *flow, const ins_sweep *sweep, const bool *which, size_t skip,
                            size_t *count)
{
    const size_t most = 5;
    const char *text = "";
    size_t all = 0, listed = 0;
    for (size_t r = 0; r < sweep->rows; r++) all += which[r] && r != skip;
    for (size_t r = 0; r < sweep->rows && listed < most; r++) {
        if (!which[r] || r == skip) continue;
        const char *joint = listed == 0 ? "" : listed + 1 == all ? " and " : ", ";
        text = ins_flow_format(flow, "%s%s%s", text, joint, name_of(flow, sweep, r));
        listed++;
    }
    *count = all;
    return all > listed ? ins_flow_format(flow, "%s and %zu more", text, all - listed) : text;
}

/* Initializers that are best, or not told apart from the best, wherever some initializer learns. */
static bool *always_best(ins_flow *flow, const ins_sweep *sweep, size_t *columns)
{
    bool *out = ins_arena_get(flow->arena, sweep->rows, sizeof *out, "grid");
    *columns = 0;
    for (size_t r = 0; r < sweep->rows; r++) out[r] = true;
    for (size_t i = 0; i < sweep->blocks * sweep->columns; i++) {
        const ins_sweep_best *best = &sweep->best[i];
        if (best->row == SIZE_MAX || !best->learned) continue;
        (*columns)++;
        for (size_t r = 0; r < sweep->rows; r++) out[r] = out[r] && best->tied[r];
    }
    return out;
}

static const char *title_of(ins_flow *flow, const ins_sweep *sweep)
{
    size_t columns, count;
    const bool *always = always_best(flow, sweep, &columns);
    const char *name = sweep->factor->name;
    if (sweep->rows == 1) {
        return ins_flow_format(flow, "%s at every %s", name_of(flow, sweep, 0), name);
    }
    if (columns == 0) return ins_flow_format(flow, "No initializer learns at any %s", name);
    const char *names = names_of(flow, sweep, always, SIZE_MAX, &count);
    if (count == 0) return ins_flow_format(flow, "The best initializer depends on the %s", name);
    if (count == sweep->rows) {
        return ins_flow_format(flow, "The seeds tell no initializer from another at any %s", name);
    }
    if (count > 3) {
        return ins_flow_format(flow,
                               "%s initializers are never told apart from the best, whatever "
                               "the %s",
                               ins_capital(flow, ins_say_count(flow, count)), name);
    }
    return ins_flow_format(flow, "%s: the best, or not told apart from it, whatever the %s", names,
                           name);
}

static void explain(ins_flow *flow, const ins_sweep *sweep)
{
    const char *others = "";
    if (sweep->averaged) {
        others = " The other factors that vary are averaged over, seed by seed.";
    } else if (sweep->blocks > 1) {
        others = " Each combination of the other factors has a block of its own.";
    }
    const char *compared = "With one seed nothing can be tested: the best is only the highest "
                           "number.";
    if (sweep->seeds > 1) {
        compared = ins_flow_format(
            flow,
            "Initializers are compared with the best of their row, paired by seed and corrected by "
            "Holm’s method within the row; those that learn, too, with an adjusted p of %s or "
            "more, are not told apart from it. Few seeds tell little apart: that is no proof of "
            "equality.",
            ins_say(flow, ins_threshold_of(INS_THRESHOLD_SIGNIFICANT)));
    }
    ins_flow_paragraph(
        flow, ins_flow_format(flow, "The measured grid of initializer and %s, %s a cell.%s %s",
                              sweep->factor->name, ins_say_plural(flow, sweep->seeds, "seed"),
                              others, compared));
}

static const char *say_percent_interval(ins_flow *flow, ins_interval value)
{
    ins_text text = {0};
    ins_prose_percent_interval(&text, value);
    const char *out = ins_flow_format(flow, "%s", text.data);
    ins_text_free(&text);
    return out;
}

/* One row of advice: the best of a column of the grid, and what ties with it. */
static void advise(ins_flow *flow, const ins_sweep *sweep, size_t block, size_t column,
                   ins_cell *row)
{
    const ins_sweep_best *best = &sweep->best[block * sweep->columns + column];
    const char *level = ins_flow_clean(flow, sweep->factor->level[column]);
    if (sweep->blocks > 1) {
        level = ins_flow_format(flow, "%s, %s", level, ins_flow_clean(flow, sweep->block[block]));
    }
    row[0] = (ins_cell){.text = ins_flow_escape(flow, level), .bold = true};
    if (best->row == SIZE_MAX) {
        row[1].text = "–";
        return;
    }
    const ins_sweep_cell *cell = &sweep->cell[ins_sweep_at(sweep, block, best->row, column)];
    size_t ties;
    row[1] = (ins_cell){.text = best->learned ? name_of(flow, sweep, best->row) : "none learns",
                        .bad = !best->learned};
    row[2].text = say_percent_interval(flow, cell->accuracy);
    if (!best->learned) return;
    const char *tied = names_of(flow, sweep, best->tied, best->row, &ties);
    row[3].text = sweep->seeds < 2 ? "not tested" : ties == 0 ? "none" : tied;
}

static void advice(ins_flow *flow, const ins_sweep *sweep)
{
    enum { COLUMNS = 4 };
    size_t rows = sweep->blocks * sweep->columns;
    const ins_table_column column[COLUMNS] = {
        {ins_capital(flow, sweep->factor->name), sweep->blocks > 1 ? 42 : 26, INS_LEFT},
        {"Best initializer", sweep->blocks > 1 ? 36 : 44, INS_LEFT},
        {"Test accuracy", 35, INS_LEFT},
        {"Not told apart from it", sweep->blocks > 1 ? 57 : 65, INS_LEFT}};
    ins_cell *cell = ins_arena_get(flow->arena, rows * COLUMNS, sizeof *cell, "table");
    for (size_t b = 0; b < sweep->blocks; b++) {
        for (size_t c = 0; c < sweep->columns; c++) {
            advise(flow, sweep, b, c, cell + (b * sweep->columns + c) * COLUMNS);
        }
    }
    ins_table_layout table = {
        .column = column, .columns = COLUMNS, .rows = rows, .cell = cell, .wrap = true};
    ins_flow_table(flow, &table);
}

static const char *caption_of(ins_flow *flow, const ins_sweep *sweep, ins_sweep_measure measure)
{
    const char *of = sweep->averaged ? " over the seeds and the other factors" : " over the seeds";
    double chance = flow->part->analysis->chance;
    if (measure == INS_SWEEP_ACCURACY) {
        const char *learned = ins_flow_format(
            flow,
            " Below it, the runs that learned: they went at least a tenth of the way from the "
            "majority share, %s, to 100%%.",
            ins_say_percent(flow, chance));
        const char *reach = ins_sweep_has_reach(sweep)
                                ? " Orange marks: the depth that theory lets the signal of a row "
                                  "reach, where the deepest network is deeper."
                                : "";
        return ins_flow_format(flow, "Mean test accuracy at the end%s; darker is better.%s%s", of,
                               isnan(chance) ? "" : learned, reach);
    }
    return ins_flow_format(flow,
                           "Factor by which Var z changes from one hidden layer to the next, "
                           "geometric mean%s: blue loses signal, orange gains it, white keeps it.",
                           of);
}

/* Before the first update only activation and shape make a difference: one gain a row. */
static bool same_gains(const ins_sweep *sweep)
{
    for (size_t i = 0; i < sweep->blocks * sweep->rows * sweep->columns; i++) {
        size_t row = i / sweep->columns % sweep->rows;
        double gain = sweep->cell[i].gain, first = sweep->cell[ins_sweep_at(sweep, 0, row, 0)].gain;
        if (gain != first && !(isnan(gain) && isnan(first))) return false;
    }
    return true;
}

static void say_gains(ins_flow *flow, const ins_sweep *sweep)
{
    const char *text = "";
    for (size_t r = 0; r < sweep->rows; r++) {
        double gain = sweep->cell[ins_sweep_at(sweep, 0, r, 0)].gain;
        text = ins_flow_format(flow, "%s%s%s %s", text, r > 0 ? ", " : "", name_of(flow, sweep, r),
                               gain == 0 ? "no signal" : ins_say(flow, gain));
    }
    ins_flow_note(flow, ins_flow_format(flow,
                                        "The forward gain per hidden layer at epoch 0 is the same "
                                        "in all columns: %s.",
                                        text));
}

static void draw_factor(ins_flow *flow, const ins_page *page, const ins_study_factors *factors,
                        size_t f)
{
    ins_sweep sweep = ins_sweep_of(flow, factors, f);
    ins_flow_title(flow, page->kicker, title_of(flow, &sweep));
    explain(flow, &sweep);
    advice(flow, &sweep);
    for (ins_sweep_measure m = 0; m < INS_SWEEP_MEASURES; m++) {
        if (!ins_sweep_has(flow, &sweep, m)) continue;
        if (m == INS_SWEEP_GAIN && same_gains(&sweep)) {
            say_gains(flow, &sweep);
            continue;
        }
        ins_figure *figure = ins_sweep_draw(flow, &sweep, m);
        ins_flow_caption(flow, figure, caption_of(flow, &sweep, m));
    }
}

const char *ins_grid_title(ins_flow *flow, const ins_study_factors *factors, size_t factor)
{
    ins_sweep sweep = ins_sweep_of(flow, factors, factor);
    return title_of(flow, &sweep);
}

void ins_page_grid(ins_flow *flow, const ins_page *page)
{
    ins_study_factors factors = ins_factors_of(flow->part->study, flow->arena);
    for (size_t f = 0; f < factors.count; f++) draw_factor(flow, page, &factors, f);
}
