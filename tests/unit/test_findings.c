/* Findings are rules over numbers: they fire when the numbers say so, turn over with the data, and
 * claim nothing of pure noise. */
#include <config.h>

#include "check_tap.h"

#include <string.h>

#include "make_log.h"

static ins_study study;
static ins_analysis analysis;

static const ins_finding *found(const char *rule)
{
    return made_finding(&analysis, rule);
}

/* Arms that differ in nothing but noise. */
#define CALM(name)                                                                          \
    {                                                                                       \
        .initializer = name, .activation = "relu", .hidden = "10x8",                        \
        .optimizer = "sgd(momentum=0.9)", .forward = 1, .backward = 1, .initial_loss = 1.1, \
        .loss = 0.2, .accuracy = 0.9, .spread = 0.02, .change = 0.3                         \
    }
static const made_arm calm[2] = {CALM("alpha"), CALM("bravo")};

static made_log log_of(const made_arm *arms, size_t count)
{
    return (made_log){.arm = arms,
                      .arms = count,
                      .hidden = 10,
                      .seeds = 5,
                      .epochs = 3,
                      .chance = 0.4,
                      .input = 1,
                      .noise = 12345};
}

/* What has to change, in the second arm and in the log, for a rule to fire. */
static void provoke(const char *rule, made_arm arms[2], made_log *log)
{
    made_arm *arm = &arms[1];
    if (strcmp(rule, "best") == 0) arm->accuracy = 0.6;
    if (strcmp(rule, "few seeds") == 0) log->seeds = 1;
    if (strcmp(rule, "symmetric") == 0) arm->symmetric = true;
    if (strcmp(rule, "vanishing") == 0) arm->forward = 0.5;
    if (strcmp(rule, "exploding") == 0) arm->backward = 2;
    if (strcmp(rule, "diverged") == 0) arm->diverged = true;
    if (strcmp(rule, "factor") == 0) {
        arm->initializer = arms[0].initializer;
        arm->activation = "tanh";
        arm->accuracy = 0.3;
    }
    if (strcmp(rule, "activation") == 0) {
        arm->initializer = arms[0].initializer;
        arm->activation = "tanh";
        arm->forward = 0.5;
    }
    if (strcmp(rule, "adaptive") == 0) {
        arm->optimizer = "adam(beta1=0.8)";
        arm->backward = 0.5;
    }
    if (strcmp(rule, "speed") == 0) arm->reached = 3;
    if (strcmp(rule, "loss") == 0) arm->loss = 0.4;
    if (strcmp(rule, "few updates") == 0) arm->change = 0.01;
    if (strcmp(rule, "initial loss") == 0) arm->initial_loss = 3;
    if (strcmp(rule, "saturated") == 0) arm->saturated = 0.8;
    if (strcmp(rule, "dead") == 0) arm->dead = true;
    if (strcmp(rule, "not moving") == 0) arm->change = 1e-7;
    if (strcmp(rule, "input scale") == 0) log->input = 5;
    if (strcmp(rule, "shallow") == 0) {
        arm->forward = 0.5;
        log->hidden = 3;
    }
}

typedef struct expected {
    const char *rule, *claim;
    const char *evidence; /* NULL: any with a number in it */
} expected;

