/* Findings about the outcome: which arm is better, by differences paired by seed and corrected for
 * their number; who learned; how soon. */
#include <config.h>

#include "findings.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

/* "12.3 [10.1, 14.5] percentage points" */
static void add_points(ins_text *text, ins_interval difference)
{
    ins_interval points = {difference.n, 100 * difference.mean, 100 * difference.lower,
                           100 * difference.upper};
    ins_prose_interval(text, points);
    ins_text_add(text, " percentage points");
}

/* The interval is that of the one difference; p is corrected for all that were looked at. */
static void add_proof(ins_finder *f, const ins_pair *pairs, const ins_pair *pair)
{
    char number[INS_PROSE_SIZE];
    bool tiny = pair->adjusted_p < 1e-3;
    size_t comparisons = 0;
    for (size_t i = 0; i < f->analysis->pairs; i++) {
        if (!isnan(pairs[i].adjusted_p)) comparisons++;
    }
    ins_text_add_format(&f->evidence, "(paired by seed, %zu seeds, p %s %s",
                        pair->accuracy.difference.n, tiny ? "<" : "=",
                        ins_prose(number, tiny ? 1e-3 : pair->adjusted_p, false));
    if (comparisons > 1) {
        ins_text_add_format(&f->evidence, " after Holm's correction for %zu comparisons",
                            comparisons);
    }
    ins_text_add(&f->evidence, ")");
}

/* Marks the arms that the best arm exceeds; *closest is the one by the smallest difference. */
static size_t mark_exceeded(ins_finder *f, size_t best, size_t *closest)
{
    size_t marked = 0;
    for (size_t a = 0; a < f->study->arms; a++) {
        f->which[a] = ins_exceeds(f->analysis->pair, best, a);
        if (!f->which[a]) continue;
        marked++;
        if (marked == 1 || f->analysis->arm[a].outcome.accuracy.mean >
                               f->analysis->arm[*closest].outcome.accuracy.mean)
            *closest = a;
    }
    return marked;
}

static bool enough_seeds(const ins_finder *f, size_t arm)
{
    return f->analysis->arm[arm].outcome.accuracy.n >=
           (size_t)ins_threshold_of(INS_THRESHOLD_SEEDS_TO_CLAIM);
}

/* Marks the arms that cannot be told from the best one even before any correction, the best
 * included; *lowest is the one with the lowest mean. Arms with too few seeds cannot be told from
 * anything and are left out. */
static size_t mark_tied(ins_finder *f, size_t best, size_t *lowest)
{
    size_t marked = 0;
    for (size_t a = 0; a < f->study->arms; a++) {
        f->which[a] = enough_seeds(f, a) &&
                      (a == best || ins_pair_of(f->analysis->pair, best, a).accuracy.p >=
                                        ins_threshold_of(INS_THRESHOLD_SIGNIFICANT));
        if (!f->which[a]) continue;
        marked++;
        if (a == best) continue;
        if (*lowest == SIZE_MAX || f->analysis->arm[a].outcome.accuracy.mean <
                                       f->analysis->arm[*lowest].outcome.accuracy.mean)
            *lowest = a;
    }
    return marked;
}

/* The arms that are left between the best and those it exceeds. */
static void add_rivals(ins_finder *f, size_t best)
{
    size_t rivals = 0;
    for (size_t a = 0; a < f->study->arms; a++) {
        f->which[a] = a != best && enough_seeds(f, a) && !ins_exceeds(f->analysis->pair, best, a);
        rivals += f->which[a];
    }
    if (rivals == 0) return;
    ins_text_add(&f->evidence, " After this correction not told apart from it: ");
    ins_add_arms(f, &f->evidence);
    ins_text_add(&f->evidence, ".");
}

bool ins_find_best(ins_finder *f)
{
    size_t best = ins_best_arm(f), closest = 0;
    if (best == SIZE_MAX) return false;
    size_t marked = mark_exceeded(f, best, &closest);
    if (marked == 0) return false;
    bool all = marked + 1 == f->study->arms;
    ins_add_arm(f, &f->claim, best);
    if (all && marked > 1) {
        ins_text_add(&f->claim, " is right more often than every other arm.");
    } else {
        ins_text_add(&f->claim, " is right more often than ");
        ins_add_arms(f, &f->claim);
        ins_text_add(&f->claim, ".");
    }
    ins_pair pair = ins_pair_of(f->analysis->pair, best, closest);
    ins_prose_percent_interval(&f->evidence, f->analysis->arm[best].outcome.accuracy);
    ins_text_add(&f->evidence, " of the test rows are right, ");
    add_points(&f->evidence, pair.accuracy.difference);
    ins_text_add(&f->evidence, " more than with ");
    ins_add_arm(f, &f->evidence, closest);
    ins_text_add(&f->evidence, " ");
    add_proof(f, f->analysis->pair, &pair);
    ins_text_add(&f->evidence, ".");
    add_rivals(f, best);
    return true;
}

