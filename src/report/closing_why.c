/* Answers one to three: what initialization does to a network. */
#include <config.h>

#include "closing.h"
#include "pages.h"

#include <math.h>
#include <stdint.h>

#include "phrases.h"

static void why_outcome(ins_closing *c)
{
    size_t pairs = 0, differ = 0, in = SIZE_MAX;
    const ins_pair *widest = NULL;
    double significant = ins_threshold_of(INS_THRESHOLD_SIGNIFICANT);
    for (size_t e = 0; e < c->count; e++) {
        const ins_analysis *analysis = &c->experiment[e].analysis;
        for (size_t i = 0; i < analysis->pairs; i++) {
            const ins_pair *pair = &analysis->pair[i];
            if (!ins_closing_same_setting(c, e, pair->a, pair->b) || isnan(pair->adjusted_p))
                continue;
            pairs++;
            if (!(pair->adjusted_p < significant)) continue;
            differ++;
            double gap = fabs(pair->accuracy.difference.mean);
            if (widest != NULL && gap <= fabs(widest->accuracy.difference.mean)) continue;
            widest = pair;
            in = e;
        }
    }
    if (pairs == 0) return;
    const char *text = ins_flow_format(
        c->flow,
        "%zu pairs of settings differ in nothing but the initializer of the weights. After Holm’s "
        "correction %s of them end%s at different test accuracies.",
        pairs, differ == 0 ? "none" : ins_say_count(c->flow, differ), differ == 1 ? "s" : "");
    if (widest != NULL) {
        bool a_wins = widest->accuracy.difference.mean > 0;
        ins_spot high = {in, a_wins ? widest->a : widest->b},
                 low = {in, a_wins ? widest->b : widest->a};
        text = ins_flow_format(c->flow,
                               "%s The widest difference is in %s: %s with %s against %s with %s.",
                               text, ins_closing_title(c, in), ins_closing_accuracy(c, high),
                               ins_closing_arm(c, in, high.arm), ins_closing_accuracy(c, low),
                               ins_closing_arm(c, in, low.arm));
        ins_closing_cite(c, in, "Comparison");
    }
    ins_closing_say(c, text);
}

/* The slowest and the fastest of one setting, all of whose runs reached the target. */
static void why_speed(ins_closing *c)
{
    ins_spot slow = ins_nowhere, fast = ins_nowhere;
    double most = 1;
    for (size_t e = 0; e < c->count; e++) {
        for (size_t a = 0; a < c->experiment[e].study.arms; a++) {
            for (size_t b = 0; b < c->experiment[e].study.arms; b++) {
                const ins_arm_analysis *x = ins_closing_at(c, (ins_spot){e, a}),
                                       *y = ins_closing_at(c, (ins_spot){e, b});
                bool both = x->outcome.reached_target == c->experiment[e].study.arm[a].runs &&
                            y->outcome.reached_target == c->experiment[e].study.arm[b].runs;
                double ratio = x->outcome.epochs_to_target.mean / y->outcome.epochs_to_target.mean;
                if (!both || !isfinite(ratio) || ratio <= most ||
                    !ins_closing_same_setting(c, e, a, b))
                    continue;
                most = ratio;
                slow = (ins_spot){e, a};
                fast = (ins_spot){e, b};
            }
        }
    }
    if (slow.arm == SIZE_MAX) return;
    ins_closing_say(
        c, ins_flow_format(
               c->flow,
               "It also decides the speed: in %s every run of %s and of %s reaches %s "
               "test accuracy, after %s and after %s epochs on average.",
               ins_closing_title(c, slow.experiment), ins_closing_arm(c, slow.experiment, slow.arm),
               ins_closing_arm(c, fast.experiment, fast.arm),
               ins_say_percent(c->flow, c->experiment[slow.experiment].analysis.target),
               ins_say(c->flow, ins_closing_at(c, slow)->outcome.epochs_to_target.mean),
               ins_say(c->flow, ins_closing_at(c, fast)->outcome.epochs_to_target.mean)));
    ins_closing_cite(c, slow.experiment, "Learning curves");
}

void ins_answer_why(ins_closing *c)
{
    why_outcome(c);
    why_speed(c);
}

/* Settings with a verdict, and how many of them learned; the experiment with most of them. */
typedef struct tally {
    size_t settings, learned, most, experiment;
} tally;

static tally tally_of(const ins_closing *c, ins_verdict verdict)
{
    tally out = {0};
    for (size_t e = 0; e < c->count; e++) {
        size_t here = 0;
        for (size_t a = 0; a < c->experiment[e].study.arms; a++) {
            if (!ins_closing_has(c, e, a, verdict)) continue;
            here++;
            out.learned += ins_closing_has(c, e, a, INS_VERDICT_LEARNED);
        }
        out.settings += here;
        if (here <= out.most) continue;
        out.most = here;
        out.experiment = e;
    }
    return out;
}

