/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Experiments, their marks and the words for what they are. */
#include <config.h>

#include "tell.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "initscope/csv.h"
#include "initscope/layout.h"

/* Okabe and Ito's colours with brown for yellow: the closest pair stays apart under the common
 * deficiencies of colour vision. The second row is dark enough for text on white. */
enum { HUES = 8, MANY = 5 };
static const unsigned hues[HUES] = {0x000000, 0x7A3E00, 0xCC79A7, 0xD55E00,
                                    0xE69F00, 0x0072B2, 0x009E73, 0x56B4E9};
static const unsigned inks[HUES] = {0x000000, 0x7A3E00, 0xA0447C, 0xB34D00,
                                    0x9A6400, 0x0068A3, 0x00734F, 0x2B7BB0};

/* With few initializers, those of them that are easiest to tell apart. */
static const unsigned char choice[HUES + 1][HUES] = {{0},
                                                     {5},
                                                     {3, 5},
                                                     {0, 3, 5},
                                                     {0, 3, 5, 6},
                                                     {0, 3, 4, 5, 6},
                                                     {0, 2, 3, 4, 5, 6},
                                                     {0, 1, 2, 3, 4, 5, 6},
                                                     {0, 1, 2, 3, 4, 5, 6, 7}};

/* --- Experiments -------------------------------------------------------------------- */

static const char *last_part(const ins_study *study, ins_arena *arena)
{
    size_t length = strlen(study->directory);
    while (length > 1 && study->directory[length - 1] == '/') length--;
    char *path = ins_arena_copy(arena, study->directory, length);
    const char *slash = strrchr(path, '/');
    return slash != NULL && slash[1] != '\0' ? slash + 1 : path;
}

ins_status ins_experiment_read(const char *directory, bool running, const ins_coverage *coverage,
                               ins_arena *arena, ins_experiment *experiment, ins_error *error)
{
    *experiment = (ins_experiment){0};
    ins_status status = running ? ins_study_read_running(directory, &experiment->study, error)
                                : ins_study_read(directory, &experiment->study, error);
    if (status != INS_OK) return status;
    const ins_study *study = &experiment->study;
    ins_analyse(study, &experiment->analysis);
    const char *title = ins_pairs_get(&study->experiment, "title");
    const char *question = ins_pairs_get(&study->experiment, "question");
    experiment->slug = last_part(study, arena);
    if (title == NULL || *title == '\0') title = experiment->slug;
    experiment->title = ins_clean(arena, coverage, title);
    if (question != NULL && *question != '\0')
        experiment->question = ins_escape(arena, coverage, question);
    return INS_OK;
}

void ins_experiment_free(ins_experiment *experiment)
{
    if (experiment->study.index == NULL) return;
    ins_analysis_free(&experiment->analysis);
    ins_study_free(&experiment->study);
}

/* --- Marks ---------------------------------------------------------------------------- */

static ins_mark mark_of(ins_document *document, const char *label, const char *prose,
                        const char *whole, size_t initializer, size_t count)
{
    unsigned hue = count > HUES ? MANY : choice[count][initializer];
    return (ins_mark){.name = ins_document_clean(document, label),
                      .prose = prose,
                      .whole = whole,
                      .colour = hues[hue],
                      .ink = inks[hue],
                      .hue = hue};
}

/* Names as they stand in sentences: short, and different where they are. */
static const char *const *in_prose(ins_document *document, const char **names, size_t count)
{
    const double longest = 19; /* ems */
    for (size_t i = 0; i < count; i++) names[i] = ins_document_clean(document, names[i]);
    return ins_shorten(document->arena, names, count, INS_REGULAR, longest);
}

/* "he_normal (relu, 20x64)": the label's factors in brackets. */
static const char *prose_of(const ins_arm *arm, ins_arena *arena)
{
    size_t length = strlen(arm->initializer);
    if (strlen(arm->label) <= length + 2) return arm->label;
    return ins_arena_format(arena, "%s (%s)", arm->initializer, arm->label + length + 2);
}

