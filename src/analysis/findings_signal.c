/* Findings about the signals before training, and the symmetry that training cannot break. */
#include <config.h>

#include "findings.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

static void add_seeds(ins_text *text, size_t n)
{
    if (n == 1) {
        ins_text_add(text, "one seed");
    } else {
        ins_text_add_format(text, "%zu seeds", n);
    }
}

/* True when the gradient of every hidden weight is exactly 0 before and after training. */
static bool no_hidden_gradient(const ins_study *study, const ins_arm *arm)
{
    for (size_t i = 0; i < arm->runs; i++) {
        size_t run = arm->run[i];
        ins_epoch_index last = study->run[run].last_layers;
        for (size_t l = 1; l <= ins_hidden_layers(arm); l++) {
            if (ins_number(study, INS_LAYERS_VARIANCE,
                           (ins_site){run, study->start, l, INS_GRADIENT}) != 0 ||
                ins_number(study, INS_LAYERS_MEAN,
                           (ins_site){run, study->start, l, INS_GRADIENT}) != 0 ||
                ins_number(study, INS_LAYERS_VARIANCE, (ins_site){run, last, l, INS_GRADIENT}) !=
                    0 ||
                ins_number(study, INS_LAYERS_MEAN, (ins_site){run, last, l, INS_GRADIENT}) != 0)
                return false;
        }
    }
    return true;
}

/* The lowest training loss of the other arms, when it is lower than that of arm. */
static bool lower_loss(const ins_finder *f, size_t arm, double *lowest)
{
    *lowest = f->analysis->arm[arm].outcome.train_loss.mean;
    bool found = false;
    for (size_t a = 0; a < f->study->arms; a++) {
        double loss = f->analysis->arm[a].outcome.train_loss.mean;
        if (!(loss < *lowest)) continue;
        *lowest = loss;
        found = true;
    }
    return found;
}

/* An arm in which some layers stay symmetric and others do not. */
static void add_partly(ins_finder *f)
{
    for (size_t a = 0; a < f->study->arms; a++) {
        size_t kept = f->analysis->arm[a].units.symmetric_layers_end;
        size_t hidden = ins_hidden_layers(&f->study->arm[a]);
        if (!f->which[a] || kept == hidden) continue;
        ins_text_add(&f->evidence, " With ");
        ins_add_arm(f, &f->evidence, a);
        ins_text_add_format(&f->evidence, " it is broken in %zu of %zu hidden layers.",
                            hidden - kept, hidden);
        return;
    }
}

static void symmetric_outcome(ins_finder *f, size_t arm)
{
    const ins_arm_analysis *of = &f->analysis->arm[arm];
    char number[INS_PROSE_SIZE], other[INS_PROSE_SIZE];
    double lowest;
    if (of->outcome.train_loss.n > 0) {
        ins_text_add_format(&f->evidence, "; the training loss ends at %s",
                            ins_prose(number, of->outcome.train_loss.mean, false));
        if (!isnan(f->analysis->classes)) {
            ins_text_add_format(&f->evidence, " (guessing among %.0f classes: %s)",
                                f->analysis->classes,
                                ins_prose(other, log(f->analysis->classes), false));
        }
    }
    if (of->outcome.accuracy.n > 0) {
        ins_text_add(&f->evidence, ", and ");
        ins_prose_percent_interval(&f->evidence, of->outcome.accuracy);
        ins_text_add(&f->evidence, " of the test rows are right");
        if (!isnan(f->analysis->chance)) {
            ins_text_add_format(&f->evidence, " against %s for always naming one class",
                                ins_prose_percent(number, f->analysis->chance));
        }
    }
    ins_text_add(&f->evidence, ".");
    if (no_hidden_gradient(f->study, &f->study->arm[arm]) && lower_loss(f, arm, &lowest)) {
        ins_text_add_format(
            &f->evidence,
            " The gradient of its hidden weights is exactly 0 from the first update "
            "to the last: a saddle, not a local minimum, for the loss goes down to "
            "%s elsewhere.",
            ins_prose(number, lowest, false));
    }
}