static const expected rules[] = {
    {"best", "alpha is right more often than bravo.", NULL},
    {"few seeds", "One seed proves nothing: it has no interval.", NULL},
    {"symmetric", "Training never breaks the symmetry of bravo.", NULL},
    {"vanishing", "The signal vanishes with bravo.",
     "Over 10 hidden layers the variance of z falls by 2.71 orders of magnitude with bravo (gain "
     "0.500 [0.500, 0.500] a layer, 5 seeds)."},
    {"exploding", "The signal explodes with bravo.",
     "Over 10 hidden layers the variance of delta, going back, grows by 2.71 orders of magnitude "
     "with bravo (gain 2.00 [2.00, 2.00] a layer, 5 seeds)."},
    {"diverged", "Training diverges with bravo.",
     "5 of 5 runs end with numbers that are not finite, the earliest at epoch 3 (bravo, seed 1); "
     "they are counted with what they had reached."},
    {"factor", "alpha learns with relu but not with tanh.", NULL},
    {"activation", "Whether alpha keeps the signals depends on the activation.", NULL},
    {"adaptive", "The optimizer adam hides the vanishing gradients of bravo (adam(beta1=0.8)).",
     NULL},
    {"speed", "alpha learns sooner than bravo.",
     "It reaches 85.0% of the test rows after 0 [0, 0] epochs, 3.00 [3.00, 3.00] before "
     "bravo (paired by seed, 5 seeds, p = 0.00257)."},
    {"loss", "At the same accuracy, alpha has a lower training loss than bravo.", NULL},
    {"few updates", "15 updates leave the weights close to where they started.",
     "No layer of bravo can have moved by more than 3.0% of its initial size: what is compared is "
     "mostly the initial functions."},
    {"initial loss", "bravo starts out confidently wrong.",
     "Before any update the training loss is 3.00 [3.00, 3.00] with bravo; giving all 3 classes "
     "the same share costs ln 3 = 1.10."},
    {"saturated", "bravo saturates its units.", NULL},
    {"dead", "Whole layers are dead with bravo.", NULL},
    {"not moving", "The weights of bravo hardly move.", NULL},
    {"input scale", "The inputs are too large for any initializer that expects unit scale.",
     "Their mean square is 5, not 1: the first layer's z has that many times the variance fan_in · "
     "Var(W) that standardised inputs would give it."},
    {"shallow", "3 hidden layers are too few to lose a signal.", NULL},
};

START_TEST(rule_fires_when_provoked)
{
    made_arm arms[2] = {calm[0], calm[1]};
    made_log log = log_of(arms, 2);
    made_log_write(&log);
    made_read(&study, &analysis);
    ck_assert_msg(found(rules[_i].rule) == NULL, "%s fires without cause", rules[_i].rule);
    made_free(&study, &analysis);
    provoke(rules[_i].rule, arms, &log);
    made_log_write(&log);
    made_read(&study, &analysis);
    const ins_finding *finding = found(rules[_i].rule);
    ck_assert_msg(finding != NULL, "%s does not fire", rules[_i].rule);
    ck_assert_str_eq(finding->claim, rules[_i].claim);
    ck_assert_ptr_nonnull(strpbrk(finding->evidence, "0123456789"));
    if (rules[_i].evidence != NULL) ck_assert_str_eq(finding->evidence, rules[_i].evidence);
    for (size_t i = 1; i < analysis.findings; i++) {
        ck_assert(analysis.finding[i].priority < analysis.finding[i - 1].priority);
    }
    made_free(&study, &analysis);
}
END_TEST

START_TEST(calm_data_are_called_calm)
{
    made_log log = log_of(calm, 2);
    made_log_write(&log);
    made_read(&study, &analysis);
    ck_assert_uint_eq(analysis.findings, 3);
    ck_assert_str_eq(found("tie")->claim,
                     "No difference in accuracy is detectable between alpha and bravo.");
    ck_assert_str_eq(found("outcome")->claim, "Every arm learns.");
    ck_assert_str_eq(found("preserving")->claim, "alpha and bravo keep both signals alive.");
    made_free(&study, &analysis);
}
END_TEST

/* Text with every "alpha" made "bravo" and the other way round; both have five letters. */
static char *exchanged(const char *text)
{
    char *copy = ins_duplicate(text);
    for (char *c = copy; *c != '\0'; c++) {
        if (strncmp(c, "alpha", 5) == 0) {
            memcpy(c, "bravo", 5);
        } else if (strncmp(c, "bravo", 5) == 0) {
            memcpy(c, "alpha", 5);
        }
    }
    return copy;
}

/* Arms in which much is different, so that many rules speak of one or the other. */
static void write_different(const char *first, const char *second)
{
    made_arm arms[4] = {calm[0], calm[1], calm[1], calm[1]};
    arms[0].initializer = first;
    arms[0].backward = 0.4;
    arms[0].accuracy = 0.7;
    arms[0].initial_loss = 4;
    arms[0].saturated = 0.9;
    arms[1].initializer = second;
    arms[1].loss = 0.05;
    arms[2].initializer = "charlie";
    arms[2].reached = 2;
    arms[3].initializer = "delta";
    arms[3].symmetric = true;
    arms[3].forward = arms[3].backward = -1;
    arms[3].accuracy = 0.4;
    arms[3].spread = 0;
    made_log log = log_of(arms, 4);
    made_log_write(&log);
    made_read(&study, &analysis);
}