/* In a chart the level alone says the setting where one factor varies. */
static const char *setting_of(const ins_analysis *analysis, size_t arm)
{
    const ins_study_factor *only = &analysis->factors.factor[0];
    return analysis->factors.count == 1 ? only->level[only->of[arm]]
                                        : analysis->comparisons.name[arm];
}

ins_tell ins_tell_new(ins_document *document, const ins_experiment *experiment, bool book)
{
    const ins_study *study = &experiment->study;
    const ins_study_factors *factors = &experiment->analysis.factors;
    ins_tell tell = {.document = document,
                     .arena = document->arena,
                     .of = experiment,
                     .study = study,
                     .analysis = &experiment->analysis,
                     .slug = ins_document_slug(document, experiment->slug),
                     .book = book,
                     .sweep = experiment->analysis.comparisons.settings > 1};
    tell.by_setting = tell.analysis->comparisons.by_setting;
    size_t count = factors->initializers;
    const char **names = ins_arena_get(tell.arena, study->arms + count + 1, sizeof *names, "names");
    for (size_t a = 0; a < study->arms; a++)
        names[a] = tell.by_setting ? tell.analysis->comparisons.name[a]
                                   : prose_of(&study->arm[a], tell.arena);
    for (size_t i = 0; i < count; i++) names[study->arms + i] = factors->initializer[i];
    const char *const *prose = in_prose(document, names, study->arms + count);
    size_t told = tell.by_setting ? study->arms : count;
    tell.colours = told > HUES ? 0 : told;
    tell.first_arm = (int)document->marks.count;
    for (size_t a = 0; a < study->arms; a++) {
        ins_mark mark = tell.by_setting ? mark_of(document, setting_of(tell.analysis, a), prose[a],
                                                  names[a], a, told)
                                        : mark_of(document, study->arm[a].label, prose[a], names[a],
                                                  factors->initializer_of[a], count);
        ins_document_mark(document, &mark);
    }
    tell.first_initializer = (int)document->marks.count;
    for (size_t i = 0; i < count; i++) {
        ins_mark mark = mark_of(document, factors->initializer[i], prose[study->arms + i],
                                names[study->arms + i], i, count);
        ins_document_mark(document, &mark);
    }
    return tell;
}

int ins_tell_arm(const ins_tell *tell, size_t arm)
{
    return tell->first_arm + (int)arm;
}

const ins_mark *ins_tell_mark(const ins_tell *tell, size_t arm)
{
    return ins_mark_at(tell->document, ins_tell_arm(tell, arm));
}

int ins_tell_initializer(const ins_tell *tell, size_t initializer)
{
    return tell->first_initializer + (int)initializer;
}

int ins_tell_arm_in_setting(const ins_tell *tell, size_t arm)
{
    return tell->sweep && !tell->by_setting
               ? ins_tell_initializer(tell, tell->analysis->factors.initializer_of[arm])
               : ins_tell_arm(tell, arm);
}

const ins_mark *ins_tell_mark_in_setting(const ins_tell *tell, size_t arm)
{
    return ins_mark_at(tell->document, ins_tell_arm_in_setting(tell, arm));
}

/* --- Groups ----------------------------------------------------------------------------- */

/* Whether the arms of all settings are drawn together. */
static bool is_together(const ins_tell *tell, bool any_network)
{
    const ins_study *study = tell->study;
    bool together = tell->by_setting && study->arms <= INS_GROUP_ARMS;
    for (size_t a = 1; a < study->arms && together && !any_network; a++)
        together = study->arm[a].network != NULL && study->arm[0].network != NULL &&
                   strcmp(study->arm[a].network, study->arm[0].network) == 0;
    return together;
}

size_t ins_tell_groups(const ins_tell *tell, bool any_network)
{
    return is_together(tell, any_network) ? 1 : tell->analysis->comparisons.settings;
}

