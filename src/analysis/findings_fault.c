/* Findings about what goes wrong in training, and about how far the comparison can be trusted. */
#include <config.h>

#include "findings.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

bool ins_find_diverged(ins_finder *f)
{
    size_t runs = 0, diverged = 0, earliest = SIZE_MAX;
    for (size_t a = 0; a < f->study->arms; a++) {
        f->which[a] = f->analysis->arm[a].outcome.diverged > 0;
        if (!f->which[a]) continue;
        runs += f->study->arm[a].runs;
        diverged += f->analysis->arm[a].outcome.diverged;
        for (size_t i = 0; i < f->study->arm[a].runs; i++) {
            size_t run = f->study->arm[a].run[i];
            if (!f->study->run[run].diverged) continue;
            if (earliest == SIZE_MAX ||
                f->study->run[run].last.ordinal < f->study->run[earliest].last.ordinal)
                earliest = run;
        }
    }
    if (diverged == 0) return false;
    ins_text_add(&f->claim, "Training diverges with ");
    ins_add_arms(f, &f->claim);
    ins_text_add(&f->claim, ".");
    ins_text_add_format(
        &f->evidence,
        "%zu of %zu runs end with numbers that are not finite, the earliest at epoch "
        "%lld (",
        diverged, runs, ins_epoch_number(f->study, f->study->run[earliest].last));
    ins_add_arm(f, &f->evidence, f->study->run[earliest].arm);
    ins_text_add_format(&f->evidence, ", seed %lld); they are counted with what they had reached.",
                        f->study->run[earliest].seed);
    return true;
}

bool ins_find_saturated(ins_finder *f)
{
    size_t marked = ins_mark_verdict(f, INS_VERDICT_SATURATED), most = SIZE_MAX;
    if (marked == 0) return false;
    for (size_t a = 0; a < f->study->arms; a++) {
        if (f->which[a] && (most == SIZE_MAX || f->analysis->arm[a].units.saturated_share >
                                                    f->analysis->arm[most].units.saturated_share))
            most = a;
    }
    char number[INS_PROSE_SIZE];
    ins_add_arms(f, &f->claim);
    ins_text_add(&f->claim, marked == 1 ? " saturates its units." : " saturate their units.");
    ins_text_add_format(&f->evidence,
                        "Up to %s of a hidden layer's activations are beyond the knee ",
                        ins_prose_percent(number, f->analysis->arm[most].units.saturated_share));
    ins_text_add(&f->evidence, "with ");
    ins_add_arm(f, &f->evidence, most);
    ins_text_add_format(&f->evidence, " (mean over %zu %s), where the slope is almost 0.",
                        f->study->arm[most].runs, f->study->arm[most].runs == 1 ? "seed" : "seeds");
    return true;
}

/* Units counted by their share; layers that are shut as a whole by the runs they happen in. */
bool ins_find_dead(ins_finder *f)
{
    size_t runs = 0, dead = 0, most = SIZE_MAX;
    if (ins_mark_verdict(f, INS_VERDICT_DEAD) == 0) return false;
    for (size_t a = 0; a < f->study->arms; a++) {
        const ins_arm_analysis *of = &f->analysis->arm[a];
        if (!f->which[a]) continue;
        runs += f->study->arm[a].runs;
        dead += of->units.dead_runs;
        if (isnan(of->units.dead_share)) continue;
        if (most == SIZE_MAX || of->units.dead_share > f->analysis->arm[most].units.dead_share)
            most = a;
    }
    ins_text_add(&f->claim,
                 dead > 0 ? "Whole layers are dead with " : "Most units of a layer are dead with ");
    ins_add_arms(f, &f->claim);
    ins_text_add(&f->claim, ".");
    if (most != SIZE_MAX) {
        char number[INS_PROSE_SIZE];
        ins_text_add_format(&f->evidence,
                            "Up to %s of a hidden layer's units are 0 on every probe row with ",
                            ins_prose_percent(number, f->analysis->arm[most].units.dead_share));
        ins_add_arm(f, &f->evidence, most);
        ins_text_add(&f->evidence, ": no gradient can pass them.");
    }
    if (dead == 0) return true;
    if (most != SIZE_MAX) ins_text_add(&f->evidence, " ");
    ins_text_add_format(
        &f->evidence,
        "In %zu of %zu runs some hidden layer is 0 on every probe row while its z is "
        "not: no gradient can pass it.",
        dead, runs);
    return true;
}

