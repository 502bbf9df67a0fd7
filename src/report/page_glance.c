/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* The first page of an experiment: its question, the answer, its arms in one table, what was found,
 * and the curves of learning. */
#include <config.h>

#include "pages.h"

#include <math.h>
#include <string.h>

#include "curves.h"
#include "initscope/thresholds.h"

enum { MOST_ROWS = 12, MOST_FINDINGS = 5 };

bool ins_glance_applies(const ins_tell *tell)
{
    (void)tell;
    return true;
}

/* A claim without its full stop, for a title. */
static const char *as_title(const ins_tell *tell, const char *claim)
{
    const char *text = ins_say_capital(tell->arena, ins_tell_text(tell, claim));
    size_t length = strlen(text);
    return length > 0 && text[length - 1] == '.' ? ins_arena_copy(tell->arena, text, length - 1)
                                                 : text;
}

/* --- The table ----------------------------------------------------------------------- */

typedef struct glance {
    ins_tell *tell;
    size_t arm;
    const ins_arm_judgement *of;
} glance;

static int grade_step(ins_grade grade)
{
    if (grade == INS_GRADE_UNDECIDED) return INS_GRADE_UNKNOWN;
    if (grade == INS_GRADE_NOT_KNOWN || grade == INS_GRADE_NONE) return INS_NO_GRADE;
    return (int)(grade - INS_GRADE_VANISHING);
}

static bool is_red(ins_grade grade)
{
    return grade == INS_GRADE_VANISHING || grade == INS_GRADE_EXPLODING || grade == INS_GRADE_NONE;
}

static ins_cell total_cell(const glance *g, ins_direction direction)
{
    const ins_tell *tell = g->tell;
    ins_grade grade = g->of->grade[direction];
    if (grade == INS_GRADE_NOT_KNOWN) return ins_cell_of("–");
    if (grade == INS_GRADE_NONE) {
        ins_cell none = ins_cell_of("none");
        none.bad = true;
        return none;
    }
    ins_interval total = g->of->total[direction].interval;
    ins_cell cell = ins_cell_of(ins_tell_interval(tell, total, true));
    cell.under = ins_grade_word(grade);
    cell.grade[0] = (signed char)grade_step(grade);
    cell.under_bad = is_red(grade);
    return cell;
}

static ins_cell forward_cell(const glance *g)
{
    return total_cell(g, INS_FORWARD);
}

static ins_cell backward_cell(const glance *g)
{
    return total_cell(g, INS_BACKWARD);
}

/* Where there is no depth to speak of: the first layer's own gain. */
static double own_gain(const ins_study *study, size_t run, const void *context)
{
    (void)context;
    return ins_own_gain(study, run, 1);
}

static ins_cell gain_cell(const glance *g)
{
    const ins_tell *tell = g->tell;
    ins_interval gain = ins_over_seeds(tell->study, g->arm, INS_GEOMETRIC, own_gain, NULL).interval;
    return ins_cell_of(ins_tell_interval(tell, gain, false));
}

/* Over the layers of a network that is no chain. */
static ins_cell gains_cell(const glance *g)
{
    const ins_tell *tell = g->tell;
    ins_gains gains = ins_gains_of_arm(tell->study, g->arm, INS_FORWARD);
    if (gains.layers == 0) return ins_cell_of("–");
    ins_cell cell =
        ins_cell_of(INS_TELL("*%s*", ins_tell_mean(tell, (ins_interval){1, gains.mean, NAN, NAN})));
    if (gains.layers > 1)
        cell.under =
            INS_TELL("%s to %s", ins_tell_mean(tell, (ins_interval){1, gains.least, NAN, NAN}),
                     ins_tell_mean(tell, (ins_interval){1, gains.most, NAN, NAN}));
    return cell;
}

static ins_cell stream_cell(const glance *g)
{
    const ins_tell *tell = g->tell;
    ins_interval growth = g->of->stream_growth.interval;
    if (growth.n == 0) return ins_cell_of("–");
    ins_cell cell = ins_cell_of(INS_TELL("× %s", ins_tell_mean(tell, growth)));
    bool explodes = ins_has_verdict(g->of, INS_VERDICT_EXPLODING_STREAM);
    cell.under = explodes                                             ? "explodes"
                 : ins_has_verdict(g->of, INS_VERDICT_IDENTITY_START) ? "identity"
                                                                      : NULL;
    cell.under_bad = explodes;
    return cell;
}

