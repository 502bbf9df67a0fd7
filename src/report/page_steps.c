/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Recurrent layers by time step: z, the state, and the error on its way back. */
#include <config.h>

#include "pages.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

#include "curves.h"

#include "initscope/sequence.h"
#include "initscope/thresholds.h"

enum { MOST_SETTINGS = 4, MOST_CELLS = 16, MOST_ROWS = 24 };

static bool is_shown(const ins_tell *tell, size_t arm)
{
    ins_step_cell cell;
    return ins_step_cells_of(tell->study, arm, &cell, 1) > 0 && cell.steps > 1;
}

bool ins_steps_applies(const ins_tell *tell)
{
    if (!ins_study_has_file(tell->study, INS_LOG_STEPS)) return false;
    for (size_t a = 0; a < tell->study->arms; a++)
        if (is_shown(tell, a)) return true;
    return false;
}

/* --- Curves ----------------------------------------------------------------------------- */

/* A number of a cell at a step. */
typedef struct step_place {
    const ins_step_cell *cell;
    ins_column_id column;
    ins_step_tensor tensor;
    size_t step;
} step_place;

static double value_of(const ins_study *study, size_t run, const void *context)
{
    const step_place *at = context;
    return ins_step_cell_at(study, run, at->cell, at->column, at->tensor, at->step);
}

/* Errors are drawn by how far back their step is. */
static double place_of(const step_place *at)
{
    return at->tensor == INS_STEP_DELTA ? (double)(at->cell->steps - at->step) : (double)at->step;
}

static void add_curve(ins_tell *tell, ins_chart *chart, ins_panel *panel, size_t arm, step_place at)
{
    const ins_mark *mark = ins_tell_mark_in_setting(tell, arm);
    ins_series *theory =
        ins_mark_series(chart, panel, INS_SERIES_THEORY, INS_TELL("%s theory", mark->name), mark);
    ins_series *curve = ins_mark_series(chart, panel, INS_SERIES_LINE, mark->name, mark);
    curve->label = mark->name;
    step_place predicted = at;
    predicted.column = INS_STEPS_THEORY;
    for (size_t step = 1; step <= at.cell->steps; step++) {
        at.step = predicted.step = step;
        ins_seeds seeds = ins_over_seeds(tell->study, arm, INS_GEOMETRIC, value_of, &at);
        ins_series_add(chart, curve, ins_seeds_point(place_of(&at), &seeds));
        if (at.column != INS_STEPS_SECOND_MOMENT) continue;
        double y = value_of(tell->study, tell->study->arm[arm].run[0], &predicted);
        ins_series_add(chart, theory,
                       (ins_point){.x = place_of(&at), .y = y, .lower = NAN, .upper = NAN});
    }
}

/* --- Figures ---------------------------------------------------------------------------- */

static const struct {
    const char *title;
    ins_column_id column;
    ins_step_tensor tensor;
} quantities[] = {
    {"Error δ: second moment", INS_STEPS_SECOND_MOMENT, INS_STEP_DELTA},
    {"State: second moment", INS_STEPS_SECOND_MOMENT, INS_STEP_STATE},
    {"State: variance between rows", INS_STEPS_VARIANCE, INS_STEP_STATE},
    {"z: second moment", INS_STEPS_SECOND_MOMENT, INS_STEP_PREACTIVATION},
    {"z: variance between rows", INS_STEPS_VARIANCE, INS_STEP_PREACTIVATION},
};

enum { QUANTITIES = sizeof quantities / sizeof quantities[0] };

static void finish_panel(ins_tell *tell, ins_panel *panel, bool back, size_t steps)
{
    double low, high;
    panel->x = back ? ins_axis_whole(tell->arena, 0, (long long)steps - 1, 6)
                    : ins_axis_whole(tell->arena, 1, (long long)steps, 6);
    panel->x_title = back ? "steps back from the last" : "time step";
    if (!ins_panel_range(panel, false, true, &low, &high)) low = high = 1;
    panel->y = ins_axis_log(tell->arena, low, high);
    ins_axis_thin(&panel->y, 7);
}

/* Whether what differs between rows is, of z and of states, somewhere less than the threshold's
 * share: then it is drawn beside them. */
static bool lies_apart(const ins_tell *tell, size_t arm, const ins_step_cell *cell)
{
    for (unsigned tensor = 0; tensor < INS_STEP_DELTA; tensor++)
        for (size_t step = 1; step <= cell->steps; step++) {
            step_place at = {cell, INS_STEPS_SECOND_MOMENT, (ins_step_tensor)tensor, step};
            ins_seeds size = ins_over_seeds(tell->study, arm, INS_GEOMETRIC, value_of, &at);
            at.column = INS_STEPS_VARIANCE;
            ins_seeds signal = ins_over_seeds(tell->study, arm, INS_GEOMETRIC, value_of, &at);
            if (size.interval.mean >
                signal.interval.mean * ins_threshold_of(INS_THRESHOLD_SIZE_APART))
                return true;
        }
    return false;
}

