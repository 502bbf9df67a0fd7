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

static const char *const signal_words[] = {[INS_GRADE_VANISHES] = "vanishes",
                                           [INS_GRADE_SHRINKS] = "shrinks",
                                           [INS_GRADE_KEPT] = "keeps its size",
                                           [INS_GRADE_GROWS] = "grows",
                                           [INS_GRADE_EXPLODES] = "explodes"};

static const char *const plural_words[] = {[INS_GRADE_VANISHES] = "vanish",
                                           [INS_GRADE_SHRINKS] = "shrink",
                                           [INS_GRADE_KEPT] = "keep their size",
                                           [INS_GRADE_GROWS] = "grow",
                                           [INS_GRADE_EXPLODES] = "explode"};

/* "the forward signal vanishes (gain 0.07 [0.06, 0.08], a factor of 2.6·10⁻²⁴ over 20 hidden
 * layers)" */
static void one_signal(const sentence *s, ins_text *out, const char *name, const ins_signal *signal)
{
    char number[INS_PROSE_SIZE];
    ins_grade grade = ins_grade_of(signal);
    ins_text_add_format(out, "the %s signal %s (gain ", name, signal_words[grade]);
    ins_prose_interval(out, signal->gain);
    if (grade == INS_GRADE_KEPT) {
        ins_text_add(out, ")");
    } else {
        ins_text_add_format(out, ", a factor of %s over %zu hidden layers)",
                            ins_prose(number, signal->total, false), s->hidden);
    }
}

/* "both signals keep their size (gain 1.02 [0.97, 1.07] forward, 0.99 [0.95, 1.03] backward)" */
static void both_signals(const sentence *s, ins_text *out, ins_grade grade)
{
    const ins_arm_analysis *of = s->of;
    char forward[INS_PROSE_SIZE], backward[INS_PROSE_SIZE];
    ins_text_add_format(out, "both signals %s (gain ", plural_words[grade]);
    ins_prose_interval(out, of->signal[INS_FORWARD].gain);
    ins_text_add(out, " forward, ");
    ins_prose_interval(out, of->signal[INS_BACKWARD].gain);
    ins_text_add(out, " backward");
    if (grade != INS_GRADE_KEPT) {
        ins_text_add_format(out, "; factors of %s and %s over %zu hidden layers",
                            ins_prose(forward, of->signal[INS_FORWARD].total, false),
                            ins_prose(backward, of->signal[INS_BACKWARD].total, false), s->hidden);
    }
    ins_text_add(out, ")");
}

static void silence(sentence *s)
{
    ins_text *out = clause(s);
    ins_text_add(out, "no signal gets through: the variance of ");
    if (s->of->signal[INS_FORWARD].stops == 0) {
        ins_text_add(out, "the last hidden activation is exactly 0");
    } else if (s->of->signal[INS_FORWARD].stops == 1) {
        ins_text_add(out, "z is exactly 0 in every hidden layer");
    } else {
        ins_text_add_format(out, "z is exactly 0 from hidden layer %zu on",
                            s->of->signal[INS_FORWARD].stops);
    }
    if (s->of->signal[INS_BACKWARD].silent) ins_text_add(out, ", and no gradient comes back");
}

static void signals(sentence *s)
{
    const ins_arm_analysis *of = s->of;
    ins_grade forward = ins_grade_of(&of->signal[INS_FORWARD]);
    ins_grade backward = ins_grade_of(&of->signal[INS_BACKWARD]);
    if (of->signal[INS_FORWARD].silent) {
        silence(s);
        return;
    }
    if (forward == INS_GRADE_UNKNOWN && backward == INS_GRADE_UNKNOWN) return;
    ins_text *out = clause(s);
    if (forward == backward) {
        both_signals(s, out, forward);
        return;
    }
    if (forward != INS_GRADE_UNKNOWN) {
        one_signal(s, out, "forward", &of->signal[INS_FORWARD]);
    }
    if (backward != INS_GRADE_UNKNOWN) {
        if (out->length > 0) ins_text_add(out, ", ");
        one_signal(s, out, "backward", &of->signal[INS_BACKWARD]);
    } else if (of->signal[INS_BACKWARD].silent) {
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
        const char *still = of->outcome.trained ? "still " : "",
                   *when = of->outcome.trained ? " at the end" : "";
        ins_text *out = clause(s);
        if (of->units.counted) {
            ins_text_add_format(out,
                                "%zu of %zu hidden layers %s%s identical units%s, down to %.0f "
                                "distinct of %.0f",
                                of->units.symmetric_layers_end, s->hidden, still,
                                of->units.symmetric_layers_end == 1 ? "has" : "have", when,
                                of->units.distinct, of->units.all);
        } else {
            ins_text_add_format(out, "the units of %zu of %zu hidden layers are %sidentical%s",
                                of->units.symmetric_layers_end, s->hidden, still, when);
        }
    }
    if (ins_has_verdict(of, INS_VERDICT_DEAD) && of->units.dead_runs < s->arm->runs &&
        !isnan(of->units.dead_share)) {
        ins_text_add_format(clause(s), "%s of the units of a hidden layer are dead",
                            ins_prose_percent(number, of->units.dead_share));
    }
    if (of->units.dead_runs > 0) {
        ins_text_add_format(clause(s), "a whole hidden layer is shut in %zu of %zu runs",
                            of->units.dead_runs, s->arm->runs);
    }
    if (ins_has_verdict(of, INS_VERDICT_SATURATED)) {
        ins_text_add_format(clause(s), "%s of a hidden layer is saturated",
                            ins_prose_percent(number, of->units.saturated_share));
    }
    if (ins_has_verdict(of, INS_VERDICT_NOT_MOVING)) {
        ins_text_add_format(clause(s), "the median update is %s of the size of its weights",
                            ins_prose(number, pow(10, of->outcome.update_log10), false));
    }
    if (of->outcome.diverged > 0) {
        ins_text_add_format(clause(s), "%zu of %zu runs end with numbers that are not finite",
                            of->outcome.diverged, s->arm->runs);
    }
}

static void outcome(sentence *s)
{
    const ins_arm_analysis *of = s->of;
    char number[INS_PROSE_SIZE];
    if (of->outcome.accuracy.n > 0) {
        ins_text *out = clause(s);
        ins_prose_percent_interval(out, of->outcome.accuracy);
        ins_text_add(out, " of the test rows are right");
        if (ins_has_verdict(of, INS_VERDICT_DID_NOT_LEARN) && !isnan(s->analysis->chance)) {
            ins_text_add_format(out, ", against %s for always naming the most frequent class",
                                ins_prose_percent(number, s->analysis->chance));
        }
    } else if (of->outcome.train_loss.n > 0) {
        ins_text *out = clause(s);
        ins_text_add(out, "the training loss ends at ");
        ins_prose_interval(out, of->outcome.train_loss);
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