START_TEST(sentences_swap_with_the_labels)
{
    enum { MOST = 32 };
    char *claim[MOST], *evidence[MOST];
    write_different("alpha", "bravo");
    size_t count = analysis.findings, changed = 0;
    ck_assert_uint_ge(count, 9);
    for (size_t i = 0; i < count; i++) {
        claim[i] = exchanged(analysis.finding[i].claim);
        evidence[i] = exchanged(analysis.finding[i].evidence);
        changed += strcmp(claim[i], analysis.finding[i].claim) != 0;
    }
    ck_assert_uint_ge(changed, 6); /* or nothing is shown */
    made_free(&study, &analysis);
    write_different("bravo", "alpha");
    ck_assert_uint_eq(analysis.findings, count);
    for (size_t i = 0; i < count; i++) {
        ck_assert_str_eq(analysis.finding[i].claim, claim[i]);
        ck_assert_str_eq(analysis.finding[i].evidence, evidence[i]);
        free(claim[i]);
        free(evidence[i]);
    }
    made_free(&study, &analysis);
}
END_TEST

/* A famous name earns nothing: the arm that fails is called so whatever it is called. */
START_TEST(names_do_not_matter)
{
    made_arm arms[2] = {calm[0], calm[1]};
    arms[0].initializer = "he_normal";
    arms[0].forward = 0.3;
    arms[0].symmetric = true;
    arms[0].accuracy = 0.4;
    arms[0].spread = 0;
    arms[1].initializer = "zeros";
    made_log log = log_of(arms, 2);
    made_log_write(&log);
    made_read(&study, &analysis);
    ck_assert_str_eq(found("best")->claim, "zeros is right more often than he_normal.");
    ck_assert_str_eq(found("vanishing")->claim, "The signal vanishes with he_normal.");
    ck_assert_str_eq(found("preserving")->claim, "zeros keeps both signals alive.");
    ck_assert_str_eq(found("outcome")->claim, "he_normal does not learn.");
    made_free(&study, &analysis);
}
END_TEST

/* The share of replicates in which a rule claims a difference, over pure noise and with one arm
 * moved by shift. */
static size_t claims(size_t replicates, double shift, const char *rule)
{
    size_t count = 0;
    made_arm arms[4] = {calm[0], calm[1], calm[0], calm[1]};
    arms[2].initializer = "charlie";
    arms[3].initializer = "delta";
    arms[3].accuracy -= shift;
    arms[3].loss *= 1 + 10 * shift;
    made_log log = log_of(arms, 4);
    log.hidden = 1;
    log.epochs = 1;
    for (size_t i = 0; i < replicates; i++) {
        made_log_write(&log); /* goes on with its noise */
        made_read(&study, &analysis);
        count += found(rule) != NULL;
        made_free(&study, &analysis);
    }
    return count;
}

/* Holm keeps the chance of any false claim at or below 0.05: of 300 replicates 15 on average, and
 * more than 30 with probability 1 - binom.cdf(30, 300, .05) = 1e-4. */
START_TEST(noise_claims_nothing)
{
    ck_assert_uint_le(claims(300, 0, "best"), 30);
    ck_assert_uint_le(claims(300, 0, "loss"), 30);
}
END_TEST

START_TEST(a_difference_is_claimed)
{
    ck_assert_uint_eq(claims(50, 0.1, "best"), 50);
}
END_TEST

static const char *outcome_of(double accuracy, double spread, size_t arms)
{
    static char claim[256];
    made_arm arm[2] = {calm[0], calm[1]};
    arm[0].accuracy = accuracy;
    arm[0].spread = spread;
    made_log log = log_of(arm, arms);
    made_log_write(&log);
    made_read(&study, &analysis);
    snprintf(claim, sizeof claim, "%s", found("outcome")->claim);
    made_free(&study, &analysis);
    return claim;
}