/* The cell that is the number-th of each arm. *key: what the figure before said of itself. */
static bool draw(ins_tell *tell, const ins_arm_group *of, size_t number, const char *name,
                 const char **key)
{
    ins_chart *chart =
        ins_chart_new(tell->arena, "steps", "Recurrent layers by time step", INS_SHAPE_LOW);
    ins_step_cell cell[INS_GROUP_ARMS][MOST_CELLS];
    size_t steps = 0, cells[INS_GROUP_ARMS];
    bool gates = false, forgets = false, apart = false;
    chart->across = 2;
    for (size_t i = 0; i < of->count; i++) {
        cells[i] = ins_step_cells_of(tell->study, of->arm[i], cell[i], MOST_CELLS);
        if (number >= cells[i]) continue;
        const ins_step_cell *at = &cell[i][number];
        if (at->steps > steps) steps = at->steps;
        gates = gates || at->gates > 1;
        forgets = forgets || ins_step_cell_forgets(&tell->study->arm[of->arm[i]], at);
        apart = apart || lies_apart(tell, of->arm[i], at);
    }
    for (size_t q = 0; q < QUANTITIES; q++) {
        if (quantities[q].column == INS_STEPS_VARIANCE && !apart) continue;
        if (quantities[q].tensor == INS_STEP_PREACTIVATION && tell->book) continue;
        ins_panel *panel = ins_chart_panel(chart, quantities[q].title);
        for (size_t i = 0; i < of->count; i++)
            if (cells[i] > number)
                add_curve(
                    tell, chart, panel, of->arm[i],
                    (step_place){&cell[i][number], quantities[q].column, quantities[q].tensor, 0});
        finish_panel(tell, panel, quantities[q].tensor == INS_STEP_DELTA, steps);
    }
    if (ins_chart_prune(chart) == 0) return false;
    const char *text = INS_TELL(
        "Before training, geometric means over seeds, bands from the smallest seed to the "
        "largest%s%s.%s%s",
        !gates       ? ""
        : tell->book ? "; the error is a mean over the gates"
                     : "; z and error are means over the gates",
        forgets ? "; the state of an LSTM is c" : "",
        apart ? ""
              : INS_TELL(" Of z and of the state at least one part in %s differs between rows.",
                         ins_say(tell->arena, ins_threshold_of(INS_THRESHOLD_SIZE_APART))),
        ins_chart_has(chart, INS_SERIES_THEORY) ? " Dashed: theory." : "");
    bool said = *key != NULL && strcmp(*key, text) == 0;
    ins_add_chart(tell->document, chart,
                  INS_TELL("%s%s", name, said ? "As the figure before." : text));
    *key = text;
    return true;
}

/* The first cell; in a report of its own also the last of several. */
static size_t draw_group(ins_tell *tell, const ins_arm_group *of, const char **key)
{
    ins_step_cell cell[MOST_CELLS];
    const ins_arm *first = &tell->study->arm[of->arm[0]];
    size_t cells = ins_step_cells_of(tell->study, of->arm[0], cell, MOST_CELLS), drawn = 0;
    if (cells > MOST_CELLS) cells = MOST_CELLS;
    if (cells > 0 && *of->label != '\0')
        ins_add_heading(tell->document, ins_document_escape(tell->document, of->label));
    for (size_t c = 0; c<cells; c += cells> 1 ? cells - 1 : 1) {
        const char *name = ins_short_name(tell, ins_step_cell_name(tell->arena, first, &cell[c]),
                                          INS_BESIDE_LONGEST);
        drawn += draw(tell, of, c, cells > 1 ? INS_TELL("*%s.* ", name) : "", key);
    }
    return drawn;
}

/* --- The table --------------------------------------------------------------------------- */

static const char *steps_text(const ins_tell *tell, size_t arm, const ins_seeds *steps)
{
    size_t all = tell->analysis->run[tell->study->arm[arm].run[0]].sequence.steps;
    if (steps->interval.n > 0) return ins_tell_interval(tell, steps->interval, false);
    return steps->infinite > 0 ? INS_TELL("over %zu", all - 1) : "–";
}

static const char *kept_text(const ins_tell *tell, const ins_seeds *kept)
{
    return kept->interval.n == 0 && kept->zeros > 0
               ? "0"
               : ins_tell_interval(tell, kept->interval, false);
}