ins_arm_group ins_tell_group(const ins_tell *tell, size_t group, bool any_network,
                             bool (*is_shown)(const ins_tell *tell, size_t arm))
{
    const ins_setting *of = &tell->analysis->comparisons.setting[group];
    bool together = is_together(tell, any_network);
    ins_arm_group out = {.label = together ? "" : of->label};
    size_t arms = together ? tell->study->arms : of->arms;
    for (size_t i = 0; i < arms && out.count < INS_GROUP_ARMS; i++) {
        size_t arm = together ? i : of->arm[i];
        if (is_shown(tell, arm)) out.arm[out.count++] = arm;
    }
    return out;
}

bool ins_group_holds(const ins_arm_group *group, size_t arm)
{
    for (size_t i = 0; i < group->count; i++)
        if (group->arm[i] == arm) return true;
    return false;
}

/* What stands between two marks was not cleaned, for the marks are control characters. */
const char *ins_tell_with(const ins_tell *tell, ins_verdict verdict, size_t *count)
{
    enum { NAMED = 3 };
    const char **item = ins_arena_get(tell->arena, tell->study->arms + 1, sizeof *item, "names");
    *count = 0;
    for (size_t a = 0; a < tell->study->arms; a++)
        if (ins_has_verdict(&tell->analysis->arm[a], verdict))
            item[(*count)++] = ins_mark_text(tell->document, ins_tell_arm(tell, a));
    return *count > NAMED ? INS_TELL("%zu of %zu", *count, tell->study->arms)
                          : ins_say_list(tell->arena, item, *count, NAMED);
}

const char *ins_tell_text(const ins_tell *tell, const char *markup)
{
    ins_text out = {0};
    ins_text_add(&out, "");
    while (*markup != '\0') {
        size_t plain = strcspn(markup, "\001");
        const char *between = ins_arena_copy(tell->arena, markup, plain);
        ins_text_add(&out, ins_document_clean(tell->document, between));
        markup += plain;
        if (*markup == '\0') break;
        bool initializer = markup[1] == 'i';
        char *end;
        size_t number = strtoul(markup + 1 + initializer, &end, 10);
        int mark = initializer ? ins_tell_initializer(tell, number) : ins_tell_arm(tell, number);
        ins_text_add(&out, ins_mark_text(tell->document, mark));
        markup = end + 1;
    }
    const char *text = ins_arena_copy(tell->arena, out.data, out.length);
    ins_text_free(&out);
    return text;
}

/* --- Settings --------------------------------------------------------------------------- */

const char *ins_tell_entry(const ins_tell *tell, const char *key)
{
    const char *value = ins_pairs_get(&tell->study->experiment, key);
    if (value == NULL) value = ins_pairs_get(&tell->study->environment, key);
    return value == NULL || *value == '\0' ? NULL : ins_document_escape(tell->document, value);
}

const char *ins_tell_constant(const ins_tell *tell)
{
    const ins_facts *facts = &tell->analysis->facts;
    if (isnan(facts->chance)) return NULL;
    if (facts->score.kind == INS_SCORE_R2 && facts->chance == 0) return "0, the mean as an answer";
    const char *value = ins_say_score(tell->arena, &facts->score, facts->chance);
    return facts->score.kind == INS_SCORE_R2 ? INS_TELL("%s, the mean as an answer", value)
                                             : INS_TELL("chance, %s", value);
}

const char *ins_tell_dashed(const ins_tell *tell)
{
    return isnan(tell->analysis->facts.chance)
               ? ""
               : INS_TELL(" Dashed: %s.", ins_tell_score(tell)->words->constant);
}

double ins_tell_way(const ins_tell *tell, double score)
{
    double chance = tell->analysis->facts.chance;
    return fmin(fmax((score - chance) / (1 - chance), 0), 1);
}

bool ins_tells_judged(const ins_tell *tells, size_t count)
{
    for (size_t e = 0; e < count; e++)
        if (isfinite(tells[e].analysis->facts.chance)) return true;
    return false;
}

/* What it is told to draw weights by stands in experiment.ini under the name of the option. */
bool ins_tell_is_own(const ins_tell *tell)
{
    return ins_pairs_get(&tell->study->experiment, "init") != NULL;
}

bool ins_tells_own(const ins_tell *tells, size_t count)
{
    for (size_t e = 0; e < count; e++)
        if (!ins_tell_is_own(&tells[e])) return false;
    return true;
}

