/* The rules behind the words, and where the numbers come from. */
#include <config.h>

#include "pages.h"

#include <string.h>

#include "phrases.h"

static void verdict_rules(ins_flow *flow)
{
    static const ins_table_column column[] = {{"Verdict", 32, INS_LEFT}, {"Rule", 138, INS_LEFT}};
    ins_cell cell[INS_VERDICTS * 2];
    for (size_t v = 0; v < INS_VERDICTS; v++) {
        cell[2 * v] = (ins_cell){.text = ins_verdict_table[v].name, .bold = true};
        cell[2 * v + 1] = (ins_cell){.text = ins_flow_escape(flow, ins_verdict_table[v].rule)};
    }
    ins_table_layout table = {
        .column = column, .columns = 2, .rows = INS_VERDICTS, .cell = cell, .wrap = true};
    ins_flow_heading(flow, "Verdicts");
    ins_flow_table(flow, &table);
}

static void thresholds(ins_flow *flow)
{
    static const ins_table_column column[] = {{"Threshold", 40, INS_LEFT},
                                              {"Value", 20, INS_RIGHT},
                                              {"", 4, INS_LEFT},
                                              {"Meaning", 106, INS_LEFT}};
    const size_t rows = INS_THRESHOLDS;
    ins_cell *cell = ins_arena_get(flow->arena, rows * 4, sizeof *cell, "table");
    for (size_t r = 0; r < rows; r++) {
        const ins_threshold_row *row = &ins_threshold_table[r];
        cell[4 * r].text = ins_flow_escape(flow, row->name);
        cell[4 * r + 1].text = ins_say(flow, row->value);
        cell[4 * r + 3].text = ins_flow_escape(flow, row->meaning);
    }
    ins_table_layout table = {
        .column = column, .columns = 4, .rows = rows, .cell = cell, .wrap = true};
    ins_flow_heading(flow, "Thresholds");
    ins_flow_table(flow, &table);
}

static void tensors(ins_flow *flow)
{
    enum { COLUMNS = 4 };
    static const ins_table_column column[COLUMNS] = {{"Tensor", 26, INS_LEFT},
                                                     {"Symbol", 44, INS_LEFT},
                                                     {"Shape", 34, INS_LEFT},
                                                     {"What it is", 66, INS_LEFT}};
    ins_cell cell[INS_TENSORS * COLUMNS];
    for (size_t t = 0; t < INS_TENSORS; t++) {
        const ins_tensor_row *row = &ins_tensor_table[t];
        cell[t * COLUMNS] = (ins_cell){.text = row->name, .bold = true};
        cell[t * COLUMNS + 1] = (ins_cell){.text = ins_flow_escape(flow, row->symbol)};
        cell[t * COLUMNS + 2] = (ins_cell){.text = ins_flow_escape(flow, row->shape)};
        cell[t * COLUMNS + 3] = (ins_cell){.text = ins_flow_escape(flow, row->description)};
    }
    ins_table_layout table = {
        .column = column, .columns = COLUMNS, .rows = INS_TENSORS, .cell = cell, .wrap = true};
    ins_flow_heading(flow, "What was recorded in every layer");
    ins_flow_table(flow, &table);
}

/* A value as text; one that is a number of many digits, rounded. */
static const char *shown_value(ins_flow *flow, const char *value)
{
    double number;
    size_t length = strlen(value);
    bool long_number = length > 9 && strchr(value, '.') != NULL &&
                       ins_parse_number(value, length, &number) == INS_NUMBER_FINITE;
    return long_number ? ins_say(flow, number) : ins_flow_escape(flow, value);
}

static bool has_value(const ins_pairs *pairs, size_t i)
{
    return pairs->value[i] != NULL && *pairs->value[i] != '\0';
}

static void pairs_table(ins_flow *flow, const char *heading, const ins_pairs *pairs)
{
    enum { COLUMNS = 4 };
    static const ins_table_column column[COLUMNS] = {{"Key", 30, INS_LEFT},
                                                     {"Value", 55, INS_LEFT},
                                                     {"Key", 30, INS_LEFT},
                                                     {"Value", 55, INS_LEFT}};
    size_t known = 0, shown = 0;
    for (size_t i = 0; i < pairs->count; i++) known += has_value(pairs, i);
    if (known == 0) return;
    size_t rows = (known + 1) / 2; /* the first half on the left, the second on the right */
    ins_cell *cell = ins_arena_get(flow->arena, rows * COLUMNS, sizeof *cell, "table");
    for (size_t i = 0; i < pairs->count; i++) {
        if (!has_value(pairs, i)) continue;
        ins_cell *place = cell + shown % rows * COLUMNS + shown / rows * 2;
        place[0].text = ins_flow_escape(flow, pairs->key[i]);
        place[1].text = shown_value(flow, pairs->value[i]);
        shown++;
    }
    ins_table_layout table = {
        .column = column, .columns = COLUMNS, .rows = rows, .cell = cell, .wrap = true};
    ins_flow_heading(flow, heading);
    ins_flow_table(flow, &table);
}

static void left_out(ins_flow *flow)
{
    for (const ins_page *page = flow->part->pages; page->name != NULL; page++) {
        const char *reason = ins_page_missing(page, flow->part);
        if (reason == NULL || *reason == '\0') continue;
        ins_flow_note(flow, ins_flow_format(flow, "Not in this report: *%s*. %s", page->name,
                                            ins_flow_escape(flow, reason)));
    }
}

static void statistics(ins_flow *flow)
{
    ins_flow_heading(flow, "Statistics");
    ins_flow_paragraph(
        flow,
        "Intervals are 95% t-intervals over seeds; with one seed there is none. Variances and "
        "losses are averaged and compared on the logarithm (geometric means). A gain is the "
        "exponential of the least-squares slope of ln Var over the hidden layers, fitted for each "
        "seed and then averaged. Differences between initializers are paired by seed and their p "
        "values corrected by Holm’s method. Runs that diverged are counted with the accuracy they "
        "ended with; none is left out. Variances divide by the number of elements.");
}

void ins_page_method(ins_flow *flow, const ins_page *page)
{
    const ins_study *study = flow->part->study;
    ins_flow_title(flow, page->kicker, "How the words and numbers of this report are made");
    ins_flow_paragraph(
        flow, "Every verdict follows from a rule, and every rule from the thresholds below; "
              "the numbers are in summary.csv, comparisons.csv, findings.csv and, for each "
              "figure, beside its picture in figures/.");
    verdict_rules(flow);
    thresholds(flow);
    statistics(flow);
    tensors(flow);
    left_out(flow);
    pairs_table(flow, "The experiment", &study->experiment);
    pairs_table(flow, "Where and with what it ran", &study->environment);
    if (study->experiment.count == 0 && study->environment.count == 0) {
        ins_flow_note(
            flow, "The run directory has neither experiment.ini nor environment.csv: settings and "
                  "machine are not known.");
    }
}
