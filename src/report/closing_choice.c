/* Answers six to nine: which rule, how sure, how to choose. */
#include <config.h>

#include "closing.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

#include "pages.h"
#include "phrases.h"

enum { MOST_ACTIVATIONS = 24 };

/* The deepest setting of a rule, told by how the names of its relatives begin, with an activation.
 */
typedef struct member {
    const char *activation;
    ins_spot spot;
} member;

static bool belongs(const ins_closing *c, ins_spot spot, const char *prefix)
{
    const ins_arm *arm = &c->experiment[spot.experiment].study.arm[spot.arm];
    return strncmp(arm->initializer, prefix, strlen(prefix)) == 0;
}

static size_t members_of(const ins_closing *c, const char *prefix, member out[MOST_ACTIVATIONS])
{
    size_t count = 0;
    for (size_t e = 0; e < c->count; e++) {
        const ins_study *study = &c->experiment[e].study;
        for (size_t a = 0; a < study->arms; a++) {
            ins_spot spot = {e, a};
            const char *activation = study->arm[a].activation;
            if (activation == NULL || !belongs(c, spot, prefix)) continue;
            if (isnan(ins_closing_at(c, spot)->signal[INS_FORWARD].gain.mean)) continue;
            size_t k = 0;
            while (k < count && strcmp(out[k].activation, activation) != 0) k++;
            if (k == MOST_ACTIVATIONS) continue;
            if (k == count) out[count++] = (member){activation, ins_nowhere};
            const ins_spot *deepest = &out[k].spot;
            if (deepest->arm == SIZE_MAX ||
                study->arm[a].layers >
                    c->experiment[deepest->experiment].study.arm[deepest->arm].layers)
                out[k].spot = spot;
        }
    }
    return count;
}

/* A row an activation: what the rule does to the signal there. */
static void family_table(ins_closing *c, const member *of, size_t count)
{
    enum { COLUMNS = 5 };
    static const ins_table_column column[COLUMNS] = {{"Activation", 34, INS_LEFT},
                                                     {"hidden layers", 26, INS_RIGHT},
                                                     {"forward gain", 36, INS_RIGHT},
                                                     {"backward gain", 38, INS_RIGHT},
                                                     {"accuracy", 36, INS_RIGHT}};
    ins_flow *flow = c->flow;
    ins_cell *cell = ins_arena_get(flow->arena, count * COLUMNS, sizeof *cell, "table");
    for (size_t i = 0; i < count; i++) {
        ins_spot spot = of[i].spot;
        const ins_arm_analysis *arm = ins_closing_at(c, spot);
        bool learned = ins_closing_has(c, spot.experiment, spot.arm, INS_VERDICT_LEARNED);
        ins_cell *row = cell + i * COLUMNS;
        row[0] = (ins_cell){.text = ins_flow_escape(flow, ins_flow_clean(flow, of[i].activation)),
                            .bold = true};
        row[1].text = ins_flow_format(
            flow, "%zu", ins_hidden_layers(&c->experiment[spot.experiment].study.arm[spot.arm]));
        row[2].text = ins_say(flow, arm->signal[INS_FORWARD].gain.mean);
        row[3].text = ins_say(flow, arm->signal[INS_BACKWARD].gain.mean);
        row[4] = (ins_cell){.text = learned ? ins_closing_accuracy(c, spot) : "did not learn",
                            .bad = !learned};
    }
    ins_table_layout table = {.column = column, .columns = COLUMNS, .rows = count, .cell = cell};
    ins_closing_table(c, &table);
}

/* Where the rule keeps the signal, and where it does not; the deepest setting of each activation.
 */