bool ins_tells_numbers(const ins_tell *tells, size_t count)
{
    for (size_t e = 0; e < count; e++)
        if (ins_tell_score(&tells[e])->kind == INS_SCORE_R2) return true;
    return false;
}

bool ins_tells_classes(const ins_tell *tells, size_t count)
{
    for (size_t e = 0; e < count; e++)
        if (ins_tell_score(&tells[e])->kind == INS_SCORE_ACCURACY) return true;
    return false;
}

bool ins_tells_graphs(const ins_tell *tells, size_t count)
{
    for (size_t e = 0; e < count; e++)
        for (size_t a = 0; a < tells[e].study->arms; a++)
            if (!tells[e].study->arm[a].chain) return true;
    return false;
}

bool ins_tell_splits_by_seed(const ins_tell *tell)
{
    const char *split = ins_pairs_get(&tell->study->experiment, "split");
    return split != NULL && strcmp(split, "by-seed") == 0;
}

static bool varies(const ins_tell *tell, ins_column_id column)
{
    for (size_t k = 0; k < tell->analysis->factors.count; k++)
        if (tell->analysis->factors.factor[k].column == column) return true;
    return false;
}

/* Adds a piece behind a comma. */
static void piece(ins_text *out, const char *text)
{
    if (out->length > 0) ins_text_add(out, ", ");
    ins_text_add(out, text);
}

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash != NULL ? slash + 1 : path;
}

/* "adam with learning rate 0.001", of every optimizer that occurs. */
static const char *learning_rates(const ins_tell *tell)
{
    const ins_study *study = tell->study;
    const char *text = "";
    for (size_t a = 0; a < study->arms; a++) {
        double rate = ins_factor_number(study, study->arm[a].run[0], INS_RUNS_LEARNING_RATE);
        const char *name = study->arm[a].optimizer;
        bool seen = name == NULL || *name == '\0' || isnan(rate);
        for (size_t b = 0; b < a && !seen; b++)
            seen = study->arm[b].optimizer != NULL &&
                   strcmp(study->arm[b].optimizer, study->arm[a].optimizer) == 0;
        if (seen) continue;
        text = INS_TELL("%s%s%s with learning rate %s", text, *text != '\0' ? ", " : "",
                        ins_document_escape(tell->document, study->arm[a].optimizer),
                        ins_say(tell->arena, rate));
    }
    return text;
}

/* Older logs have it in environment.csv. */
static const char *only_target(const ins_tell *tell)
{
    const ins_table *outputs = &tell->study->outputs;
    const char *const *name = ins_table_texts(outputs, INS_OUTPUTS_NAME);
    if (name == NULL || outputs->rows != 1 || *name[0] == '\0')
        return ins_tell_entry(tell, "target_names");
    return ins_document_escape(tell->document, name[0]);
}

/* "4 inputs, 3 classes", "13 inputs, 2 targets", "4 inputs, target petal_width". */
static const char *shape_text(const ins_tell *tell)
{
    const ins_facts *facts = &tell->analysis->facts;
    if (isnan(facts->features)) return NULL;
    const char *inputs = ins_say_count(tell->arena, (size_t)facts->features, "input");
    if (facts->autoencoder) return INS_TELL("%s that are the targets as well", inputs);
    if (isfinite(facts->classes)) return INS_TELL("%s, %.0f classes", inputs, facts->classes);
    const char *name = only_target(tell);
    if (facts->targets == 1 && name != NULL) return INS_TELL("%s, target %s", inputs, name);
    if (isfinite(facts->targets))
        return INS_TELL("%s, %s", inputs,
                        ins_say_count(tell->arena, (size_t)facts->targets, "target"));
    return NULL;
}

/* "120 training and 30 test rows", where the test rows are from, and that there are none. */
static const char *rows_text(const ins_tell *tell)
{
    const ins_facts *facts = &tell->analysis->facts;
    if (isnan(facts->train_rows) || isnan(facts->test_rows)) return NULL;
    if (facts->test_is_train)
        return INS_TELL("%.0f training rows, no test rows", facts->train_rows);
    return INS_TELL("%.0f training and %.0f test rows%s", facts->train_rows, facts->test_rows,
                    facts->given_test_set           ? " of their own file"
                    : ins_tell_splits_by_seed(tell) ? ", drawn anew for each seed"
                                                    : "");
}