bool ins_find_symmetric(ins_finder *f)
{
    size_t marked = ins_mark_verdict(f, INS_VERDICT_SYMMETRIC), shown = SIZE_MAX;
    if (marked == 0) return false;
    for (size_t a = 0; a < f->study->arms; a++) {
        if (!f->which[a]) continue;
        if (shown == SIZE_MAX || f->analysis->arm[a].outcome.accuracy.mean <
                                     f->analysis->arm[shown].outcome.accuracy.mean)
            shown = a;
    }
    const ins_arm *arm = &f->study->arm[shown];
    const ins_arm_analysis *of = &f->analysis->arm[shown];
    ins_text_add(&f->claim, of->outcome.trained ? "Training never breaks the symmetry of "
                                                : "Some units start identical with ");
    ins_add_arms(f, &f->claim);
    ins_text_add(&f->claim, ".");
    ins_text_add(&f->evidence, "With ");
    ins_add_arm(f, &f->evidence, shown);
    ins_text_add_format(
        &f->evidence,
        of->units.counted ? " %zu of %zu hidden layers have identical units %s"
                          : " the units of %zu of %zu hidden layers are identical %s",
        of->units.symmetric_layers_end, ins_hidden_layers(arm),
        of->outcome.trained ? "after the last epoch in every run" : "before training in every run");
    if (of->units.counted) {
        ins_text_add_format(&f->evidence, ", down to %.0f distinct of %.0f", of->units.distinct,
                            of->units.all);
    }
    ins_text_add(&f->evidence, " (");
    add_seeds(&f->evidence, arm->runs);
    ins_text_add(&f->evidence, ")");
    if (of->outcome.trained) {
        symmetric_outcome(f, shown);
    } else {
        ins_text_add(&f->evidence, ".");
    }
    add_partly(f);
    return true;
}

/* A signal of an arm; arm: SIZE_MAX, there is none. */
typedef struct spot {
    size_t arm;
    ins_direction direction;
    ins_signal signal;
} spot;

static spot spot_of(const ins_finder *f, size_t arm, ins_direction direction)
{
    return (spot){arm, direction, f->analysis->arm[arm].signal[direction]};
}

/* Marks the arms with a signal of this grade, either way; the most extreme one is *worst. */
static size_t mark_signal(ins_finder *f, ins_grade grade, spot *worst)
{
    size_t marked = 0;
    *worst = (spot){.arm = SIZE_MAX, .signal.total = 1};
    for (size_t a = 0; a < f->study->arms; a++) {
        for (ins_direction d = 0; d < INS_DIRECTIONS; d++) {
            spot at = spot_of(f, a, d);
            if (ins_grade_of(&at.signal) != grade) continue;
            marked += !f->which[a];
            f->which[a] = true;
            if (fabs(log(at.signal.total)) > fabs(log(worst->signal.total))) *worst = at;
        }
    }
    return marked;
}

static void add_change(ins_finder *f, const spot *at, const char *verb)
{
    char number[INS_PROSE_SIZE];
    ins_text_add_format(&f->evidence,
                        "Over %zu hidden layers the variance of %s %s by %s orders of "
                        "magnitude with ",
                        ins_hidden_layers(&f->study->arm[at->arm]),
                        at->direction == INS_BACKWARD ? "delta, going back," : "z", verb,
                        ins_prose(number, fabs(log10(at->signal.total)), false));
    ins_add_arm(f, &f->evidence, at->arm);
    ins_text_add(&f->evidence, " (gain ");
    ins_prose_interval(&f->evidence, at->signal.gain);
    ins_text_add(&f->evidence, " a layer, ");
    add_seeds(&f->evidence, at->signal.gain.n);
    ins_text_add(&f->evidence, ").");
}