static size_t answer_family(ins_closing *c, const char *prefix, const char *rule)
{
    member found[MOST_ACTIVATIONS];
    size_t count = members_of(c, prefix, found), keeps = 0;
    const char *kept = "", *lost = "";
    if (count == 0) return 0;
    for (size_t i = 0; i < count; i++) {
        bool keep = ins_closing_keeps(ins_closing_at(c, found[i].spot));
        const char **list = keep ? &kept : &lost;
        *list =
            ins_flow_format(c->flow, "%s%s%s", *list, **list != '\0' ? ", " : "",
                            ins_flow_escape(c->flow, ins_flow_clean(c->flow, found[i].activation)));
        keeps += keep;
    }
    const char *result =
        keeps == count
            ? ins_flow_format(c->flow, "Measured, it keeps the signal with all of them: %s.", kept)
        : keeps == 0
            ? ins_flow_format(c->flow, "Measured, it keeps the signal with none of these: %s.",
                              lost)
            : ins_flow_format(c->flow,
                              "Measured, it keeps the signal in both directions with %s, and does "
                              "not with %s.",
                              kept, lost);
    ins_closing_say(c, ins_flow_format(c->flow, "%s %s", rule, result));
    family_table(c, found, count);
    ins_closing_cite(c, found[0].spot.experiment, "Background");
    for (size_t i = 0; i < count; i++)
        ins_closing_cite(c, found[i].spot.experiment,
                         c->factors[found[i].spot.experiment].count > 0 ? "Choosing"
                                                                        : "Forward signal");
    return count;
}

void ins_answer_glorot(ins_closing *c)
{
    answer_family(c, "glorot_",
                  "Keeping the signal forward wants fan_in·Var W = 1, backward fan_out·Var W = 1; "
                  "Glorot’s rule, Var W = 2/(fan_in + fan_out), is the compromise, for activations "
                  "that are linear around 0 with slope 1.");
}

/* The first and the last layer have no rectifier before them: He's 2 is not due there. */
static void ends_of_he(ins_closing *c, const char *prefix)
{
    ins_spot worst = ins_nowhere;
    double most = 0;
    for (size_t e = 0; e < c->count; e++) {
        for (size_t a = 0; a < c->experiment[e].study.arms; a++) {
            ins_spot spot = {e, a};
            double excess = ins_closing_at(c, spot)->outcome.initial_loss.mean -
                            log(c->experiment[e].analysis.classes);
            if (!belongs(c, spot, prefix) || !isfinite(excess) || excess <= most) continue;
            most = excess;
            worst = spot;
        }
    }
    if (worst.arm == SIZE_MAX) return;
    ins_closing_say(
        c, ins_flow_format(c->flow,
                           "It is not due before the first layer, whose inputs no rectifier has "
                           "halved, nor after the last one: %s starts with a loss %s above that of "
                           "guessing.",
                           ins_closing_spot(c, worst), ins_say(c->flow, most)));
    ins_closing_cite(c, worst.experiment, "Data and first step");
}

void ins_answer_he(ins_closing *c)
{
    size_t count = answer_family(
        c, "he_",
        "A ReLU passes half of the second moment of what it gets; He’s rule, Var W = 2/fan_in, "
        "makes up for it, with a factor that is the ReLU’s own.");
    if (count > 0) ends_of_he(c, "he_");
}

void ins_answer_comparison(ins_closing *c)
{
    size_t pairs = 0, differ = 0, least = SIZE_MAX, most = 0, in = SIZE_MAX;
    double smallest = INFINITY, significant = ins_threshold_of(INS_THRESHOLD_SIGNIFICANT);
    for (size_t e = 0; e < c->count; e++) {
        const ins_analysis *analysis = &c->experiment[e].analysis;
        least = analysis->seeds < least ? analysis->seeds : least;
        most = analysis->seeds > most ? analysis->seeds : most;
        for (size_t i = 0; i < analysis->pairs; i++) {
            double gap = fabs(analysis->pair[i].accuracy.difference.mean);
            pairs += !isnan(analysis->pair[i].adjusted_p);
            if (!(analysis->pair[i].adjusted_p < significant)) continue;
            differ++;
            const ins_interval *difference = &analysis->pair[i].accuracy.difference;
            if (gap >= smallest || !(difference->lower < difference->upper)) continue;
            smallest = gap;
            in = e;
        }
    }
    if (pairs == 0) return;
    const char *seeds = least == most ? ins_say_plural(c->flow, most, "seed")
                                      : ins_flow_format(c->flow, "%zu to %zu seeds", least, most);
    const char *text = ins_flow_format(
        c->flow,
        "Each setting is run with %s, and settings are compared seed by seed: same split, same "
        "batches, same random numbers underneath. Of all %zu pairs %zu differ in test accuracy "
        "with "
        "an adjusted p below %s; Holm’s correction, within each experiment, answers for the number "
        "of comparisons.",
        seeds, pairs, differ, ins_say(c->flow, significant));
    if (in != SIZE_MAX) {
        text = ins_flow_format(c->flow,
                               "%s The smallest difference told apart is %s percentage points, in "
                               "%s. What is not told apart is not thereby equal.",
                               text, ins_say(c->flow, 100 * smallest), ins_closing_title(c, in));
        ins_closing_cite(c, in, c->factors[in].count > 0 ? "Choosing" : "Comparison");
    }
    ins_closing_say(c, text);
    for (size_t e = 0; e < c->count; e++) {
        if (c->experiment[e].analysis.seeds == most) ins_closing_cite(c, e, "Comparison");
    }
}