bool ins_find_not_moving(ins_finder *f)
{
    size_t marked = ins_mark_verdict(f, INS_VERDICT_NOT_MOVING), least = SIZE_MAX;
    if (marked == 0) return false;
    for (size_t a = 0; a < f->study->arms; a++) {
        if (f->which[a] && (least == SIZE_MAX || f->analysis->arm[a].outcome.update_log10 <
                                                     f->analysis->arm[least].outcome.update_log10))
            least = a;
    }
    char number[INS_PROSE_SIZE];
    ins_text_add(&f->claim, "The weights of ");
    ins_add_arms(f, &f->claim);
    ins_text_add(&f->claim, " hardly move.");
    ins_text_add_format(
        &f->evidence,
        "The median update between recorded epochs is %s of the size of its weights "
        "with ",
        ins_prose(number, pow(10, f->analysis->arm[least].outcome.update_log10), false));
    ins_add_arm(f, &f->evidence, least);
    ins_text_add(&f->evidence, "; from 10⁻⁴ to 10⁻² is healthy.");
    return true;
}

bool ins_find_seeds(ins_finder *f)
{
    size_t enough = (size_t)ins_threshold_of(INS_THRESHOLD_SEEDS_TO_CLAIM), few = 0, single = 0;
    for (size_t a = 0; a < f->study->arms; a++) {
        single += f->study->arm[a].runs == 1;
        few += f->study->arm[a].runs < enough;
    }
    if (few == 0) return false;
    if (single > 0) {
        ins_text_add(&f->claim, "One seed proves nothing: it has no interval.");
    } else {
        ins_text_add_format(&f->claim, "%zu seeds are too few to call an arm better.",
                            f->analysis->seeds);
    }
    ins_text_add_format(&f->evidence,
                        "%zu of %zu initializers have fewer than the %zu seeds that are asked for "
                        "here before a difference is claimed",
                        few, f->study->arms, enough);
    if (single > 0) ins_text_add_format(&f->evidence, ", %zu of them a single one", single);
    ins_text_add(&f->evidence, ".");
    return true;
}

/* Training was short and most arms can only have moved a little. */
bool ins_find_few_updates(ins_finder *f)
{
    size_t known = 0, small = 0, most = SIZE_MAX;
    double updates = NAN;
    for (size_t a = 0; a < f->study->arms; a++) {
        const ins_arm_analysis *of = &f->analysis->arm[a];
        if (isnan(of->outcome.relative_change) || isnan(of->outcome.updates)) continue;
        known++;
        f->which[a] = of->outcome.relative_change < ins_threshold_of(INS_THRESHOLD_SMALL_CHANGE);
        small += f->which[a];
        updates = fmax(updates, of->outcome.updates);
        if (f->which[a] && (most == SIZE_MAX || of->outcome.relative_change >
                                                    f->analysis->arm[most].outcome.relative_change))
            most = a;
    }
    if (small == 0 || 2 * small < known) return false;
    if (updates < 1 || updates > ins_threshold_of(INS_THRESHOLD_FEW_UPDATES)) return false;
    char number[INS_PROSE_SIZE];
    ins_text_add_format(&f->claim, "%.0f updates leave the weights close to where they started.",
                        updates);
    ins_text_add(&f->evidence, "No layer of ");
    ins_add_arms(f, &f->evidence);
    ins_text_add_format(
        &f->evidence,
        " can have moved by more than %s of its initial size: what is compared is mostly "
        "the initial functions.",
        ins_prose_percent(number, f->analysis->arm[most].outcome.relative_change));
    return true;
}

/* The optimizers whose steps do not depend on the gradient's size. */
static const char *adaptive(const ins_finder *f, size_t arm)
{
    const char *name = f->study->arm[arm].optimizer;
    if (name == NULL) name = ins_pairs_get(&f->study->experiment, "optimizer");
    if (name == NULL) return NULL;
    bool is = strncmp(name, "adam", 4) == 0 || strncmp(name, "rmsprop", 7) == 0;
    return is ? name : NULL;
}