bool ins_find_vanishing(ins_finder *f)
{
    spot worst;
    size_t marked = mark_signal(f, INS_GRADE_VANISHES, &worst);
    if (marked == 0) return false;
    ins_text_add(&f->claim, marked == 1 ? "The signal vanishes with " : "Signals vanish with ");
    ins_add_arms(f, &f->claim);
    ins_text_add(&f->claim, ".");
    add_change(f, &worst, "falls");
    return true;
}

bool ins_find_exploding(ins_finder *f)
{
    spot worst;
    size_t marked = mark_signal(f, INS_GRADE_EXPLODES, &worst), overflowed = SIZE_MAX;
    for (size_t a = 0; a < f->study->arms; a++) {
        if (f->analysis->arm[a].overflowed == 0) continue;
        marked += !f->which[a];
        f->which[a] = true;
        if (overflowed == SIZE_MAX) overflowed = a;
    }
    if (marked == 0) return false;
    ins_text_add(&f->claim, marked == 1 ? "The signal explodes with " : "Signals explode with ");
    ins_add_arms(f, &f->claim);
    ins_text_add(&f->claim, ".");
    if (worst.arm != SIZE_MAX) add_change(f, &worst, "grows");
    if (overflowed == SIZE_MAX) return true;
    if (worst.arm != SIZE_MAX) ins_text_add(&f->evidence, " ");
    ins_text_add_format(&f->evidence, "In %zu of %zu runs of ",
                        f->analysis->arm[overflowed].overflowed, f->study->arm[overflowed].runs);
    ins_add_arm(f, &f->evidence, overflowed);
    ins_text_add(&f->evidence, " the numbers overflow before the first update.");
    return true;
}

/* How far from 1 both gains of an arm are; INFINITY when one is not known. */
static double deviation(const ins_arm_analysis *of)
{
    double sum = fabs(log(of->signal[INS_FORWARD].gain.mean)) +
                 fabs(log(of->signal[INS_BACKWARD].gain.mean));
    return isnan(sum) ? INFINITY : sum;
}

bool ins_find_preserving(ins_finder *f)
{
    size_t marked = ins_mark_verdict(f, INS_VERDICT_PRESERVING), closest = SIZE_MAX;
    for (size_t a = 0; a < f->study->arms; a++) {
        if ((marked > 0 && !f->which[a]) || isinf(deviation(&f->analysis->arm[a]))) continue;
        if (closest == SIZE_MAX ||
            deviation(&f->analysis->arm[a]) < deviation(&f->analysis->arm[closest]))
            closest = a;
    }
    if (closest == SIZE_MAX) return false;
    const ins_arm_analysis *of = &f->analysis->arm[closest];
    size_t hidden = ins_hidden_layers(&f->study->arm[closest]);
    if (marked == 0 && (double)hidden <= ins_threshold_of(INS_THRESHOLD_SHALLOW)) return false;
    if (marked > 0) {
        ins_add_arms(f, &f->claim);
        ins_text_add(&f->claim, marked == 1 ? " keeps" : " keep");
        ins_text_add(&f->claim, " both signals alive.");
    } else {
        ins_text_add(&f->claim, "No arm keeps both signals alive.");
    }
    ins_text_add(&f->evidence, "Closest to 1 over ");
    ins_text_add_format(&f->evidence, "%zu hidden layers is ", hidden);
    ins_add_arm(f, &f->evidence, closest);
    ins_text_add(&f->evidence, ": a gain of ");
    ins_prose_interval(&f->evidence, of->signal[INS_FORWARD].gain);
    ins_text_add(&f->evidence, " a layer forward and ");
    ins_prose_interval(&f->evidence, of->signal[INS_BACKWARD].gain);
    ins_text_add(&f->evidence, " backward (");
    add_seeds(&f->evidence, of->signal[INS_FORWARD].gain.n);
    ins_text_add(&f->evidence, ").");
    return true;
}