/* The claim of a tie, and the arm that shows it; SIZE_MAX: none is claimed. */
static size_t claim_tie(ins_finder *f, size_t best)
{
    size_t lowest = SIZE_MAX, closest = SIZE_MAX;
    if (mark_tied(f, best, &lowest) > 1 && f->which[best]) {
        ins_text_add(&f->claim, "No difference in accuracy is detectable between ");
        ins_add_arms(f, &f->claim);
        ins_text_add(&f->claim, ".");
        return lowest;
    }
    if (mark_exceeded(f, best, &closest) > 0 || !enough_seeds(f, best)) return SIZE_MAX;
    for (size_t a = 0; a < f->study->arms; a++) {
        if (a == best || !enough_seeds(f, a)) continue;
        if (lowest == SIZE_MAX || f->analysis->arm[a].outcome.accuracy.mean <
                                      f->analysis->arm[lowest].outcome.accuracy.mean)
            lowest = a;
    }
    if (lowest != SIZE_MAX) {
        ins_text_add(&f->claim, "No difference in accuracy survives the number of comparisons.");
    }
    return lowest;
}

bool ins_find_tie(ins_finder *f)
{
    size_t best = ins_best_arm(f);
    if (best == SIZE_MAX || ins_has_verdict(&f->analysis->arm[best], INS_VERDICT_DID_NOT_LEARN))
        return false;
    size_t lowest = claim_tie(f, best);
    if (lowest == SIZE_MAX) return false;
    ins_pair pair = ins_pair_of(f->analysis->pair, best, lowest);
    ins_text_add(&f->evidence, "The widest of these differences, ");
    ins_add_arm(f, &f->evidence, best);
    ins_text_add(&f->evidence, " over ");
    ins_add_arm(f, &f->evidence, lowest);
    ins_text_add(&f->evidence, ", is ");
    add_points(&f->evidence, pair.accuracy.difference);
    ins_text_add(&f->evidence, " ");
    add_proof(f, f->analysis->pair, &pair);
    ins_text_add(&f->evidence, ".");
    return true;
}

/* Where accuracy ties, the loss may tell: the arm with the lowest training loss against the tied
 * ones. */
bool ins_find_loss(ins_finder *f)
{
    size_t best = ins_best_arm(f), lowest = SIZE_MAX, least = SIZE_MAX, marked = 0,
           nearest = SIZE_MAX;
    if (best == SIZE_MAX || mark_tied(f, best, &lowest) < 2) return false;
    const ins_arm_analysis *arm = f->analysis->arm;
    for (size_t a = 0; a < f->study->arms; a++) {
        if (!f->which[a] || arm[a].outcome.train_loss.n == 0) continue;
        if (least == SIZE_MAX ||
            arm[a].outcome.train_loss.mean < arm[least].outcome.train_loss.mean)
            least = a;
    }
    if (least == SIZE_MAX) return false;
    for (size_t a = 0; a < f->study->arms; a++) {
        f->which[a] = f->which[a] && a != least && ins_exceeds(f->loss, a, least);
        if (!f->which[a]) continue;
        marked++;
        if (nearest == SIZE_MAX ||
            arm[a].outcome.train_loss.mean < arm[nearest].outcome.train_loss.mean)
            nearest = a;
    }
    if (marked == 0) return false;
    ins_pair pair = ins_pair_of(f->loss, nearest, least);
    ins_interval ratio = {pair.accuracy.difference.n, exp(pair.accuracy.difference.mean),
                          exp(pair.accuracy.difference.lower), exp(pair.accuracy.difference.upper)};
    ins_text_add(&f->claim, "At the same accuracy, ");
    ins_add_arm(f, &f->claim, least);
    ins_text_add(&f->claim, " has a lower training loss than ");
    ins_add_arms(f, &f->claim);
    ins_text_add(&f->claim, ".");
    ins_text_add(&f->evidence, "It ends at ");
    ins_prose_interval(&f->evidence, arm[least].outcome.train_loss);
    ins_text_add(&f->evidence, "; that of ");
    ins_add_arm(f, &f->evidence, nearest);
    ins_text_add(&f->evidence, " is ");
    ins_prose_interval(&f->evidence, ratio);
    ins_text_add(&f->evidence, " times as high ");
    add_proof(f, f->loss, &pair);
    ins_text_add(&f->evidence, ".");
    return true;
}