void ins_answer_faults(ins_closing *c)
{
    enum { COLUMNS = 4 };
    static const char *const proof[INS_VERDICTS] = {
        [INS_VERDICT_DIVERGED] = "Learning curves",
        [INS_VERDICT_SYMMETRIC] = "Breaking symmetry",
        [INS_VERDICT_NO_SIGNAL] = "Forward signal",
        [INS_VERDICT_VANISHING] = "Backward signal",
        [INS_VERDICT_EXPLODING] = "Forward signal",
        [INS_VERDICT_SATURATED] = "Distributions",
        [INS_VERDICT_DEAD] = "Breaking symmetry",
        [INS_VERDICT_NOT_MOVING] = "Gradients and updates",
        [INS_VERDICT_PRESERVING] = "Theory and measurement"};
    static const ins_table_column column[COLUMNS] = {{"Verdict", 40, INS_LEFT},
                                                     {"settings", 26, INS_RIGHT},
                                                     {"of them learn", 30, INS_RIGHT},
                                                     {"share", 26, INS_RIGHT}};
    ins_flow *flow = c->flow;
    ins_cell *cell = ins_arena_get(flow->arena, INS_VERDICTS * COLUMNS, sizeof *cell, "table");
    size_t rows = 0;
    for (ins_verdict v = 0; v < INS_VERDICTS; v++) {
        tally of = tally_of(c, v);
        if (proof[v] == NULL || of.settings == 0) continue;
        ins_cell *row = cell + COLUMNS * rows++;
        row[0] = (ins_cell){.text = ins_verdict_table[v].name, .bold = true};
        row[1].text = ins_flow_format(flow, "%zu", of.settings);
        row[2].text = ins_flow_format(flow, "%zu", of.learned);
        row[3].text = ins_say_percent(flow, (double)of.learned / (double)of.settings);
        ins_closing_cite(c, of.experiment, proof[v]);
    }
    if (rows == 0) return;
    ins_closing_say(c, "Each fault has its mark before training or during it; what it costs is the "
                       "share of the settings, over all experiments, that learn in spite of it:");
    ins_table_layout table = {.column = column, .columns = COLUMNS, .rows = rows, .cell = cell};
    ins_closing_table(c, &table);
}

static void variance_learning(ins_closing *c)
{
    size_t inside = 0, inside_learned = 0, outside = 0, outside_learned = 0;
    for (size_t e = 0; e < c->count; e++) {
        for (size_t a = 0; a < c->experiment[e].study.arms; a++) {
            const ins_arm_analysis *arm = ins_closing_at(c, (ins_spot){e, a});
            bool learned = ins_closing_has(c, e, a, INS_VERDICT_LEARNED);
            if (isnan(arm->signal[INS_FORWARD].gain.mean) ||
                isnan(arm->signal[INS_BACKWARD].gain.mean))
                continue;
            bool keeps = ins_closing_keeps(arm);
            *(keeps ? &inside : &outside) += 1;
            *(keeps ? &inside_learned : &outside_learned) += learned;
        }
    }
    if (inside == 0 || outside == 0) return;
    ins_closing_say(
        c,
        ins_flow_format(
            c->flow,
            "A gain per layer is taken to the power of the depth. Of the %zu settings whose gain "
            "lies between %s and %s in both directions before training, %s learn; of the %zu in "
            "which it lies outside in one of them, %s do.",
            inside, ins_say(c->flow, ins_threshold_of(INS_THRESHOLD_GAIN_LOWER)),
            ins_say(c->flow, ins_threshold_of(INS_THRESHOLD_GAIN_UPPER)),
            ins_say_percent(c->flow, (double)inside_learned / (double)inside), outside,
            ins_say_percent(c->flow, (double)outside_learned / (double)outside)));
}

/* How well the gains are foretold, and where theory is shown next to measurement. */
static void variance_theory(ins_closing *c)
{
    size_t known = 0, close = 0, best = 0, proof = SIZE_MAX;
    for (size_t e = 0; e < c->count; e++) {
        size_t here = 0;
        for (size_t a = 0; a < c->experiment[e].study.arms; a++) {
            const ins_arm_analysis *arm = ins_closing_at(c, (ins_spot){e, a});
            double off[] = {
                log(arm->signal[INS_FORWARD].gain.mean / arm->signal[INS_FORWARD].theory),
                log(arm->signal[INS_BACKWARD].gain.mean / arm->signal[INS_BACKWARD].theory)};
            for (size_t i = 0; i < 2; i++) {
                here += isfinite(off[i]);
                close += fabs(off[i]) < log(1.25);
            }
        }
        known += here;
        size_t depth = c->experiment[e].study.layers;
        if (here == 0 || c->experiment[e].study.arms > INS_MOST_ARMS || depth <= best) continue;
        best = depth;
        proof = e;
    }
    if (known == 0) return;
    ins_closing_say(
        c, ins_flow_format(c->flow,
                           "The gain needs no training to be known: of %zu measured gains %zu are "
                           "within 25%% of what the variance of the weights, the width and the "
                           "activation predict.",
                           known, close));
    if (proof != SIZE_MAX) {
        ins_closing_cite(c, proof, "Theory and measurement");
        ins_closing_cite(c, proof, "Forward signal");
        ins_closing_cite(c, proof, "Backward signal");
    }
}

/* The scale of what goes in and what comes out: the loss before training against ln C. */
static void variance_ends(ins_closing *c)
{
    ins_spot worst = ins_nowhere;
    double most = ins_threshold_of(INS_THRESHOLD_CONFIDENT_LOSS);
    for (size_t e = 0; e < c->count; e++) {
        for (size_t a = 0; a < c->experiment[e].study.arms; a++) {
            double excess = ins_closing_at(c, (ins_spot){e, a})->outcome.initial_loss.mean -
                            log(c->experiment[e].analysis.classes);
            if (!(excess > most) || !isfinite(excess)) continue;
            most = excess;
            worst = (ins_spot){e, a};
        }
    }
    if (worst.arm == SIZE_MAX) return;
    double guess = log(c->experiment[worst.experiment].analysis.classes);
    ins_closing_say(
        c, ins_flow_format(c->flow,
                           "The ends count too. A network that knows nothing should say so, with a "
                           "loss of ln C: %s starts at %s where guessing costs %s.",
                           ins_closing_spot(c, worst), ins_say(c->flow, guess + most),
                           ins_say(c->flow, guess)));
    ins_closing_cite(c, worst.experiment, "Data and first step");
}

void ins_answer_variance(ins_closing *c)
{
    variance_learning(c);
    variance_theory(c);
    variance_ends(c);
}