/* The gain farthest from 1 of all arms, when every arm is shallow and nothing came of it. */
static bool mildest(ins_finder *f, spot *strongest)
{
    *strongest = (spot){.arm = SIZE_MAX, .signal.gain = {.mean = 1}};
    for (size_t a = 0; a < f->study->arms; a++) {
        if ((double)ins_hidden_layers(&f->study->arm[a]) >
                ins_threshold_of(INS_THRESHOLD_SHALLOW) ||
            ins_has_verdict(&f->analysis->arm[a], INS_VERDICT_VANISHING) ||
            ins_has_verdict(&f->analysis->arm[a], INS_VERDICT_EXPLODING))
            return false;
        for (ins_direction d = 0; d < INS_DIRECTIONS; d++) {
            spot at = spot_of(f, a, d);
            if (at.signal.gain.n > 0 &&
                fabs(log(at.signal.gain.mean)) > fabs(log(strongest->signal.gain.mean))) {
                *strongest = at;
            }
        }
    }
    return strongest->arm != SIZE_MAX && ins_grade_of(&strongest->signal) != INS_GRADE_KEPT;
}

bool ins_find_shallow(ins_finder *f)
{
    enum { DEEP = 30 };
    spot at;
    if (!mildest(f, &at)) return false;
    char total[INS_PROSE_SIZE], deep[INS_PROSE_SIZE];
    size_t hidden = ins_hidden_layers(&f->study->arm[at.arm]);
    ins_text_add_format(&f->claim, "%zu hidden layers are too few to lose a signal.", hidden);
    ins_text_add_format(&f->evidence, "The %s variance changes by a factor of %s at most (",
                        at.direction == INS_BACKWARD ? "backward" : "forward",
                        ins_prose(total, at.signal.total, false));
    ins_add_arm(f, &f->evidence, at.arm);
    ins_text_add_format(&f->evidence,
                        "); the same gain a layer would make %s of it over %d hidden layers.",
                        ins_prose(deep, pow(at.signal.gain.mean, DEEP - 1), false), DEEP);
    return true;
}

static bool loses_signal(const ins_arm_analysis *of)
{
    return ins_has_verdict(of, INS_VERDICT_VANISHING) || ins_has_verdict(of, INS_VERDICT_EXPLODING);
}

static void add_gains(ins_finder *f, size_t arm)
{
    const ins_arm_analysis *of = &f->analysis->arm[arm];
    ins_prose_interval(&f->evidence, of->signal[INS_FORWARD].gain);
    ins_text_add(&f->evidence, " and ");
    ins_prose_interval(&f->evidence, of->signal[INS_BACKWARD].gain);
    ins_text_add_format(&f->evidence, " with %s", f->study->arm[arm].activation);
}

bool ins_find_activation(ins_finder *f)
{
    const ins_arm *arm = f->study->arm;
    for (size_t a = 0; a < f->study->arms; a++) {
        if (!ins_has_verdict(&f->analysis->arm[a], INS_VERDICT_PRESERVING)) continue;
        for (size_t b = 0; b < f->study->arms; b++) {
            if (arm[a].activation == NULL || arm[b].activation == NULL ||
                strcmp(arm[a].activation, arm[b].activation) == 0 ||
                strcmp(arm[a].initializer, arm[b].initializer) != 0 ||
                !loses_signal(&f->analysis->arm[b]))
                continue;
            ins_text_add_format(&f->claim,
                                "Whether %s keeps the signals depends on the activation.",
                                arm[a].initializer);
            ins_text_add(&f->evidence, "Its gain a layer, forward and backward, is ");
            add_gains(f, a);
            ins_text_add(&f->evidence, ", and ");
            add_gains(f, b);
            ins_text_add(&f->evidence, ".");
            return true;
        }
    }
    return false;
}