/* chance is 0.4. A wide interval shows neither learning nor its absence. */
START_TEST(outcomes)
{
    ck_assert_str_eq(outcome_of(0.9, 0, 2), "Every arm learns.");
    ck_assert_str_eq(outcome_of(0.4, 0, 2), "alpha does not learn.");
    ck_assert_str_eq(outcome_of(0.41, 0.1, 2), "alpha does not learn.");
    ck_assert_str_eq(outcome_of(0.6, 0.5, 2), "alpha is not shown to learn.");
    ck_assert_str_eq(outcome_of(0.4, 0, 1), "No arm learns.");
    ck_assert_str_eq(outcome_of(0.6, 0.5, 1), "No arm is shown to learn.");
    ck_assert_str_eq(outcome_of(0.9, 0, 1), "The only arm learns.");
}
END_TEST

START_TEST(two_seeds_are_too_few)
{
    made_arm arms[2] = {calm[0], calm[1]};
    arms[1].accuracy = 0.5;
    made_log log = log_of(arms, 2);
    log.seeds = 2;
    made_log_write(&log);
    made_read(&study, &analysis);
    ck_assert_str_eq(found("few seeds")->claim, "2 seeds are too few to call an arm better.");
    ck_assert_ptr_null(found("best"));
    ck_assert_ptr_null(found("tie"));
    made_free(&study, &analysis);
}
END_TEST

static void put(const char *name, const char *text)
{
    scratch_file(name, text, strlen(text));
}

/* Losses only: nothing is said of accuracy, and the best of no accuracies is not looked up. */
START_TEST(no_accuracy_recorded)
{
    put("layers.csv", "run,epoch,layer,tensor,variance\n1,0,1,weight,1\n");
    put("epochs.csv", "run,epoch,train_loss\n1,1,1.5\n2,1,1.5\n3,1,0.1\n");
    put("environment.csv", "key,value\nmajority_share,0.4\nclasses,3\n");
    made_read(&study, &analysis);
    ck_assert_ptr_null(found("outcome"));
    ck_assert_ptr_null(found("best"));
    ck_assert_ptr_null(found("tie"));
    ck_assert_uint_eq(analysis.arm[0].verdicts, 1U << INS_VERDICT_DID_NOT_LEARN);
    ck_assert_uint_eq(analysis.arm[2].verdicts, 1U << INS_VERDICT_LEARNED);
    ck_assert_str_eq(analysis.arm[2].sentence,
                     "The training loss ends at 0.1 (one seed: no interval).");
    made_free(&study, &analysis);
}
END_TEST

START_TEST(findings_as_csv)
{
    made_log log = log_of(calm, 2);
    made_log_write(&log);
    made_read(&study, &analysis);
    ins_text out = {0};
    ins_analysis_findings(&analysis, &out);
    ck_assert_ptr_eq(strstr(out.data, "priority,rule,claim,evidence\n90,tie,No difference"),
                     out.data);
    size_t lines = 0;
    for (const char *c = out.data; *c != '\0'; c++) lines += *c == '\n';
    ck_assert_uint_eq(lines, 1 + analysis.findings);
    ins_text_free(&out);
    made_free(&study, &analysis);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("findings");
    TCase *logs = tcase_create("logs");
    tcase_add_checked_fixture(logs, scratch_setup, scratch_teardown);
    tcase_set_timeout(logs, 120);
    tcase_add_loop_test(logs, rule_fires_when_provoked, 0, (int)(sizeof rules / sizeof rules[0]));
    tcase_add_test(logs, calm_data_are_called_calm);
    tcase_add_test(logs, sentences_swap_with_the_labels);
    tcase_add_test(logs, names_do_not_matter);
    tcase_add_test(logs, noise_claims_nothing);
    tcase_add_test(logs, a_difference_is_claimed);
    tcase_add_test(logs, outcomes);
    tcase_add_test(logs, two_seeds_are_too_few);
    tcase_add_test(logs, no_accuracy_recorded);
    tcase_add_test(logs, findings_as_csv);
    suite_add_tcase(suite, logs);
    return ins_run_suite(suite);
}
