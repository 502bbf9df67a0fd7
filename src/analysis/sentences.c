/* The verdict of an arm in one measured sentence: what the signals do, what went wrong, how it
 * ended.
 */
#include <config.h>

#include "analysis_internal.h"

#include <ctype.h>
#include <math.h>

enum { CLAUSES = 8 };

typedef struct sentence {
    const ins_analysis *analysis;
    const ins_arm *arm;
    const ins_arm_analysis *of;
    size_t hidden;
    ins_text clause[CLAUSES];
    size_t clauses;
} sentence;

static ins_text *clause(sentence *s)
{
    return &s->clause[s->clauses++];
}

static const char *const signal_words[] = {[INS_SIGNAL_VANISHES] = "vanishes",
                                           [INS_SIGNAL_SHRINKS] = "shrinks",
                                           [INS_SIGNAL_KEPT] = "keeps its size",
                                           [INS_SIGNAL_GROWS] = "grows",
                                           [INS_SIGNAL_EXPLODES] = "explodes"};

static const char *const plural_words[] = {[INS_SIGNAL_VANISHES] = "vanish",
                                           [INS_SIGNAL_SHRINKS] = "shrink",
                                           [INS_SIGNAL_KEPT] = "keep their size",
                                           [INS_SIGNAL_GROWS] = "grow",
                                           [INS_SIGNAL_EXPLODES] = "explode"};

/* "the forward signal vanishes (gain 0.07 [0.06, 0.08], a factor of 2.6·10⁻²⁴ over 20 hidden
 * layers)" */
static void one_signal(const sentence *s, ins_text *out, const char *name, ins_interval gain,
                       double total)
{
    char number[INS_PROSE_SIZE];
    ins_signal signal = ins_signal_of(gain, total);
    ins_text_add_format(out, "the %s signal %s (gain ", name, signal_words[signal]);
    ins_prose_interval(out, gain);
    if (signal == INS_SIGNAL_KEPT) {
        ins_text_add(out, ")");
    } else {
        ins_text_add_format(out, ", a factor of %s over %zu hidden layers)",
                            ins_prose(number, total, false), s->hidden);
    }
}

/* "both signals keep their size (gain 1.02 [0.97, 1.07] forward, 0.99 [0.95, 1.03] backward)" */
static void both_signals(const sentence *s, ins_text *out, ins_signal signal)
{
    const ins_arm_analysis *of = s->of;
    char forward[INS_PROSE_SIZE], backward[INS_PROSE_SIZE];
    ins_text_add_format(out, "both signals %s (gain ", plural_words[signal]);
    ins_prose_interval(out, of->forward_gain);
    ins_text_add(out, " forward, ");
    ins_prose_interval(out, of->backward_gain);
    ins_text_add(out, " backward");
    if (signal != INS_SIGNAL_KEPT) {
        ins_text_add_format(out, "; factors of %s and %s over %zu hidden layers",
                            ins_prose(forward, of->forward_total, false),
                            ins_prose(backward, of->backward_total, false), s->hidden);
    }
    ins_text_add(out, ")");
}

static void silence(sentence *s)
{
    ins_text *out = clause(s);
    ins_text_add(out, "no signal gets through: the variance of ");
    if (s->of->forward_stops == 0) {
        ins_text_add(out, "the last hidden activation is exactly 0");
    } else if (s->of->forward_stops == 1) {
        ins_text_add(out, "z is exactly 0 in every hidden layer");
    } else {
        ins_text_add_format(out, "z is exactly 0 from hidden layer %zu on", s->of->forward_stops);
    }
    if (s->of->no_backward_signal) ins_text_add(out, ", and no gradient comes back");
}

static void signals(sentence *s)
{
    const ins_arm_analysis *of = s->of;
    ins_signal forward = ins_signal_of(of->forward_gain, of->forward_total);
    ins_signal backward = ins_signal_of(of->backward_gain, of->backward_total);
    if (of->no_forward_signal) {
        silence(s);
        return;
    }
    if (forward == INS_SIGNAL_UNKNOWN && backward == INS_SIGNAL_UNKNOWN) return;
    ins_text *out = clause(s);
    if (forward == backward) {
        both_signals(s, out, forward);
        return;
    }
    if (forward != INS_SIGNAL_UNKNOWN) {
        one_signal(s, out, "forward", of->forward_gain, of->forward_total);
    }
    if (backward != INS_SIGNAL_UNKNOWN) {
        if (out->length > 0) ins_text_add(out, ", ");
        one_signal(s, out, "backward", of->backward_gain, of->backward_total);
    } else if (of->no_backward_signal) {
        ins_text_add(out, ", but no gradient comes back");
    }
}