static void write_table(ins_tell *tell)
{
    const ins_table_column columns[] = {
        {tell->by_setting ? "Setting" : "Initializer", INS_LEFT, 0, false},
        {"left at the first step", INS_RIGHT, 0, false},
        {"halves in steps", INS_RIGHT, 0, false},
        {"seen, steps back", INS_RIGHT, 0, false},
        {"state × a step", INS_RIGHT, 0, false}};
    size_t rows = 0, row = 0, all = 0;
    for (size_t a = 0; a < tell->study->arms; a++) all += is_shown(tell, a);
    rows = all > MOST_ROWS ? MOST_ROWS : all;
    ins_table_block *table = ins_add_table(tell->document, columns, 5, rows);
    table->caption = "How far back";
    for (size_t a = 0; a < tell->study->arms && row < rows; a++) {
        const ins_arm_judgement *of = &tell->analysis->arm[a];
        if (!is_shown(tell, a)) continue;
        ins_cell *cell = ins_table_cell(table, row++, 0);
        cell[0].text = ins_mark_text(tell->document, ins_tell_arm(tell, a));
        cell[0].mark = ins_tell_arm(tell, a);
        cell[1].text = kept_text(tell, &of->kept);
        cell[1].bad = ins_has_verdict(of, INS_VERDICT_VANISHING_STEPS);
        cell[2].text = steps_text(tell, a, &of->half);
        cell[3].text = steps_text(tell, a, &of->seen);
        cell[4].text = ins_tell_interval(tell, of->step_growth.interval, false);
        cell[4].bad = ins_has_verdict(of, INS_VERDICT_EXPLODING_STEPS);
    }
    table->note = INS_TELL(
        "Of the first recurrent layer, before training, geometric means over seeds and their "
        "intervals: its error at the first step over that at the last; the steps back in which it "
        "falls to a half, and to a share of %s; the growth of the state's second moment a step, "
        "over the later half of them, the largest of all recurrent layers.%s",
        ins_say(tell->arena, ins_threshold_of(INS_THRESHOLD_MEMORY)),
        all > rows ? INS_TELL(" %zu more are not listed.", all - rows) : "");
}

/* --- The page ---------------------------------------------------------------------------- */

/* Of the arms that explode over time, whether some do by their errors. */
static bool errors_explode(const ins_tell *tell)
{
    for (size_t a = 0; a < tell->study->arms; a++)
        if (tell->analysis->arm[a].kept.interval.mean >
            ins_threshold_of(INS_THRESHOLD_STEPS_GROWTH))
            return true;
    return false;
}

/* NAN: not known. */
static double kept_of(const ins_tell *tell, size_t arm)
{
    const ins_seeds *kept = &tell->analysis->arm[arm].kept;
    return kept->interval.n == 0 && kept->zeros > 0 ? 0 : kept->interval.mean;
}

/* The arms of which least and most of the error arrives; SIZE_MAX: it is not known of any. */
static void find_ends(const ins_tell *tell, size_t *least, size_t *most)
{
    *least = *most = SIZE_MAX;
    for (size_t a = 0; a < tell->study->arms; a++) {
        if (isnan(kept_of(tell, a))) continue;
        if (*least == SIZE_MAX || kept_of(tell, a) < kept_of(tell, *least)) *least = a;
        if (*most == SIZE_MAX || kept_of(tell, a) > kept_of(tell, *most)) *most = a;
    }
}

/* What is wrong, else how much of the error arrives. */
static const char *title_of(ins_tell *tell)
{
    size_t count, least, most;
    const char *names = ins_tell_with(tell, INS_VERDICT_EXPLODING_STEPS, &count);
    if (count > 0)
        return INS_TELL("%s over time with %s",
                        errors_explode(tell) ? "The error explodes" : "The state explodes", names);
    names = ins_tell_with(tell, INS_VERDICT_VANISHING_STEPS, &count);
    if (count > 0) return INS_TELL("The error does not reach the first time step with %s", names);
    find_ends(tell, &least, &most);
    if (least == SIZE_MAX) return "Recurrent layers by time step";
    const char *low = ins_say(tell->arena, kept_of(tell, least));
    const char *high = ins_say(tell->arena, kept_of(tell, most));
    return INS_TELL("Of the error %s%s%s is left at the first time step", low,
                    strcmp(low, high) != 0 ? " to " : "", strcmp(low, high) != 0 ? high : "");
}

void ins_write_steps(ins_tell *tell)
{
    size_t drawn = 0, least, most, groups = ins_tell_groups(tell, true);
    const char *key = NULL;
    find_ends(tell, &least, &most);
    ins_section_begin(tell->document, "steps", "Time steps", title_of(tell), false);
    write_table(tell);
    for (size_t g = 0; g < groups && drawn < MOST_SETTINGS; g++) {
        ins_arm_group of = ins_tell_group(tell, g, true, is_shown);
        if (tell->book && least != SIZE_MAX && !ins_group_holds(&of, least) &&
            !ins_group_holds(&of, most))
            continue;
        if (of.count > 0) drawn += draw_group(tell, &of, &key);
    }
}
