/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* The rules behind the words, once; and the settings of every experiment. */
#include <config.h>

#include "pages.h"

#include <math.h>
#include <string.h>

#include "initscope/layout.h"
#include "initscope/thresholds.h"

/* Of which kinds the experiments are; graphs: some network is no chain of dense layers; subject:
 * what rules may speak of; own: this
 * program trained all runs; theory: some log has it; judged: whether runs learned is told of some;
 * rows: of all the logs tell what the test rows are; directions: of some it is known how
 * many an answer needs. */
typedef struct kinds {
    bool classes, numbers, graphs, subject[INS_SUBJECTS], own, theory, judged, rows, directions;
} kinds;

static const char *worded(ins_document *document, ins_wording wording, kinds of)
{
    return ins_say_wording(document->arena, wording, of.classes, of.numbers);
}

/* Where it is not known how many directions an answer needs, of collapsed the alikeness alone is
 * told. */
static const char *rule_of(ins_document *document, size_t verdict, kinds of)
{
    const char *rule = worded(document, ins_verdict_table[verdict].rule, of);
    if (verdict != INS_VERDICT_COLLAPSED || of.directions) return rule;
    return "the rows of the last hidden layer are alike above {alike} while the inputs are not "
           "(below {inputs_alike})";
}

static bool is_written(ins_document *document, size_t verdict, kinds of)
{
    bool learning = verdict >= INS_VERDICT_LEARNED && verdict <= INS_VERDICT_LEARNING_UNDECIDED;
    return ins_verdict_table[verdict].rule.classes != NULL &&
           rule_of(document, verdict, of) != NULL &&
           of.subject[ins_verdict_table[verdict].subject] && (of.judged || !learning);
}

static void write_verdicts(ins_document *document, kinds of)
{
    static const ins_table_column column[] = {{"Verdict", INS_LEFT, 0, false},
                                              {"Rule", INS_LEFT, 30, true}};
    size_t rows = 0, row = 0;
    for (size_t v = 0; v < INS_VERDICTS; v++) rows += is_written(document, v, of);
    ins_table_block *table = ins_add_table(document, column, 2, rows);
    table->caption = "Verdicts";
    for (size_t v = 0; v < INS_VERDICTS; v++) {
        if (!is_written(document, v, of)) continue;
        ins_cell *cell = ins_table_cell(table, row++, 0);
        cell[0].text = ins_document_escape(document, ins_verdict_table[v].name);
        cell[0].bold = true;
        cell[1].text = ins_rule_text(document->arena, rule_of(document, v, of));
    }
    table->note =
        "Diverged, symmetric and dead hold for an initializer as soon as one run has them, "
        "the others when more than half of its runs have.";
    if (of.graphs)
        table->note = ins_document_format(
            document,
            "%s Totals are those of chains of dense layers. Of other networks the forward total is "
            "known where layers follow each other without a norm: the product of the layers' own "
            "gains and of what the activations between them pass on. Symmetric, dead, saturated "
            "and not moving leave out norms, embeddings and frozen layers, dead and saturated "
            "layers without an activation.",
            table->note);
}

/* One paragraph: the verdicts above have most of them already. */
static void write_thresholds(ins_document *document, kinds of)
{
    ins_text text = {0};
    for (size_t t = 0; t < INS_THRESHOLDS; t++) {
        const char *meaning = worded(document, ins_threshold_table[t].meaning, of);
        if (meaning == NULL || !of.subject[ins_threshold_table[t].subject]) continue;
        ins_text_add_format(&text, "%s*%s* %s: %s", text.length > 0 ? "; " : "",
                            ins_document_escape(document, ins_threshold_table[t].name),
                            ins_say(document->arena, ins_threshold_table[t].value), meaning);
    }
    ins_text_add(&text, ".");
    ins_add_heading(document, "Thresholds");
    ins_add_note(document, ins_arena_copy(document->arena, text.data, text.length));
    ins_text_free(&text);
}

static const char *coverage_of(ins_document *document, const ins_tell *tells, size_t count,
                               kinds of)
{
    size_t by_seed = 0, given = 0, none = 0;
    for (size_t e = 0; e < count; e++) {
        by_seed += ins_tell_splits_by_seed(&tells[e]);
        given += tells[e].analysis->facts.given_test_set;
        none += tells[e].analysis->facts.test_is_train;
    }
    const char *what = of.numbers ? of.classes ? "a score" : "an R²" : "a share";
    if (none == count)
        return "*What an interval covers.* Weights and order of rows: no rows are held out.";
    if (by_seed == 0)
        return ins_document_format(
            document,
            "*What an interval covers.* Weights and order of rows, on the rows of one %s. "
            "Other test rows would move %s by more.",
            given == count ? "test set" : "split", what);
    if (by_seed == count)
        return ins_document_format(
            document,
            "*What an interval covers.* Weights, order of rows and the choice of the test rows: "
            "every seed has a split of its own.%s",
            of.classes ? " Chance is that of the first seed's test rows." : "");
    return ins_document_format(
        document,
        "*What an interval covers.* Weights and order of rows, on the rows of one split: other "
        "test rows would move %s by more. Where rows are drawn anew for each seed, the "
        "choice of the test rows too%s.",
        what, of.classes ? "; chance is then that of the first seed's" : "");
}