static void faults(sentence *s)
{
    const ins_arm_analysis *of = s->of;
    char number[INS_PROSE_SIZE];
    if (of->overflowed > 0) {
        ins_text_add_format(clause(s), "numbers overflow before training in %zu of %zu runs",
                            of->overflowed, s->arm->runs);
    }
    if (ins_has_verdict(of, INS_VERDICT_SYMMETRIC)) {
        const char *still = of->trained ? "still " : "", *when = of->trained ? " at the end" : "";
        ins_text *out = clause(s);
        if (of->counted) {
            ins_text_add_format(out,
                                "%zu of %zu hidden layers %s%s identical units%s, down to %.0f "
                                "distinct of %.0f",
                                of->symmetric_layers_end, s->hidden, still,
                                of->symmetric_layers_end == 1 ? "has" : "have", when,
                                of->distinct_units, of->units);
        } else {
            ins_text_add_format(out, "the units of %zu of %zu hidden layers are %sidentical%s",
                                of->symmetric_layers_end, s->hidden, still, when);
        }
    }
    if (ins_has_verdict(of, INS_VERDICT_DEAD) && of->dead < s->arm->runs &&
        !isnan(of->dead_share)) {
        ins_text_add_format(clause(s), "%s of the units of a hidden layer are dead",
                            ins_prose_percent(number, of->dead_share));
    }
    if (of->dead > 0) {
        ins_text_add_format(clause(s), "a whole hidden layer is shut in %zu of %zu runs", of->dead,
                            s->arm->runs);
    }
    if (ins_has_verdict(of, INS_VERDICT_SATURATED)) {
        ins_text_add_format(clause(s), "%s of a hidden layer is saturated",
                            ins_prose_percent(number, of->saturated_share));
    }
    if (ins_has_verdict(of, INS_VERDICT_NOT_MOVING)) {
        ins_text_add_format(clause(s), "the median update is %s of the size of its weights",
                            ins_prose(number, pow(10, of->update_log10), false));
    }
    if (of->diverged > 0) {
        ins_text_add_format(clause(s), "%zu of %zu runs end with numbers that are not finite",
                            of->diverged, s->arm->runs);
    }
}

static void outcome(sentence *s)
{
    const ins_arm_analysis *of = s->of;
    char number[INS_PROSE_SIZE];
    if (of->accuracy.n > 0) {
        ins_text *out = clause(s);
        ins_prose_percent_interval(out, of->accuracy);
        ins_text_add(out, " of the test rows are right");
        if (ins_has_verdict(of, INS_VERDICT_DID_NOT_LEARN) && !isnan(s->analysis->chance)) {
            ins_text_add_format(out, ", against %s for always naming the most frequent class",
                                ins_prose_percent(number, s->analysis->chance));
        }
    } else if (of->train_loss.n > 0) {
        ins_text *out = clause(s);
        ins_text_add(out, "the training loss ends at ");
        ins_prose_interval(out, of->train_loss);
    }
}

/* Two clauses are joined by "and", more of them by semicolons. */
static const char *join(sentence *s, ins_arena *arena)
{
    ins_text out = {0};
    for (size_t i = 0; i < s->clauses; i++) {
        if (i > 0)
            ins_text_add(&out, s->clauses == 2 ? " and " : i + 1 == s->clauses ? "; and " : "; ");
        ins_text_add(&out, s->clause[i].data);
        ins_text_free(&s->clause[i]);
    }
    if (s->clauses == 0) ins_text_add(&out, "nothing was recorded that could be judged");
    if (s->arm->runs == 1) ins_text_add(&out, " (one seed: no interval)");
    ins_text_add(&out, ".");
    out.data[0] = (char)toupper((unsigned char)out.data[0]);
    const char *made = ins_arena_copy(arena, out.data, out.length);
    ins_text_free(&out);
    return made;
}

const char *ins_arm_sentence(const ins_analysis *analysis, size_t arm, ins_arena *arena)
{
    sentence s = {
        .analysis = analysis, .arm = &analysis->study->arm[arm], .of = &analysis->arm[arm]};
    s.hidden = ins_hidden_layers(s.arm);
    signals(&s);
    faults(&s);
    outcome(&s);
    return join(&s, arena);
}