/* The verdicts that have no column of their own. */
static ins_cell name_cell(const glance *g)
{
    static const ins_verdict shown[] = {INS_VERDICT_DIVERGED, INS_VERDICT_SYMMETRIC,
                                        INS_VERDICT_COLLAPSED, INS_VERDICT_SATURATED,
                                        INS_VERDICT_NOT_MOVING};
    const ins_tell *tell = g->tell;
    int mark = ins_tell_arm(tell, g->arm);
    ins_cell cell = ins_cell_of(ins_mark_text(tell->document, mark));
    const char *words = "";
    for (size_t i = 0; i < sizeof shown / sizeof shown[0]; i++) {
        if (!ins_has_verdict(g->of, shown[i])) continue;
        size_t count = g->of->count[shown[i]];
        const char *name =
            shown[i] == INS_VERDICT_NOT_MOVING ? "not moving" : ins_verdict_table[shown[i]].name;
        words = INS_TELL("%s%s%s%s", words, *words != '\0' ? ", " : "", name,
                         count < g->of->runs ? INS_TELL(" in %zu", count) : "");
    }
    cell.mark = mark;
    cell.bold = true;
    cell.under = *words != '\0' ? words : NULL;
    cell.under_bad = true;
    return cell;
}

static ins_cell rank_cell(const glance *g)
{
    const ins_tell *tell = g->tell;
    ins_cell cell = ins_cell_of(ins_tell_mean(tell, g->of->rank.interval));
    cell.bad = ins_has_verdict(g->of, INS_VERDICT_COLLAPSED);
    return cell;
}

static ins_cell dead_cell(const glance *g)
{
    const ins_tell *tell = g->tell;
    size_t dead = g->of->count[INS_VERDICT_DEAD];
    ins_cell cell = ins_cell_of(INS_TELL("%zu of %zu", dead, g->of->runs));
    cell.bad = dead > 0;
    return cell;
}

static ins_cell learned_cell(const glance *g)
{
    const ins_tell *tell = g->tell;
    bool none = g->of->learned + g->of->barely == 0 && g->of->undecided > 0;
    ins_cell cell =
        ins_cell_of(none ? "undecided" : INS_TELL("%zu of %zu", g->of->learned, g->of->runs));
    const char *barely = g->of->barely > 0 ? INS_TELL("barely %zu", g->of->barely) : "";
    if (!none && g->of->undecided > 0)
        cell.under =
            INS_TELL("%s%sundecided %zu", barely, *barely != '\0' ? ", " : "", g->of->undecided);
    else if (*barely != '\0')
        cell.under = barely;
    cell.bad = ins_has_verdict(g->of, INS_VERDICT_DID_NOT_LEARN) ||
               ins_has_verdict(g->of, INS_VERDICT_RARELY_LEARNED);
    cell.bold = true;
    return cell;
}

/* A strip goes from 0 to 1. */
static double on_strip(double score)
{
    return score < 0 ? 0 : score;
}

/* Some score lies below the strips. */
static bool is_below(const ins_tell *tell)
{
    for (size_t r = 0; r < tell->study->runs; r++)
        if (tell->analysis->run[r].score < 0 && !tell->analysis->run[r].diverged) return true;
    return false;
}

static ins_cell strip_cell(const glance *g)
{
    const ins_tell *tell = g->tell;
    const ins_arm *arm = &tell->study->arm[g->arm];
    double *seed = ins_arena_get(tell->arena, arm->runs + 1, sizeof *seed, "seeds");
    ins_strip *strip = ins_arena_get(tell->arena, 1, sizeof *strip, "seeds");
    for (size_t s = 0; s < arm->runs; s++) {
        const ins_run_measure *m = &tell->analysis->run[arm->run[s]];
        seed[s] = m->diverged ? (double)NAN : on_strip(m->score);
    }
    ins_interval score = g->of->score;
    *strip = (ins_strip){arm->runs, seed, on_strip(score.mean), on_strip(score.lower),
                         on_strip(score.upper)};
    ins_cell cell = ins_cell_of(NULL);
    cell.strip = strip;
    cell.mark = ins_tell_arm(tell, g->arm);
    return cell;
}

static ins_cell mean_cell(const glance *g)
{
    const ins_tell *tell = g->tell;
    if (g->of->with_score == 0) return ins_cell_of("–");
    const ins_score *score = ins_tell_score(tell);
    ins_cell cell = ins_cell_of(ins_say_score(tell->arena, score, g->of->score.mean));
    cell.bold = true;
    if (isfinite(g->of->score.lower)) {
        cell.under =
            INS_TELL("[%s, %s]", ins_say_score_number(tell->arena, score, g->of->score.lower),
                     ins_say_score_number(tell->arena, score, g->of->score.upper));
    } else if (g->of->alike && g->of->with_score > 1) {
        cell.under = INS_TELL("all %zu alike", g->of->with_score);
    }
    return cell;
}

static bool with_depth(const ins_tell *tell)
{
    return ins_tell_has_depth(tell);
}