/* The accuracies of the arms with the highest and the lowest mean among the marked ones. */
static void add_range(ins_finder *f, ins_text *text)
{
    size_t low = SIZE_MAX, high = SIZE_MAX;
    const ins_arm_analysis *arm = f->analysis->arm;
    for (size_t a = 0; a < f->study->arms; a++) {
        if (!f->which[a] || arm[a].outcome.accuracy.n == 0) continue;
        if (low == SIZE_MAX || arm[a].outcome.accuracy.mean < arm[low].outcome.accuracy.mean)
            low = a;
        if (high == SIZE_MAX || arm[a].outcome.accuracy.mean > arm[high].outcome.accuracy.mean)
            high = a;
    }
    if (low == SIZE_MAX) return;
    if (low != high) {
        ins_text_add(text, "from ");
        ins_prose_percent_interval(text, arm[low].outcome.accuracy);
        ins_text_add(text, " (");
        ins_add_arm(f, text, low);
        ins_text_add(text, ") to ");
    }
    ins_prose_percent_interval(text, arm[high].outcome.accuracy);
    ins_text_add(text, " (");
    ins_add_arm(f, text, high);
    ins_text_add(text, ")");
}

/* Whether all marked arms are known to fail: every run diverged, the interval ends below that of
 * the best arm or the mean is not above guessing; else their learning is merely not shown. */
static bool clearly_failed(const ins_finder *f)
{
    size_t best = ins_best_arm(f);
    for (size_t a = 0; a < f->study->arms; a++) {
        ins_interval own = f->analysis->arm[a].outcome.accuracy;
        if (!f->which[a] || own.mean <= f->analysis->chance + 1e-9 ||
            f->analysis->arm[a].outcome.diverged == f->study->arm[a].runs)
            continue;
        if (!(own.upper < f->analysis->arm[best].outcome.accuracy.lower)) return false;
    }
    return true;
}

static void claim_outcome(ins_finder *f, size_t learned, size_t failed)
{
    bool clearly = clearly_failed(f);
    if (failed == 0) {
        ins_text_add(&f->claim, learned == 1 ? "The only arm learns." : "Every arm learns.");
    } else if (learned == 0) {
        ins_text_add(&f->claim, clearly ? "No arm learns." : "No arm is shown to learn.");
    } else {
        ins_add_arms(f, &f->claim);
        if (clearly) {
            ins_text_add(&f->claim, failed == 1 ? " does not learn." : " do not learn.");
        } else {
            ins_text_add(&f->claim, failed == 1 ? " is" : " are");
            ins_text_add(&f->claim, " not shown to learn.");
        }
    }
}

bool ins_find_outcome(ins_finder *f)
{
    char number[INS_PROSE_SIZE];
    if (isnan(f->analysis->chance) || ins_best_arm(f) == SIZE_MAX) return false;
    size_t learned = ins_mark_verdict(f, INS_VERDICT_LEARNED);
    size_t failed = ins_mark_verdict(f, INS_VERDICT_DID_NOT_LEARN);
    if (learned + failed == 0) return false;
    claim_outcome(f, learned, failed);
    if (failed == 0) ins_mark_verdict(f, INS_VERDICT_LEARNED);
    ins_text_add(&f->evidence, "The share of right test rows is ");
    add_range(f, &f->evidence);
    if (learned > 0 && failed > 0) {
        ins_mark_verdict(f, INS_VERDICT_LEARNED);
        ins_text_add(&f->evidence, ", with the others ");
        add_range(f, &f->evidence);
    }
    ins_text_add_format(&f->evidence, "; always naming the most frequent class gets %s.",
                        ins_prose_percent(number, f->analysis->chance));
    return true;
}

/* The fastest arm of those that always reach the target; *slowest and the marked arms are slower.
 */