/* Some setting has more initializers than are compared in pairs. */
static bool is_by_best(const ins_tell *tells, size_t count)
{
    for (size_t e = 0; e < count; e++) {
        const ins_comparisons *of = &tells[e].analysis->comparisons;
        for (size_t s = 0; s < of->settings; s++)
            if (of->setting[s].by_best) return true;
    }
    return false;
}

static void write_statistics(ins_document *document, const ins_tell *tells, size_t count, kinds of)
{
    ins_add_heading(document, "Statistics");
    ins_add_paragraph(
        document,
        ins_document_format(
            document,
            "*Seeds.* %s Intervals of totals "
            "and losses are t intervals on the logarithm; those of %s are bias-corrected "
            "accelerated bootstrap intervals (10 000 resamples), from five seeds on, and never "
            "leave what was seen.",
            of.own ? "For one seed all initializers see the same split, the same order of rows and "
                     "the same underlying random numbers, so differences are paired."
                   : "Differences are taken between runs of one seed: what these have in common "
                     "beside it is for those to know who trained them.",
            of.numbers   ? of.classes ? "shares and of R²" : "R²"
            : of.classes ? "shares"
                         : "scores"));
    ins_add_paragraph(
        document,
        ins_document_format(
            document,
            "*Comparisons.* Within one setting all pairs of initializers are one family%s; the set "
            "of the best are those that are not told apart from the highest mean, Holm over the "
            "comparisons with it; an initializer that did not learn is never in it. Over settings "
            "an initializer has one value a seed, the average. Diverged runs take no part and are "
            "counted beside it. No p value is given where there is no spread.",
            is_by_best(tells, count)
                ? ins_rule_text(document->arena,
                                ", and of more than {paired} those with the highest mean")
                : ""));
    if (of.theory)
        ins_add_paragraph(
            document,
            ins_document_format(
                document,
                "*Theory.* Mean-field theory of infinite width, from %s, the widths, the second "
                "moment of the inputs and the activation function alone (Poole et al. 2016; "
                "Schoenholz et al. 2017), by quadrature.%s",
                of.own ? "the initializer"
                       : "the variance that weights and biases were measured to have",
                of.numbers ? " The error of a squared loss holds the output itself, and comes back "
                             "through the weights that made it: in chains of layers theory carries "
                             "this along. It takes outputs that know nothing of the targets yet."
                           : ""));
    if (of.rows) ins_add_paragraph(document, coverage_of(document, tells, count, of));
}

/* Runs that have not ended, those that are taken nevertheless or those that are not: "2 (he, seed
 * 1, running)". */
static size_t list_unfinished(const ins_tell *tell, bool taken, const char **item)
{
    const ins_study *study = tell->study;
    size_t runs = 0;
    for (size_t i = 0; i < study->unfinished_runs; i++) {
        const ins_unfinished *of = &study->unfinished[i];
        if ((of->state == INS_RUN_RUNNING && study->running) != taken) continue;
        item[runs++] = INS_TELL(
            "%lld (%s%sseed %lld, %s)", of->number,
            of->initializer != NULL ? ins_document_escape(tell->document, of->initializer) : "",
            of->initializer != NULL ? ", " : "", of->seed, ins_run_state_word(of->state));
    }
    return runs;
}

/* A note for each file that the finished run did not leave so. */
static void write_changes(ins_document *document, const ins_tell *tell)
{
    for (const char *line = tell->study->changes.data; line != NULL && *line != '\0';) {
        const size_t length = strcspn(line, "\n");
        const char *change = ins_arena_copy(tell->arena, line, length);
        ins_add_note(document, INS_TELL("%s.", ins_document_escape(document, change)));
        line += length + (line[length] == '\n');
    }
}

static void write_unfinished(ins_document *document, const ins_tell *tell)
{
    enum { NAMED = 12 };
    const char **item =
        ins_arena_get(tell->arena, tell->study->unfinished_runs + 1, sizeof *item, "runs");
    size_t runs = list_unfinished(tell, false, item);
    if (runs > 0)
        ins_add_note(document, INS_TELL("Left out of everything above, for %s not ended: run%s %s.",
                                        runs == 1 ? "it has" : "they have", runs == 1 ? "" : "s",
                                        ins_say_list(tell->arena, item, runs, NAMED)));
    runs = list_unfinished(tell, true, item);
    if (runs > 0)
        ins_add_note(document, INS_TELL("Under way, and taken as far as %s come: run%s %s.",
                                        runs == 1 ? "it has" : "they have", runs == 1 ? "" : "s",
                                        ins_say_list(tell->arena, item, runs, NAMED)));
}