static bool with_graphs(const ins_tell *tell)
{
    return ins_tells_graphs(tell, 1) && ins_is_recorded(tell->study->start);
}

/* Of networks that are no chains it is not known. */
static bool with_way_back(const ins_tell *tell)
{
    bool known = !with_graphs(tell);
    for (size_t a = 0; a < tell->study->arms; a++)
        known = known || tell->analysis->arm[a].grade[INS_BACKWARD] != INS_GRADE_NOT_KNOWN;
    return with_depth(tell) && known;
}

static bool without_depth(const ins_tell *tell)
{
    return !ins_tell_has_depth(tell) && !with_graphs(tell) && ins_is_recorded(tell->study->start);
}

static bool with_streams(const ins_tell *tell)
{
    for (size_t a = 0; a < tell->study->arms; a++)
        if (tell->analysis->arm[a].stream_growth.interval.n > 0) return true;
    return false;
}

static bool with_rank(const ins_tell *tell)
{
    for (size_t a = 0; a < tell->study->arms; a++)
        if (tell->analysis->arm[a].rank.interval.n > 0) return true;
    return false;
}

static bool with_dead(const ins_tell *tell)
{
    for (size_t a = 0; a < tell->study->arms; a++)
        if (tell->analysis->arm[a].count[INS_VERDICT_DEAD] > 0) return true;
    return false;
}

static bool with_learning(const ins_tell *tell)
{
    return tell->analysis->trained && isfinite(tell->analysis->facts.chance);
}

static bool with_score(const ins_tell *tell)
{
    for (size_t a = 0; a < tell->study->arms; a++)
        if (tell->analysis->arm[a].with_score > 0) return tell->analysis->trained;
    return false;
}

/* Of a score that may be anything there is no strip. */
static bool with_strip(const ins_tell *tell)
{
    return with_score(tell) && ins_tell_score(tell)->kind != INS_SCORE_OTHER;
}

/* "Test accuracy, 0 to 100 %" */
static const char *strip_title(const ins_tell *tell)
{
    const ins_score *score = ins_tell_score(tell);
    return INS_TELL("%s, 0 to %s", ins_say_score_title(tell->arena, score), score->words->perfect);
}

/* "Mean"; where no strip says of what: "Mean test score". */
static const char *mean_title(const ins_tell *tell)
{
    const ins_score *score = ins_tell_score(tell);
    return with_strip(tell) ? "Mean" : INS_TELL("Mean %s %s", score->rows, score->name);
}

static bool always(const ins_tell *tell)
{
    (void)tell;
    return true;
}

static const struct {
    ins_table_column column;
    bool (*applies)(const ins_tell *tell);
    ins_cell (*cell)(const glance *g);
    const char *(*title)(const ins_tell *tell); /* NULL: the column has it */
} columns[] = {
    {{"Initializer", INS_LEFT, 0, true}, always, name_cell, NULL},
    {{"Forward total", INS_LEFT, 0, false}, with_depth, forward_cell, NULL},
    {{"Backward total", INS_LEFT, 0, false}, with_way_back, backward_cell, NULL},
    {{"Own gain", INS_LEFT, 0, false}, without_depth, gain_cell, NULL},
    {{"Own gains", INS_LEFT, 0, false}, with_graphs, gains_cell, NULL},
    {{"Stream", INS_LEFT, 0, false}, with_streams, stream_cell, NULL},
    {{"Rank start", INS_RIGHT, 0, false}, with_rank, rank_cell, NULL},
    {{"Dead runs", INS_RIGHT, 0, false}, with_dead, dead_cell, NULL},
    {{"Learned", INS_LEFT, 0, false}, with_learning, learned_cell, NULL},
    {{NULL, INS_LEFT, 0, false}, with_strip, strip_cell, strip_title},
    {{NULL, INS_LEFT, 0, false}, with_score, mean_cell, mean_title},
};
enum { COLUMNS = sizeof columns / sizeof columns[0] };

/* What the intervals of the scores cover, and what they do not. */
static const char *coverage_of(const ins_tell *tell)
{
    const ins_facts *facts = &tell->analysis->facts;
    const ins_score *score = &facts->score;
    double most = facts->chance;
    for (size_t a = 0; a < tell->study->arms; a++)
        most = fmax(most, tell->analysis->arm[a].score.mean);
    const char *moves = ins_say_score_sampling(tell->arena, score, most, facts->test_rows);
    if (facts->test_is_train) return " The intervals are over seeds alone.";
    if (ins_tell_splits_by_seed(tell))
        return " Every seed has a split of its own: the intervals cover the choice of the test "
               "rows too.";
    if (moves == NULL) return "";
    return INS_TELL(" The intervals are over seeds on one %s; another %.0f test rows would %s "
                    "(one standard deviation).",
                    facts->given_test_set ? "test set" : "split", facts->test_rows, moves);
}