/* What experiment.ini tells; else the column of runs.csv. */
static const char *entry_or_column(const ins_tell *tell, const char *key, const char *column)
{
    const char *entry = ins_tell_entry(tell, key);
    if (entry != NULL || column == NULL || *column == '\0') return entry;
    return ins_document_escape(tell->document, column);
}

/* "4 layers of weights", as network.csv tells of them. */
static const char *layers_text(const ins_tell *tell)
{
    size_t least = SIZE_MAX, most = 0;
    for (size_t a = 0; a < tell->study->arms; a++) {
        size_t count = 0;
        if (tell->study->arm[a].listed == 0) return NULL;
        for (size_t l = 1; l <= tell->study->arm[a].layers; l++)
            count += ins_has_product(&tell->study->arm[a], l);
        if (count < least) least = count;
        if (count > most) most = count;
    }
    if (most == 0) return NULL;
    return least == most ? INS_TELL("%s of weights", ins_say_count(tell->arena, most, "layer"))
                         : INS_TELL("%zu to %zu layers of weights", least, most);
}

const char *ins_tell_settings(const ins_tell *tell)
{
    const ins_study *study = tell->study;
    const char *shape = shape_text(tell), *rows = rows_text(tell);
    const char *data = ins_tell_entry(tell, "data"), *scale = ins_tell_entry(tell, "scale");
    const char *hidden = ins_tell_entry(tell, "hidden"), *batch = ins_tell_entry(tell, "batch");
    const char *activation = entry_or_column(tell, "activation", study->arm[0].activation);
    const char *optimizer = entry_or_column(tell, "optimizer", study->arm[0].optimizer);
    ins_text out = {0};
    ins_text_add(&out, "");
    if (data != NULL) piece(&out, INS_TELL("data %s", base_name(data)));
    if (scale != NULL)
        piece(&out,
              strcmp(scale, "none") == 0 ? "features as they are" : INS_TELL("scale %s", scale));
    if (shape != NULL) piece(&out, shape);
    if (rows != NULL) piece(&out, rows);
    if (ins_tells_graphs(tell, 1)) {
        const char *network = study->arm[0].network_label;
        if (network != NULL && *network != '\0' && !varies(tell, INS_RUNS_NETWORK))
            piece(&out, INS_TELL("network %s", ins_document_escape(tell->document, network)));
    } else if (hidden != NULL && !varies(tell, INS_RUNS_HIDDEN)) {
        piece(&out, INS_TELL("hidden layers %s", hidden));
    }
    if (!ins_tell_is_own(tell) && layers_text(tell) != NULL) piece(&out, layers_text(tell));
    if (activation != NULL && !varies(tell, INS_RUNS_ACTIVATION)) piece(&out, activation);
    if (!varies(tell, INS_RUNS_LEARNING_RATE)) {
        const char *rates = learning_rates(tell);
        if (*rates != '\0') piece(&out, rates);
    } else if (optimizer != NULL && !varies(tell, INS_RUNS_OPTIMIZER)) {
        piece(&out, optimizer);
    }
    if (batch != NULL && !varies(tell, INS_RUNS_BATCH))
        piece(&out, INS_TELL("batches of %s", batch));
    long long last = study->epochs > 0 ? study->epoch[study->epochs - 1] : 0;
    double updates = tell->analysis->run[0].updates;
    piece(&out, ins_say_count(tell->arena, (size_t)(last > 0 ? last : 0), study->time));
    bool counted = updates == (double)last && strcmp(study->time, "step") == 0;
    if (updates > 0 && !counted && !varies(tell, INS_RUNS_BATCH))
        ins_text_add_format(&out, " (%.0f updates)", updates);
    size_t least = SIZE_MAX, most = 0;
    for (size_t a = 0; a < study->arms; a++) {
        if (study->arm[a].runs < least) least = study->arm[a].runs;
        if (study->arm[a].runs > most) most = study->arm[a].runs;
    }
    piece(&out, least == most ? ins_say_count(tell->arena, most, "seed")
                              : INS_TELL("%zu to %zu seeds", least, most));
    const char *text = INS_TELL("%s.", ins_say_capital(tell->arena, out.data));
    ins_text_free(&out);
    return text;
}

