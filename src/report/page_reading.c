/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* How to read the report: two formulas, the grades, the words. */
#include <config.h>

#include "pages.h"

#include <string.h>

#include "initscope/thresholds.h"

static const char *threshold(ins_document *document, ins_threshold which)
{
    return ins_say(document->arena, ins_threshold_of(which));
}

static void write_meanings(ins_document *document, const ins_tell *tells, size_t count)
{
    bool graphs = ins_tells_graphs(tells, count), judged = ins_tells_judged(tells, count);
    bool classes = ins_tells_classes(tells, count) && judged;
    bool numbers = ins_tells_numbers(tells, count), own = ins_tells_own(tells, count);
    static const struct {
        const char *word;
        ins_wording meaning;
    } words[] = {
        {"z, a, δ",
         {"what a unit sums, what it passes on, and the derivative of one row's loss by z", NULL}},
        {"size", {"second moment of z of a layer: what mean-field theory calls q", NULL}},
        {"signal",
         {"how much a unit's z differs between rows: its variance within a unit; theory: q (1 − "
          "c)",
          NULL}},
        {"alikeness", {"1 − signal / size: the mean correlation c of two rows' z", NULL}},
        {"error",
         {"second moment of δ of a layer, each row's own loss, not divided by the batch", NULL}},
        {"total",
         {"forward: signal of the last hidden layer over that of the first; backward: error of the "
          "first over that of the last",
          NULL}},
        {"own gain", {"second moment of z over that of what the layer is given", NULL}},
        {"stream",
         {"what residual blocks add to: the sum behind a block, which the next one reads", NULL}},
        {"effective rank",
         {"exp of the entropy of the normalised singular values of a layer's outputs: how many "
          "directions the units span (Roy & Vetterli 2007)",
          NULL}},
        {"chance",
         {"the larger of 1 / classes and the share of the most frequent class of the test rows",
          ""}},
        {"loss",
         {"", "mean square error of the standardised targets; on the training rows answering their "
              "mean costs 1, and less where targets are constant"}},
        {"R²",
         {"", "1 − squared error over that of answering the mean of the same rows; mean over "
              "targets; 1 is perfect, 0 no better than the mean, and there is no lower end"}},
        {"setting", {"one combination of the factors beside the initializer", NULL}},
        {"run", {"one seed of an initializer in a setting", NULL}},
        {"probe batch", {"the fixed training rows on which every layer is measured", NULL}},
    };
    static const ins_table_column column[] = {{"Word", INS_LEFT, 0, false},
                                              {"Meaning", INS_LEFT, 30, true}};
    enum { WORDS = sizeof words / sizeof words[0] };
    const char *meaning[WORDS];
    size_t written = 0, row = 0;
    for (size_t i = 0; i < WORDS; i++) {
        bool of_graphs = strcmp(words[i].word, "stream") == 0;  /* no chain has one */
        bool standardised = strcmp(words[i].word, "loss") == 0; /* that is known of own runs */
        meaning[i] = (of_graphs && !graphs) || (standardised && !own)
                         ? NULL
                         : ins_say_wording(document->arena, words[i].meaning, classes, numbers);
        written += meaning[i] != NULL;
    }
    ins_table_block *table = ins_add_table(document, column, 2, written);
    table->caption = "Words";
    for (size_t i = 0; i < WORDS; i++) {
        if (meaning[i] == NULL) continue;
        ins_table_cell(table, row, 0)->text = words[i].word;
        ins_table_cell(table, row, 0)->bold = true;
        ins_table_cell(table, row++, 1)->text = meaning[i];
    }
}

