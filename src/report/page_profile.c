/* Profile cards: each initializer by itself, on the same axes. */
#include <config.h>

#include "pages.h"

#include <math.h>

#include "phrases.h"
#include "profile.h"

/* More arms than these have no cards: nobody turns so many pages, and the small multiples show them
 * side by side. */
#define MOST_CARDS 12
#define QUOTE(value) #value
#define TEXT(value) QUOTE(value)

/* Up to so many hidden layers, profiles are short enough for two cards a page. */
enum { SHORT_PROFILE = 4 };

const char *ins_no_profile(const ins_part *part)
{
    if (part->study->arms > MOST_CARDS) {
        return "There are more than " TEXT(
            MOST_CARDS) " initializers to compare, too many for a card "
                        "each.";
    }
    for (size_t a = 0; a < part->study->arms; a++) {
        if (ins_study_has(part->study, a, INS_PREACTIVATION)) return NULL;
    }
    return "layers.csv has no rows of preactivation.";
}

/* Which of the signals is lost or grows without bound. */
static const char *which_signal(const ins_arm_analysis *of, ins_grade grade)
{
    bool forward = ins_grade_of(&of->signal[INS_FORWARD]) == grade;
    bool backward = ins_grade_of(&of->signal[INS_BACKWARD]) == grade;
    if (forward && backward) return "signal and gradient";
    return backward ? "the gradient" : "the signal";
}

static const char *predicate(ins_flow *flow, const ins_arm_analysis *of, ins_verdict verdict)
{
    static const char *const words[INS_VERDICTS] = {
        [INS_VERDICT_DIVERGED] = "diverges",
        [INS_VERDICT_SYMMETRIC] = "keeps units identical",
        [INS_VERDICT_NO_SIGNAL] = "lets no signal through",
        [INS_VERDICT_SATURATED] = "saturates",
        [INS_VERDICT_DEAD] = "leaves units dead",
        [INS_VERDICT_NOT_MOVING] = "hardly moves",
        [INS_VERDICT_PRESERVING] = "preserves the signal",
    };
    if (verdict == INS_VERDICT_VANISHING) {
        return ins_flow_format(flow, "lets %s vanish", which_signal(of, INS_GRADE_VANISHES));
    }
    if (verdict == INS_VERDICT_EXPLODING) {
        return ins_flow_format(flow, "lets %s explode", which_signal(of, INS_GRADE_EXPLODES));
    }
    return words[verdict];
}

/* The verdicts as a sentence: at most two faults, and how it ends. */
static const char *title_of(ins_flow *flow, size_t arm)
{
    const ins_arm_analysis *of = &flow->part->analysis->arm[arm];
    const char *claim = "";
    size_t said = 0;
    bool fault = false;
    for (unsigned v = 0; v <= INS_VERDICT_PRESERVING && said < 2; v++) {
        if (!ins_has_verdict(of, v)) continue;
        claim =
            ins_flow_format(flow, "%s%s%s", claim, said > 0 ? ", " : "", predicate(flow, of, v));
        fault = fault || ins_verdict_table[v].bad;
        said++;
    }
    const char *end = ins_has_verdict(of, INS_VERDICT_LEARNED)         ? "learns"
                      : ins_has_verdict(of, INS_VERDICT_DID_NOT_LEARN) ? "does not learn"
                                                                       : NULL;
    const char *name = flow->part->prose[arm];
    if (end == NULL) return said > 0 ? ins_flow_format(flow, "%s %s", name, claim) : name;
    if (said == 0) return ins_flow_format(flow, "%s %s", name, end);
    bool turn = fault == ins_has_verdict(of, INS_VERDICT_LEARNED);
    return ins_flow_format(flow, "%s %s %s %s", name, claim, turn ? "but" : "and", end);
}

static const char *say_variance(ins_flow *flow, size_t arm, ins_epoch_index epoch, size_t layer,
                                ins_tensor tensor)
{
    ins_seeds point = ins_seeds_at(flow->part->study, arm, INS_GEOMETRIC, INS_LAYERS_VARIANCE,
                                   (ins_site){.epoch = epoch, .layer = layer, .tensor = tensor});
    if (point.interval.n == 0) return point.zeros > 0 ? "0" : "–";
    return ins_say(flow, point.interval.mean);
}

static const char *say_share(ins_flow *flow, const ins_profiles *profiles, size_t arm,
                             ins_epoch_index epoch)
{
    ins_interval share = ins_profile_mean(flow->part->study, arm, epoch, profiles->measure[arm]);
    return share.n > 0 ? ins_say_percent(flow, share.mean) : "–";
}

static const char *say_accuracy(ins_flow *flow, size_t arm, ins_epoch_index epoch)
{
    ins_text text = {0};
    ins_interval value = ins_seeds_at(flow->part->study, arm, INS_MEAN, INS_EPOCHS_TEST_ACCURACY,
                                      (ins_site){.epoch = epoch})
                             .interval;
    if (value.n == 0) return "–";
    ins_prose_percent_interval(&text, value);
    const char *out = ins_flow_format(flow, "%s", text.data);
    ins_text_free(&text);
    return out;
}