/* Where totals are the product of own gains, and where some of them are those of chains. */
static const char *graph_note(const ins_tell *tell)
{
    if (!with_depth(tell)) return "";
    if (with_way_back(tell))
        return "Totals: signal of the last hidden layer over that of the first, error of the first "
               "over that of the last, before training; of networks that are no chain forward the "
               "product of own gains and activations. Geometric means over seeds [95 %].";
    return "Forward total: product of the layers' own gains and of what the activations between "
           "them pass on, before training; geometric means over seeds [95 %].";
}

static void write_table(ins_tell *tell)
{
    ins_table_column chosen[COLUMNS];
    size_t which[COLUMNS], count = 0;
    for (size_t c = 0; c < COLUMNS; c++) {
        if (!columns[c].applies(tell)) continue;
        chosen[count] = columns[c].column;
        if (columns[c].title != NULL) chosen[count].title = columns[c].title(tell);
        which[count++] = c;
    }
    ins_table_block *table = ins_add_table(tell->document, chosen, count, tell->study->arms);
    table->caption = "At a glance";
    for (size_t a = 0; a < tell->study->arms; a++) {
        glance g = {tell, a, &tell->analysis->arm[a]};
        for (size_t c = 0; c < count; c++)
            *ins_table_cell(table, a, c) = columns[which[c]].cell(&g);
    }
    const ins_facts *facts = &tell->analysis->facts;
    const char *note = "";
    if (with_depth(tell))
        note = "Totals: signal of the last hidden layer over that of the first, error of the first "
               "over that of the last, before training; geometric means over seeds [95 %].";
    if (without_depth(tell))
        note = "Own gain: second moment of z of layer 1 over that of the inputs, before training.";
    if (with_graphs(tell))
        note = INS_TELL("%s%sOwn gains: second moment of z over that of what the layer reads, "
                        "before training; geometric mean and ends over the layers.%s",
                        graph_note(tell), *graph_note(tell) != '\0' ? " " : "",
                        with_streams(tell) ? " Stream: growth of its second moment a residual "
                                             "block, over the later half of the blocks."
                                           : "");
    if (with_rank(tell))
        note = INS_TELL("%s Rank: effective rank of the last hidden layer's outputs.", note);
    if (with_dead(tell))
        note = INS_TELL("%s Dead: more than half of a hidden layer is 0 on every row.", note);
    if (with_strip(tell)) {
        const char *constant = ins_tell_constant(tell);
        table->reference = facts->chance;
        note = INS_TELL("%s Small dots: seeds; large dot and bar: mean and its interval%s.%s", note,
                        constant != NULL ? INS_TELL("; dashed: %s", constant) : "",
                        is_below(tell) ? " What lies below 0 is drawn at 0." : "");
    }
    if (with_score(tell)) note = INS_TELL("%s%s", note, coverage_of(tell));
    table->note = *note != '\0' ? note : NULL;
}

/* --- The page -------------------------------------------------------------------------- */

static void write_findings(ins_tell *tell)
{
    size_t count = tell->analysis->findings;
    if (count == 0) return;
    if (count > MOST_FINDINGS) count = MOST_FINDINGS;
    ins_add_heading(tell->document, "What it shows");
    for (size_t i = 0; i < count; i++) {
        const ins_finding *finding = &tell->analysis->finding[i];
        const char *claim = ins_say_capital(tell->arena, ins_tell_text(tell, finding->claim));
        ins_add_item(tell->document, INS_TELL("%zu", i + 1),
                     INS_TELL("*%s* %s", claim, ins_tell_text(tell, finding->evidence)));
    }
}

void ins_write_glance(ins_tell *tell)
{
    const ins_analysis *analysis = tell->analysis;
    ins_document *document = tell->document;
    ins_section_begin(document, "glance", "At a glance", as_title(tell, analysis->answer.claim),
                      true);
    if (tell->of->question != NULL)
        ins_add_question(document, INS_TELL("Question: %s", tell->of->question));
    ins_add_lead(document, ins_tell_text(tell, analysis->answer.evidence));
    if (analysis->facts.test_is_train)
        ins_add_paragraph(
            document, "*Scored on the training rows.* No rows were held out: the scores say how "
                      "well these rows were fitted, and nothing of rows that were not seen.");
    ins_add_note(document, ins_tell_settings(tell));
    if (!tell->sweep && tell->study->arms <= MOST_ROWS) write_table(tell);
    write_findings(tell);
    if (!tell->sweep && tell->analysis->trained) ins_draw_learning(tell);
}