/* The five grades side by side. */
static void write_grades(ins_document *document)
{
    enum { GRADES = 5 };
    const char *totals[GRADES] = {
        ins_document_format(document, "below %s", threshold(document, INS_THRESHOLD_VANISHING)),
        ins_document_format(document, "below %s", threshold(document, INS_THRESHOLD_FADING)),
        ins_document_format(document, "to %s", threshold(document, INS_THRESHOLD_GROWING)),
        ins_document_format(document, "to %s", threshold(document, INS_THRESHOLD_EXPLODING)),
        ins_document_format(document, "above %s", threshold(document, INS_THRESHOLD_EXPLODING))};
    ins_table_column column[GRADES] = {0};
    for (size_t i = 0; i < GRADES; i++)
        column[i].title = ins_grade_word((ins_grade)(INS_GRADE_VANISHING + i));
    ins_table_block *table = ins_add_table(document, column, GRADES, 1);
    table->caption = "Grades of a total";
    for (size_t i = 0; i < GRADES; i++) {
        ins_table_cell(table, 0, i)->grade[0] = (signed char)i;
        ins_table_cell(table, 0, i)->text = totals[i];
    }
    table->note =
        "The place in the strip says the grade, its colour only repeats it. Undecided: the "
        "interval reaches over two boundaries. None: exactly 0, or below the rounding of "
        "float32.";
}

/* An experiment with an arm that loses signal and error and one that keeps them; false: none. */
static bool worked_example(const ins_tell *tells, size_t count, size_t *which, size_t *lost,
                           size_t *kept)
{
    for (size_t e = 0; e < count; e++) {
        const ins_study *study = tells[e].study;
        *lost = *kept = study->arms;
        if (tells[e].sweep || !ins_is_recorded(study->start)) continue;
        for (size_t a = 0; a < study->arms; a++) {
            const ins_arm_judgement *arm = &tells[e].analysis->arm[a];
            bool deep = ins_tell_hidden(&tells[e], a) >= 5;
            bool forward = arm->grade[INS_FORWARD] == INS_GRADE_VANISHING;
            bool backward = arm->grade[INS_BACKWARD] == INS_GRADE_VANISHING;
            if (deep && forward && backward && *lost == study->arms) *lost = a;
            if (deep && ins_has_verdict(arm, INS_VERDICT_PRESERVING)) *kept = a;
        }
        *which = e;
        if (*lost < study->arms && *kept < study->arms) return true;
    }
    return false;
}

void ins_write_words(ins_document *document, const ins_tell *tells, size_t count)
{
    write_grades(document);
    write_meanings(document, tells, count);
}

void ins_write_reading(ins_document *document, ins_tell *tells, size_t count)
{
    static const char *const formulas[] = {"Var z_{l} = fan_{in} · Var W · E a_{l−1}^{2}",
                                           "E δ_{l}^{2} = fan_{out} · Var W · E φ'^{2} · "
                                           "E δ_{l+1}^{2}"};
    ins_section_begin(document, "reading", "How to read it",
                      "Two things must get through: differences between rows, and the error", true);
    ins_add_paragraph(
        document,
        "*Symmetry.* Units of a layer that start with the same weights compute the same thing, "
        "receive the same gradient, and stay the same: gradient descent never leaves the set of "
        "networks whose units are equal. Of zeros the start is moreover a critical point: there is "
        "a "
        "way down, out of it, but no gradient that shows it. Random weights break the tie.");
    ins_add_paragraph(
        document,
        "*Variance.* Through layers of independent random weights the second moment of z is "
        "multiplied by fan_{in} Var W times what the activation function keeps, and that of the "
        "error "
        "by fan_{out} Var W times the mean square of its slope. A factor a little off 1 becomes, "
        "to "
        "the power of the depth, a factor of thousands.");
    ins_add_formulas(document, formulas, 2);
    ins_add_paragraph(
        document,
        "*Rules.* LeCun: Var W = 1 / fan_{in}. Glorot: 2 / (fan_{in} + fan_{out}), between what "
        "the "
        "way forward and the way back ask for. He: 2 / fan_{in}, for a rectifier passes half of "
        "the "
        "second moment. Orthogonal matrices keep lengths, not only on average. LSUV measures and "
        "rescales layer by layer.");
    ins_add_paragraph(document, "*Not variance alone.* A size that lasts is no signal that lasts: "
                                "with biases, or after many "
                                "layers, all rows come to look alike. So the curves here show the "
                                "signal, the size beside it "
                                "where the two part, and the tables the effective rank.");
    size_t which, lost, kept;
    if (worked_example(tells, count, &which, &lost, &kept))
        ins_draw_worked(&tells[which], lost, kept);
    ins_write_words(document, tells, count);
}