bool ins_find_adaptive(ins_finder *f)
{
    size_t marked = 0, worst = SIZE_MAX;
    for (size_t a = 0; a < f->study->arms; a++) {
        const ins_arm_analysis *of = &f->analysis->arm[a];
        f->which[a] = adaptive(f, a) != NULL && ins_has_verdict(of, INS_VERDICT_LEARNED) &&
                      ins_grade_of(&of->signal[INS_BACKWARD]) == INS_GRADE_VANISHES;
        marked += f->which[a];
        if (f->which[a] &&
            (worst == SIZE_MAX ||
             of->signal[INS_BACKWARD].total < f->analysis->arm[worst].signal[INS_BACKWARD].total))
            worst = a;
    }
    if (marked == 0) return false;
    const ins_arm_analysis *of = &f->analysis->arm[worst];
    const char *name = adaptive(f, worst);
    char number[INS_PROSE_SIZE];
    ins_text_add_format(&f->claim, "The optimizer %.*s hides the vanishing gradients of ",
                        (int)strcspn(name, "( ,"), name);
    ins_add_arms(f, &f->claim);
    ins_text_add(&f->claim, ".");
    ins_text_add_format(&f->evidence,
                        "Going back, the variance of delta is left with %s of itself ",
                        ins_prose(number, of->signal[INS_BACKWARD].total, false));
    ins_text_add(&f->evidence, "with ");
    ins_add_arm(f, &f->evidence, worst);
    ins_text_add(&f->evidence, ", yet ");
    ins_prose_percent_interval(&f->evidence, of->outcome.accuracy);
    ins_text_add(&f->evidence,
                 " of the test rows are right: its steps are divided by the gradients' "
                 "own size.");
    return true;
}

bool ins_find_initial_loss(ins_finder *f)
{
    double guess = log(f->analysis->classes),
           excess = ins_threshold_of(INS_THRESHOLD_CONFIDENT_LOSS);
    size_t marked = 0, most = SIZE_MAX;
    for (size_t a = 0; a < f->study->arms; a++) {
        double loss = f->analysis->arm[a].outcome.initial_loss.mean;
        f->which[a] = loss > guess + excess;
        marked += f->which[a];
        if (f->which[a] &&
            (most == SIZE_MAX || loss > f->analysis->arm[most].outcome.initial_loss.mean)) {
            most = a;
        }
    }
    if (marked == 0) return false;
    char number[INS_PROSE_SIZE];
    ins_add_arms(f, &f->claim);
    ins_text_add(&f->claim, marked == 1 ? " starts" : " start");
    ins_text_add(&f->claim, " out confidently wrong.");
    ins_text_add(&f->evidence, "Before any update the training loss is ");
    ins_prose_interval(&f->evidence, f->analysis->arm[most].outcome.initial_loss);
    ins_text_add(&f->evidence, " with ");
    ins_add_arm(f, &f->evidence, most);
    ins_text_add_format(
        &f->evidence, "; giving all %.0f classes the same share costs ln %.0f = %s.",
        f->analysis->classes, f->analysis->classes, ins_prose(number, guess, false));
    return true;
}

/* The mean square of the inputs as the network sees them: from features.csv, else from the recorded
 * layer 0. NAN: unknown. */
static double input_scale(const ins_study *study)
{
    const double *mean = ins_table_numbers(&study->features, INS_FEATURES_SCALED_MEAN);
    const double *variance = ins_table_numbers(&study->features, INS_FEATURES_SCALED_VARIANCE);
    size_t rows = study->features.rows;
    if (rows > 0 && mean != NULL && variance != NULL) {
        double sum = 0;
        for (size_t i = 0; i < rows; i++) sum += mean[i] * mean[i] + variance[i];
        return sum / (double)rows;
    }
    return ins_number(study, INS_LAYERS_SECOND_MOMENT,
                      (ins_site){0, study->start, 0, INS_ACTIVATION});
}

bool ins_find_input_scale(ins_finder *f)
{
    double square = input_scale(f->study);
    bool small = square < ins_threshold_of(INS_THRESHOLD_INPUT_LOWER);
    char number[INS_PROSE_SIZE];
    if (!isfinite(square) || (!small && !(square > ins_threshold_of(INS_THRESHOLD_INPUT_UPPER))))
        return false;
    ins_text_add_format(&f->claim, "The inputs are %s for any initializer that expects unit scale.",
                        small ? "too small" : "too large");
    ins_text_add_format(
        &f->evidence,
        "Their mean square is %s, not 1: the first layer's z has that many times the "
        "variance fan_in · Var(W) that standardised inputs would give it.",
        ins_prose(number, square, false));
    return true;
}