static void number_row(ins_flow *flow, const ins_profiles *profiles, size_t arm,
                       ins_epoch_index epoch, ins_cell *row)
{
    const ins_study *study = flow->part->study;
    size_t hidden = ins_hidden_layers(&study->arm[arm]), last = hidden > 0 ? hidden : 1;
    row[0].text = ins_flow_format(flow, "%lld", ins_epoch_number(study, epoch));
    row[1].text = say_variance(flow, arm, epoch, 1, INS_PREACTIVATION);
    row[2].text = say_variance(flow, arm, epoch, last, INS_PREACTIVATION);
    row[3].text = say_variance(flow, arm, epoch, 1, INS_DELTA);
    row[4].text = say_variance(flow, arm, epoch, last, INS_DELTA);
    row[5].text = ins_say(flow, ins_seeds_at(study, arm, INS_GEOMETRIC, INS_EPOCHS_TRAIN_LOSS,
                                             (ins_site){.epoch = epoch})
                                    .interval.mean);
    row[6].text = say_accuracy(flow, arm, epoch);
    if (profiles->measure[arm] == INS_PROFILE_LOSS) return;
    row[7].text = say_share(flow, profiles, arm, epoch);
}

/* The numbers at the epochs of the curves; on a short card at the first two and the last. */
static void numbers(ins_flow *flow, const ins_profiles *profiles, size_t arm)
{
    enum { COLUMNS = 8, SHORT_TABLE = 3 };
    const ins_study *study = flow->part->study;
    bool loss = profiles->measure[arm] == INS_PROFILE_LOSS;
    size_t last = ins_hidden_layers(&study->arm[arm]);
    if (last == 0) last = 1;
    const ins_table_column column[COLUMNS] = {
        {"Epoch", 13, INS_RIGHT},
        {"Var z_{1}", 20, INS_RIGHT},
        {ins_flow_format(flow, "Var z_{%zu}", last), 20, INS_RIGHT},
        {"Var δ_{1}", 20, INS_RIGHT},
        {ins_flow_format(flow, "Var δ_{%zu}", last), 20, INS_RIGHT},
        {"Training loss", 22, INS_RIGHT},
        {"Test accuracy", 38, INS_RIGHT},
        {profiles->measure[arm] == INS_PROFILE_ZERO ? "At 0" : "Saturated", 17, INS_RIGHT},
    };
    ins_cell *cell = ins_arena_get(flow->arena, profiles->epochs * COLUMNS, sizeof *cell, "table");
    size_t columns = loss ? COLUMNS - 1 : COLUMNS, rows = 0;
    for (size_t e = 0; e < profiles->epochs; e++) {
        if (profiles->compact && e + 1 >= SHORT_TABLE && e + 1 < profiles->epochs) continue;
        number_row(flow, profiles, arm, profiles->epoch[e], cell + columns * rows++);
    }
    ins_table_layout table = {.column = column, .columns = columns, .rows = rows, .cell = cell};
    ins_flow_table(flow, &table);
}

static void figure(ins_flow *flow, const ins_profiles *profiles, size_t arm, double panel)
{
    static const char *const measures[INS_PROFILE_MEASURES] = {
        [INS_PROFILE_ZERO] = "the share of hidden outputs that are exactly 0",
        [INS_PROFILE_SATURATED] = "the share of hidden outputs beyond the knee of the activation",
        [INS_PROFILE_LOSS] = "the training loss",
    };
    const ins_part *part = flow->part;
    ins_figure *made = ins_profile_draw(flow, profiles, arm, panel);
    const char *others = part->study->arms > 1 ? "; grey: the other initializers" : "";
    ins_flow_caption(
        flow, made,
        ins_flow_format(flow,
                        "%s: geometric mean variances by layer, pale to dark with the epochs; then "
                        "test accuracy and %s, mean, 95%% band and single seeds%s.",
                        part->prose[arm], measures[profiles->measure[arm]], others));
}

static void full_card(ins_flow *flow, const ins_page *page, const ins_profiles *profiles,
                      size_t arm)
{
    const double most = 62, least = 34, caption = 16, table = 10 + 6.4 * INS_PROFILE_EPOCHS;
    ins_flow_title(flow, page->kicker, title_of(flow, arm));
    ins_flow_paragraph(flow, ins_flow_escape(flow, flow->part->analysis->arm[arm].sentence));
    double room = ins_flow_left(flow) - caption - table - ins_profile_height(profiles, 0);
    figure(flow, profiles, arm, fmax(least, fmin(most, room / 2)));
    numbers(flow, profiles, arm);
}

static void short_card(ins_flow *flow, const ins_profiles *profiles, size_t arm)
{
    const double panel = 32, height = 112;
    ins_flow_room(flow, height);
    ins_flow_heading(flow, title_of(flow, arm));
    ins_flow_paragraph(flow, ins_flow_escape(flow, flow->part->analysis->arm[arm].sentence));
    figure(flow, profiles, arm, panel);
    numbers(flow, profiles, arm);
}

static const char *heading(ins_flow *flow)
{
    const ins_part *part = flow->part;
    bool *learned = ins_no_arms(flow), trained = false;
    for (size_t a = 0; a < part->study->arms; a++) {
        learned[a] = ins_has_verdict(&part->analysis->arm[a], INS_VERDICT_LEARNED);
        trained = trained || part->analysis->arm[a].outcome.trained;
    }
    if (!trained) return "Card by card: every initializer before training";
    size_t good = ins_count_arms(part, learned);
    if (good == 0) return "Card by card: no initializer is seen to learn";
    return ins_flow_format(flow, "Card by card: %s of %s learn%s", ins_say_count(flow, good),
                           ins_say_plural(flow, part->study->arms, "initializer"),
                           good == 1 ? "s" : "");
}

void ins_page_profile(ins_flow *flow, const ins_page *page)
{
    const ins_study *study = flow->part->study;
    bool compact = study->layers <= SHORT_PROFILE + 1;
    ins_profiles profiles = ins_profiles_new(flow, compact);
    if (compact) ins_flow_title(flow, page->kicker, heading(flow));
    for (size_t a = 0; a < study->arms; a++) {
        if (compact) {
            short_card(flow, &profiles, a);
        } else {
            full_card(flow, page, &profiles, a);
        }
    }
}