/* Two significant digits in units of 10^exponent. */
static const char *two_digits(const ins_tell *tell, double value, int exponent)
{
    double scaled = value / pow(10, exponent);
    int digits = scaled == 0 ? 1 : 1 - (int)floor(log10(fabs(scaled)) + 1e-9);
    return INS_TELL("%.*f", digits > 0 ? digits < 4 ? digits : 4 : 0, scaled);
}

/* 0 where plain decimals are short. */
static int exponent_of(double value)
{
    int exponent = value > 0 ? (int)floor(log10(value)) : 0;
    return exponent < -3 || exponent > 3 ? exponent : 0;
}

static const char *power(const ins_tell *tell, int exponent)
{
    return exponent == 0 ? "" : INS_TELL("·10^{%s%d}", exponent < 0 ? "−" : "", abs(exponent));
}

static const char *with_power(const ins_tell *tell, double value)
{
    int exponent = exponent_of(value);
    return INS_TELL("%s%s", two_digits(tell, value, exponent), power(tell, exponent));
}

const char *ins_tell_mean(const ins_tell *tell, ins_interval value)
{
    return isfinite(value.mean) ? with_power(tell, value.mean) : ins_say(tell->arena, value.mean);
}

const char *ins_tell_interval(const ins_tell *tell, ins_interval value, bool bold)
{
    const double same = 1e-12; /* relative: values that are equal but for rounding */
    const double far = 1e4;    /* ends that have no power of ten in common */
    const char *mark = bold ? "*" : "";
    int exponent = exponent_of(value.mean);
    bool alike = value.upper - value.lower <= same * fabs(value.mean);
    if (!isfinite(value.mean) || !isfinite(value.lower) || !isfinite(value.upper) || alike)
        return INS_TELL("%s%s%s%s", mark, ins_tell_mean(tell, value), mark,
                        alike ? " all alike" : "");
    if (value.lower > 0 && value.upper > far * value.lower)
        return INS_TELL("%s%s%s [%s, %s]", mark, with_power(tell, value.mean), mark,
                        with_power(tell, value.lower), with_power(tell, value.upper));
    return INS_TELL("%s%s%s [%s, %s]%s", mark, two_digits(tell, value.mean, exponent), mark,
                    two_digits(tell, value.lower, exponent),
                    two_digits(tell, value.upper, exponent), power(tell, exponent));
}

bool ins_tell_has_depth(const ins_tell *tell)
{
    for (size_t a = 0; a < tell->study->arms; a++) {
        const ins_arm_judgement *arm = &tell->analysis->arm[a];
        if (arm->grade[INS_FORWARD] != INS_GRADE_NOT_KNOWN ||
            arm->grade[INS_BACKWARD] != INS_GRADE_NOT_KNOWN)
            return true;
    }
    return false;
}

size_t ins_tell_shown(const ins_tell *tell)
{
    return tell->study->arms < INS_SHOWN_ARMS ? tell->study->arms : INS_SHOWN_ARMS;
}

size_t ins_tell_shown_arm(const ins_tell *tell, size_t index)
{
    size_t shown = ins_tell_shown(tell);
    return shown < tell->study->arms ? index * (tell->study->arms - 1) / (shown - 1) : index;
}

const char *ins_tell_shown_text(const ins_tell *tell)
{
    size_t shown = ins_tell_shown(tell);
    if (shown == tell->study->arms) return "";
    return INS_TELL(" Shown: %zu of %zu initializers, at equal steps from the first of the log to "
                    "the last; summary.csv has all.",
                    shown, tell->study->arms);
}

size_t ins_tell_hidden(const ins_tell *tell, size_t arm)
{
    return ins_hidden_layers(&tell->study->arm[arm]);
}