static size_t mark_slower(ins_finder *f, size_t *slowest)
{
    const ins_arm_analysis *arm = f->analysis->arm;
    size_t fastest = SIZE_MAX;
    for (size_t a = 0; a < f->study->arms; a++) {
        if (arm[a].outcome.reached_target < f->study->arm[a].runs) continue;
        if (fastest == SIZE_MAX ||
            arm[a].outcome.epochs_to_target.mean < arm[fastest].outcome.epochs_to_target.mean) {
            fastest = a;
        }
    }
    *slowest = SIZE_MAX;
    for (size_t a = 0; a < f->study->arms && fastest != SIZE_MAX; a++) {
        f->which[a] = ins_exceeds(f->speed, a, fastest);
        if (f->which[a] &&
            (*slowest == SIZE_MAX ||
             arm[a].outcome.epochs_to_target.mean > arm[*slowest].outcome.epochs_to_target.mean))
            *slowest = a;
    }
    return fastest;
}

bool ins_find_speed(ins_finder *f)
{
    size_t slowest, fastest = mark_slower(f, &slowest);
    if (fastest == SIZE_MAX || slowest == SIZE_MAX) return false;
    const ins_arm_analysis *arm = f->analysis->arm;
    ins_pair pair = ins_pair_of(f->speed, slowest, fastest);
    char number[INS_PROSE_SIZE];
    ins_add_arm(f, &f->claim, fastest);
    ins_text_add(&f->claim, " learns sooner than ");
    ins_add_arms(f, &f->claim);
    ins_text_add(&f->claim, ".");
    ins_text_add_format(&f->evidence, "It reaches %s of the test rows after ",
                        ins_prose_percent(number, f->analysis->target));
    ins_prose_interval(&f->evidence, arm[fastest].outcome.epochs_to_target);
    ins_text_add(&f->evidence, " epochs, ");
    ins_prose_interval(&f->evidence, pair.accuracy.difference);
    ins_text_add(&f->evidence, " before ");
    ins_add_arm(f, &f->evidence, slowest);
    ins_text_add(&f->evidence, " ");
    add_proof(f, f->speed, &pair);
    size_t missed = f->study->arm[slowest].runs - arm[slowest].outcome.reached_target;
    if (missed > 0) ins_text_add_format(&f->evidence, "; %zu of its runs never got there", missed);
    ins_text_add(&f->evidence, ".");
    return true;
}

static bool differs(const char *a, const char *b)
{
    return a != NULL && b != NULL && strcmp(a, b) != 0;
}

/* The one factor by which two arms of the same initializer differ: its values; false: not one. */
static bool one_factor(const ins_arm *a, const ins_arm *b, const char **first, const char **second)
{
    const char *const left[] = {a->activation, a->hidden, a->optimizer};
    const char *const right[] = {b->activation, b->hidden, b->optimizer};
    size_t differing = 0;
    for (size_t i = 0; i < 3; i++) {
        if (!differs(left[i], right[i])) continue;
        *first = left[i];
        *second = right[i];
        differing++;
    }
    return differing == 1 && strcmp(a->initializer, b->initializer) == 0;
}

/* The same initializer learns with one value of another factor and fails with the other. */
bool ins_find_factor(ins_finder *f)
{
    const char *with = NULL, *without = NULL, *first, *second;
    size_t good = 0, bad = 0;
    double most = 0;
    for (size_t a = 0; a < f->study->arms; a++) {
        if (!ins_has_verdict(&f->analysis->arm[a], INS_VERDICT_LEARNED)) continue;
        for (size_t b = 0; b < f->study->arms; b++) {
            if (!ins_has_verdict(&f->analysis->arm[b], INS_VERDICT_DID_NOT_LEARN) ||
                !one_factor(&f->study->arm[a], &f->study->arm[b], &first, &second) ||
                !ins_exceeds(f->analysis->pair, a, b))
                continue;
            double gap = f->analysis->arm[a].outcome.accuracy.mean -
                         f->analysis->arm[b].outcome.accuracy.mean;
            if (gap <= most) continue;
            most = gap;
            good = a, bad = b;
            with = first, without = second;
        }
    }
    if (with == NULL) return false;
    ins_pair pair = ins_pair_of(f->analysis->pair, good, bad);
    ins_text_add_format(&f->claim, "%s learns with %s but not with %s.",
                        f->study->arm[good].initializer, with, without);
    ins_prose_percent_interval(&f->evidence, f->analysis->arm[good].outcome.accuracy);
    ins_text_add(&f->evidence, " of the test rows are right against ");
    ins_prose_percent_interval(&f->evidence, f->analysis->arm[bad].outcome.accuracy);
    ins_text_add(&f->evidence, " ");
    add_proof(f, f->analysis->pair, &pair);
    ins_text_add(&f->evidence, ".");
    return true;
}