/* The grids, each by the title of its page. */
static void choose_by_factor(ins_closing *c)
{
    for (size_t e = 0; e < c->count; e++) {
        for (size_t f = 0; f < c->factors[e].count; f++) {
            ins_flow_tell(c->flow, &c->experiment[e].part);
            const char *title = ins_grid_title(c->flow, &c->factors[e], f);
            const char *name = ins_capital(c->flow, c->factors[e].factor[f].name);
            ins_closing_say(c, ins_flow_format(c->flow, "*%s* (%s). %s.", name,
                                               ins_closing_title(c, e), title));
            ins_closing_cite(c, e, "Choosing");
        }
    }
}

/* True when two experiments differ in nothing but how the inputs are scaled. */
static bool differ_in_scale(const ins_pairs *a, const ins_pairs *b)
{
    static const char *const free_keys[] = {"scale", "title", "note"};
    if (a->count == 0 || a->count != b->count) return false;
    for (size_t i = 0; i < a->count; i++) {
        const char *other = ins_pairs_get(b, a->key[i]);
        bool ignored = false;
        for (size_t k = 0; k < sizeof free_keys / sizeof free_keys[0]; k++)
            ignored = ignored || strcmp(a->key[i], free_keys[k]) == 0;
        if (other == NULL || (!ignored && strcmp(other, a->value[i]) != 0)) return false;
    }
    return strcmp(ins_pairs_get(a, "scale"), ins_pairs_get(b, "scale")) != 0;
}

static void say_scales(ins_closing *c, size_t one, size_t two)
{
    const ins_experiment *a = &c->experiment[one], *b = &c->experiment[two];
    const char *text = "";
    if (a->study.arms != b->study.arms) return;
    for (size_t i = 0; i < a->study.arms; i++) {
        text = ins_flow_format(c->flow, "%s%s%s %s and %s", text, i > 0 ? ", " : "",
                               a->part.prose[i], ins_closing_accuracy(c, (ins_spot){one, i}),
                               ins_closing_accuracy(c, (ins_spot){two, i}));
    }
    ins_closing_say(
        c, ins_flow_format(c->flow,
                           "*Scale of the inputs* (%s and %s). Test accuracy with inputs scaled as "
                           "“%s” and as “%s”: %s.",
                           ins_closing_title(c, one), ins_closing_title(c, two),
                           ins_flow_escape(c->flow, ins_pairs_get(&a->study.experiment, "scale")),
                           ins_flow_escape(c->flow, ins_pairs_get(&b->study.experiment, "scale")),
                           text));
    ins_closing_cite(c, one, "Data and first step");
    ins_closing_cite(c, two, "Data and first step");
}

void ins_answer_choice(ins_closing *c)
{
    choose_by_factor(c);
    for (size_t e = 0; e < c->count; e++) {
        for (size_t f = e + 1; f < c->count; f++) {
            if (differ_in_scale(&c->experiment[e].study.experiment,
                                &c->experiment[f].study.experiment))
                say_scales(c, e, f);
        }
    }
}