static void write_doubts(ins_document *document, const ins_tell *tell)
{
    for (ins_doubt doubt = 0; doubt < INS_DOUBTS; doubt++) {
        const char *text = ins_doubt_text(tell->study, doubt, tell->arena);
        if (text != NULL) ins_add_note(document, text);
    }
}

/* What environment.csv of a foreign log tells, a key once: values that differ between its runs
 * stand beside each other. */
static const char *origin_of(const ins_tell *tell)
{
    enum { MOST = 12 };
    const ins_pairs *pairs = &tell->study->environment;
    const char *text = "";
    size_t keys = 0;
    for (size_t i = 0; i < pairs->count && keys < MOST; i++) {
        bool before = false;
        for (size_t k = 0; k < i; k++) before = before || strcmp(pairs->key[k], pairs->key[i]) == 0;
        if (before || *pairs->value[i] == '\0') continue;
        text = INS_TELL("%s %s: %s", text, ins_document_escape(tell->document, pairs->key[i]),
                        ins_document_escape(tell->document, pairs->value[i]));
        for (size_t k = i + 1; k < pairs->count; k++) {
            bool known = strcmp(pairs->key[k], pairs->key[i]) != 0;
            for (size_t m = i; m < k && !known; m++)
                known = strcmp(pairs->key[m], pairs->key[k]) == 0 &&
                        strcmp(pairs->value[m], pairs->value[k]) == 0;
            if (!known)
                text =
                    INS_TELL("%s, %s", text, ins_document_escape(tell->document, pairs->value[k]));
        }
        text = INS_TELL("%s.", text);
        keys++;
    }
    return text;
}

static void write_settings(ins_document *document, const ins_tell *tells, size_t count)
{
    ins_add_heading(document, count > 1 ? "The experiments" : "The experiment");
    for (size_t e = 0; e < count; e++) {
        const ins_tell *tell = &tells[e];
        if (!ins_tell_is_own(tell)) {
            ins_add_note(document, INS_TELL("*%s.* %s%s",
                                            ins_document_escape(tell->document, tell->of->title),
                                            ins_tell_settings(tell), origin_of(tell)));
            write_unfinished(document, tell);
            write_doubts(document, tell);
            write_changes(document, tell);
            continue;
        }
        const char *version = ins_tell_entry(tell, "version"), *blas = ins_tell_entry(tell, "blas");
        const char *init = ins_tell_entry(tell, "init"),
                   *output = ins_tell_entry(tell, "output-init");
        const char *bias = ins_tell_entry(tell, "bias-init");
        ins_add_note(document,
                     INS_TELL("*%s.* %s%s%s%s%s%s%s%s%s%s%s",
                              ins_document_escape(tell->document, tell->of->title),
                              ins_tell_settings(tell), init != NULL ? " Initializers: " : "",
                              init != NULL ? init : "", output != NULL ? "; output layer: " : "",
                              output != NULL ? output : "", bias != NULL ? "; biases: " : "",
                              bias != NULL ? bias : "", version != NULL ? ". initscope " : "",
                              version != NULL ? version : "", blas != NULL ? ", " : "",
                              blas != NULL ? blas : ""));
        write_unfinished(document, tell);
        write_doubts(document, tell);
        write_changes(document, tell);
    }
}

void ins_write_method(ins_document *document, const ins_tell *tells, size_t count)
{
    kinds of = {.classes = ins_tells_classes(tells, count),
                .numbers = ins_tells_numbers(tells, count),
                .graphs = ins_tells_graphs(tells, count),
                .own = ins_tells_own(tells, count),
                .judged = ins_tells_judged(tells, count),
                .rows = true};
    for (size_t e = 0; e < count; e++) {
        const ins_facts *facts = &tells[e].analysis->facts;
        of.directions = of.directions || isfinite(facts->classes) || isfinite(facts->targets);
    }
    for (size_t e = 0; e < count; e++)
        of.rows = of.rows && isfinite(tells[e].analysis->facts.test_rows);
    of.subject[INS_OF_ALL] = true;
    of.subject[INS_OF_GRAPHS] = of.graphs;
    for (size_t e = 0; e < count; e++) {
        bool steps = ins_study_has_file(tells[e].study, INS_LOG_STEPS);
        bool tokens = ins_study_has_file(tells[e].study, INS_LOG_TOKENS);
        of.subject[INS_OF_STEPS] = of.subject[INS_OF_STEPS] || steps;
        of.subject[INS_OF_TOKENS] = of.subject[INS_OF_TOKENS] || tokens;
    }
    for (size_t e = 0; e < count; e++)
        of.theory = of.theory || ins_study_has_file(tells[e].study, INS_LOG_THEORY);
    ins_section_begin(document, "method", "Method", "How verdicts and intervals come about", true);
    if (count == 1)
        ins_write_words(document, tells, count); /* a book has them on the page on
                                                    reading */
    write_verdicts(document, of);
    write_statistics(document, tells, count, of);
    write_thresholds(document, of);
    write_settings(document, tells, count);
}
