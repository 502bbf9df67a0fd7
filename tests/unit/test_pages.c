/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* A test a page: from a made log the title, the sentences, the cells and the figure's CSV. Every
 * expected number follows from the log by the arithmetic in the test; where a sentence turns over
 * with the data, both sides are tried. */
#include <config.h>

#include "check_tap.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "initscope/report.h"
#include "initscope/say.h"
#include "initscope/thresholds.h"

#include "drawn_pages.h"
#include "make_graph.h"
#include "make_log.h"
#include "make_sequence.h"
#include "scratch.h"

static pages on_pages;
static ins_text said;           /* all that the pages say */
static double targets;          /* the logs are of so many numbers; 0: of classes */
static const char *environment; /* further rows of environment.csv */

static void setup(void)
{
    scratch_setup();
    targets = 0;
    environment = NULL;
}

static void forget(void)
{
    free(on_pages.line);
    on_pages = (pages){0};
    ins_text_free(&said);
}

static void teardown(void)
{
    forget();
    scratch_teardown();
}

/* --- Writing and reading ----------------------------------------------------------------- */

/* The report of the scratch directory count times over: one is a report, more are a book. */
static void report(size_t count)
{
    const char *directories[] = {scratch, scratch, scratch};
    char output[600];
    snprintf(output, sizeof output, "%s/report", scratch);
    ins_report_options options = {.directories = directories,
                                  .count = count,
                                  .output = output,
                                  .gnuplot = "/nonexistent/gnuplot"};
    ins_error error = {0};
    forget();
    ins_status status = ins_report_write(&options, &error);
    ck_assert_msg(status == INS_RENDER, "%s", error.count > 0 ? error.line[0] : "");
    on_pages = drawn_pages("report/pages");
    said = drawn_said(&on_pages);
}

static void expect(const char *words)
{
    ck_assert_msg(strstr(said.data, words) != NULL, "\"%s\" is not said", words);
}

static void expect_not(const char *words)
{
    ck_assert_msg(strstr(said.data, words) == NULL, "\"%s\" is said", words);
}

/* figures/NN-NAME.KIND; false: there is none. */
static bool read_figure(const char *name, const char *kind, ins_text *out)
{
    for (int number = 1; number < 30; number++) {
        char path[128];
        snprintf(path, sizeof path, "report/figures/%02d-%s.%s", number, name, kind);
        if (!ins_path_exists(at(path))) continue;
        *out = drawn_file(path);
        return true;
    }
    return false;
}

typedef struct row {
    double x, y, lower, upper;
    unsigned colour;
} row;

static bool starts(const char *text, const char *word, const char **rest)
{
    bool quoted = *text == '"';
    size_t length = strlen(word);
    if (strncmp(text + quoted, word, length) != 0) return false;
    *rest = text + length + 2 * quoted;
    return **rest == ',' && *++*rest != '\0';
}

/* The rows of a series of a figure's panel; how many there are. */
static size_t rows_of(const char *name, const char *panel, const char *series, row *out,
                      size_t most)
{
    ins_text figure = {0};
    size_t count = 0;
    ck_assert_msg(read_figure(name, "csv", &figure), "no figure %s", name);
    for (const char *c = figure.data; c != NULL && *c != '\0';
         c = strchr(c, '\n'), c += c != NULL) {
        const char *rest;
        if (!starts(c, panel, &rest) || !starts(rest, series, &rest)) continue;
        ck_assert_uint_lt(count, most);
        row *r = &out[count++];
        r->colour = 0;
        ck_assert_int_ge(
            sscanf(rest, "%lf,%lf,%lf,%lf,%u", &r->x, &r->y, &r->lower, &r->upper, &r->colour), 4);
    }
    ins_text_free(&figure);
    return count;
}

static bool has_figure(const char *name)
{
    ins_text figure = {0};
    bool found = read_figure(name, "csv", &figure);
    ins_text_free(&figure);
    return found;
}

/* How often a piece stands in the script of a figure. */
static size_t in_script(const char *name, const char *piece)
{
    ins_text script = {0};
    size_t count = 0;
    ck_assert_msg(read_figure(name, "gp", &script), "no figure %s", name);
    for (const char *c = script.data; (c = strstr(c, piece)) != NULL; c++) count++;
    ins_text_free(&script);
    return count;
}

static void expect_close(double value, double expected)
{
    ck_assert_double_eq_tol(value, expected, 1e-9 * fmax(fabs(expected), 1e-30));
}

/* Whether the one number that begins so is drawn in bold. */
static void expect_bold(const char *begin, bool bold)
{
    ins_text script = drawn_file("report/report.gp");
    size_t found = 0;
    for (size_t page = 1; page <= on_pages.count; page++) {
        char path[64], cell[64], group[96];
        snprintf(path, sizeof path, "report/pages/%02zu-text.csv", page);
        ins_text text = drawn_file(path);
        for (const char *c = strchr(text.data, '\n') + 1; *c != '\0'; c = strchr(c, '\n') + 1) {
            size_t number;
            int read = sscanf(c, "%zu,%*f,%*f,%*u,%*f,%*f,%*f,%*f,\"%63[^\"]", &number, cell);
            if (read != 2 || strncmp(cell, begin, strlen(begin)) != 0 || strlen(cell) > 4) continue;
            snprintf(group, sizeof group, "'pages/%02zu-text.csv' skip 1 using ($1==%zu?", page,
                     number);
            const char *font = strstr(strstr(script.data, group), "font 'Arial");
            ck_assert_int_eq(strncmp(font, "font 'Arial:Bold", 16) == 0, bold);
            found++;
        }
        ins_text_free(&text);
    }
    ck_assert_uint_eq(found, 1);
    ins_text_free(&script);
}

/* The intervals of the arms with a spread, as they are printed, lie around their means. Bars are
 * drawn from their lower end. */
static void expect_intervals_around(const char *first, const char *second)
{
    const char *const arms[] = {first, second};
    size_t found = 0;
    for (size_t i = 0; i < on_pages.lines && found < 2; i++) {
        double lower, upper;
        row r[16];
        if (sscanf(on_pages.line[i].text, "[%lf, %lf]", &lower, &upper) != 2) continue;
        ck_assert_uint_eq(rows_of("accuracy-runs", arms[found], arms[found], r, 16), 5);
        ck_assert_double_lt(lower, 100 * r[4].y - 0.1);
        ck_assert_double_gt(upper, 100 * r[4].y + 0.1);
        found++;
    }
    ck_assert_uint_eq(found, 2);
    ins_text rules = drawn_file("report/pages/01-rules.csv");
    for (const char *c = strchr(rules.data, '\n') + 1; *c != '\0'; c = strchr(c, '\n') + 1) {
        double right;
        ck_assert_int_eq(sscanf(c, "%*[^,],%*[^,],%*[^,],%lf", &right), 1);
        ck_assert_double_ge(right, 0);
    }
    ins_text_free(&rules);
}

/* The middle of the first box of a colour on the first page; count: how many there are. */
static double box_of(unsigned colour, size_t *count)
{
    ins_text boxes = drawn_file("report/pages/01-boxes.csv");
    double first = NAN, x;
    *count = 0;
    for (const char *c = strchr(boxes.data, '\n') + 1; *c != '\0'; c = strchr(c, '\n') + 1) {
        unsigned of;
        ck_assert_int_eq(sscanf(c, "%lf,%*f,%*f,%*f,%*f,%*f,%u", &x, &of), 2);
        if (of != colour) continue;
        if (*count == 0) first = x;
        ++*count;
    }
    ins_text_free(&boxes);
    return first;
}

/* Of 10 hidden layers and inputs of unit size. */
static made_log log_of(const made_arm *arm, size_t arms, size_t seeds, size_t epochs)
{
    return (made_log){.arm = arm,
                      .arms = arms,
                      .hidden = 10,
                      .seeds = seeds,
                      .epochs = epochs,
                      .chance = 1.0 / 3,
                      .input = 1,
                      .noise = 1};
}

/* Enough to tell who learned. */
static void set_rows(made_log *log)
{
    log->train_rows = 120;
    log->test_rows = 300;
}

/* --- Logs ---------------------------------------------------------------------------------- */

/* Two good arms of which b is better, and one that vanishes and does not learn. */
static void write_three(size_t seeds)
{
    made_arm arm[3] = {plain, plain, plain};
    arm[0].accuracy = 0.6;
    arm[0].spread = 0.02;
    arm[0].reached = 2;
    arm[1].initializer = "b";
    arm[1].spread = 0.02;
    arm[1].reached = 1;
    arm[2].initializer = "c";
    arm[2].forward = 0.5;
    arm[2].backward = 0.25;
    arm[2].gradient = 0.5;
    arm[2].accuracy = 0.3;
    arm[2].loss = 1.2;
    made_log log = {.arm = arm,
                    .arms = 3,
                    .hidden = 10,
                    .seeds = seeds,
                    .epochs = 4,
                    .chance = 1.0 / 3,
                    .features = 4,
                    .train_rows = 120,
                    .test_rows = 300,
                    .targets = targets,
                    .environment = environment,
                    .input = 1,
                    .noise = 1};
    if (targets > 0) {
        for (size_t a = 0; a < 3; a++) arm[a].rank = 6 - (double)a;
        arm[2].accuracy = -3;
        arm[2].initial_loss = 1.6;
    }
    made_log_write(&log);
}

static void write_ini(const char *lines)
{
    scratch_file("experiment.ini", lines, strlen(lines));
}

/* Some line that is text is red, or none of those that there are. */
static void expect_red(const char *text, bool red)
{
    size_t found = 0, reds = 0;
    for (size_t i = 0; i < on_pages.lines; i++) {
        if (strcmp(on_pages.line[i].text, text) != 0) continue;
        reds += on_pages.line[i].colour == 0xA8071A;
        found++;
    }
    ck_assert_uint_gt(found, 0);
    ck_assert_int_eq(reds > 0, red);
}

/* Where the rows of a page's file are that fit: x of discs of a radius, of dashes. */
static size_t places_of(const char *file, double radius, double *x, size_t most)
{
    ins_text text = drawn_file(file);
    size_t count = 0;
    double a, b, c, d;
    for (const char *r = strchr(text.data, '\n') + 1; *r != '\0'; r = strchr(r, '\n') + 1) {
        bool disc = isfinite(radius) && sscanf(r, "%lf,%lf,%lf", &a, &b, &c) == 3 && c == radius;
        bool dash = isnan(radius) && sscanf(r, "%*f,%lf,%lf,%lf,%lf", &a, &b, &c, &d) == 4 &&
                    c == 0 && d > 0 && d < 1;
        if ((disc || dash) && count < most) x[count++] = a;
    }
    ins_text_free(&text);
    return count;
}

/* --- Pages ---------------------------------------------------------------------------------- */

START_TEST(glance_tells_the_question_the_answer_and_every_arm)
{
    write_three(6);
    write_ini("title = Which one\nquestion = Is b_2 better than a?\ndata = /x/y/iris.csv\n");
    report(1);
    expect("Which one · 18 runs · every number is measured in these runs");
    expect("Question: Is b_2 better than a?");
    expect("Data iris.csv, 4 inputs, 3 classes, 120 training and 300 test rows");
    expect("4 epochs (20 updates), 6 seeds.");
    /* Over ten layers: 0.5^9 and 0.25^9. */
    expect("0.0020");
    expect("3.8·10−6 all alike");
    expect("vanishing");
    expect("b 1.0 ");
    expect("6 of 6");
    expect("0 of 6");
    expect("dashed: chance, 33.3 %");
    expect("b is right on ");
    expect("Chance is 33.3 %.");
    expect("c does not learn");
    expect("What it shows 1 Signal and error vanish with c.");
    /* The curves are means over seeds; chance is where it was recorded. */
    row r[8];
    ck_assert_uint_eq(rows_of("learning", "Test accuracy", "c", r, 8), 5);
    for (size_t e = 0; e < 5; e++) {
        expect_close(r[e].x, (double)e);
        expect_close(r[e].y, 0.3);
    }
    ck_assert_uint_eq(rows_of("learning", "Test accuracy", "a", r, 8), 5);
    expect_close(r[1].y, 0);
    ck_assert_double_eq_tol(r[4].y, 0.6, 0.02);
    ck_assert_uint_eq(rows_of("learning", "Training loss, log scale", "c", r, 8), 5);
    expect_close(r[0].y, 1.1);
    expect_close(r[4].y, 1.2);
    expect("ln 3 = 1.10");
    ins_text script = drawn_file("report/figures/01-learning.gp");
    ck_assert_ptr_nonnull(strstr(script.data, "first 0.333333333 to graph 1, first 0.333333333 "));
    ck_assert_ptr_nonnull(strstr(script.data, "first 1.09861229 to graph 1, first 1.09861229 "));
    ins_text_free(&script);
    expect("0 of 6 30.0 %"); /* c: learned, and its mean */
    expect("6 of 6 90.");
    expect_red("vanishing", true);
    expect_red("preserving", false);
    /* The strips: all six seeds of c lie below its mean at 0.3; chance, a third, is dashed. */
    double small[64], large[8], dash[256];
    size_t seeds = places_of("report/pages/01-discs.csv", 0.5, small, 64), below = 0;
    ck_assert_uint_eq(places_of("report/pages/01-discs.csv", 0.95, large, 8), 3);
    for (size_t i = 0; i < seeds; i++) below += fabs(small[i] - large[2]) < 0.01;
    ck_assert_uint_eq(below, 6);
    ck_assert_uint_gt(places_of("report/pages/01-rules.csv", NAN, dash, 256), 3);
    double share = (dash[0] - large[2]) / (large[1] - large[2]);
    ck_assert_double_eq_tol(share, (1.0 / 3 - 0.3) / 0.6, 0.01);
    ck_assert_uint_eq(in_script("learning", "graph 0, first 0.333333333 to"), 1);
    ck_assert_uint_eq(in_script("learning", "graph 0, first 1.09861229 to"), 1);
    ck_assert_uint_eq(in_script("learning", "set logscale y\n"), 1); /* of the loss alone */
    /* Bands lie around the mean. */
    ck_assert_uint_eq(rows_of("learning", "Test accuracy", "b", r, 8), 5);
    ck_assert_double_lt(r[4].lower, r[4].y);
    ck_assert_double_gt(r[4].upper, r[4].y);
    /* Each arm has a colour of its own, in both panels. */
    static const unsigned colours[] = {0x000000, 0xD55E00, 0x0072B2};
    for (size_t a = 0; a < 3; a++) {
        char look[64];
        snprintf(look, sizeof look, "with linespoints lc rgb 0x%06X lw 2.2", colours[a]);
        ck_assert_uint_eq(in_script("learning", look), 2);
    }
    expect_intervals_around("a", "b");
    /* Signal and error of a and b last, in the third step of five, 1.7 mm wide each; those of c
     * vanish, in the first. */
    size_t vanish, last;
    double red = box_of(0xA8071A, &vanish), green = box_of(0x2B7A4B, &last);
    ck_assert_uint_eq(vanish, 2);
    ck_assert_uint_eq(last, 4);
    ck_assert_double_eq_tol(green - red, 2 * 1.7, 1e-3);
    /* The same with the names of a and b exchanged. */
    made_arm arm[2] = {plain, plain};
    arm[0].initializer = "b";
    arm[1].initializer = "a";
    arm[0].accuracy = 0.6;
    arm[0].spread = arm[1].spread = 0.02;
    made_log log = log_of(arm, 2, 6, 4);
    set_rows(&log);
    made_log_write(&log);
    report(1);
    expect("a is right on ");
    expect_not("b is right on ");
}
END_TEST

/* 0.47 is a fifth of the way from chance to 1: barely learned is not learned. Two runs of b have
 * dead units. Of a share of 0.9 among 300 rows the standard deviation is sqrt(0.9 0.1 / 300) =
 * 0.0173. */
START_TEST(runs_are_counted_by_what_they_did)
{
    made_arm arm[2] = {plain, plain};
    arm[0].accuracy = 0.47;
    arm[1].initializer = "b";
    arm[1].rank = 6;
    arm[1].dead_start = arm[1].dead_end = 8;
    arm[1].faulty = 2;
    made_log log = log_of(arm, 2, 6, 4);
    set_rows(&log);
    made_log_write(&log);
    report(1);
    expect("barely 6");
    expect("b 1.0 all alike 1.0 all alike 6.0 2 of 6 6 of 6 90.0 % "); /* its rank is 6 */
    ck_assert_uint_eq(drawn_count(&on_pages, "0 of 6"), 1 + 1 + 1);    /* dead; learned; in time */
    ck_assert_uint_eq(drawn_count(&on_pages, "2 of 6"), 1);
    ck_assert_uint_eq(drawn_count(&on_pages, "6 of 6"), 1 + 1);
    ins_text discs = drawn_file("report/pages/01-discs.csv");
    size_t lines = 0;
    for (const char *c = discs.data; *c != '\0'; c++) lines += *c == '\n';
    ck_assert_uint_eq(lines, 1 + 2 * (6 + 1)); /* of each arm the seeds and the mean */
    ins_text_free(&discs);
    expect("6 of 12 runs learned");
    expect("would move a share of 90.0 % by 1.7 points");
    expect("on the rows of one split");
    write_ini("split = by-seed\n");
    report(1);
    expect_not("would move a share");
    expect_not("on the rows of one split");
    expect("Every seed has a split of its own");
}
END_TEST

/* One hidden layer has no total: its z has a quarter of the second moment that the inputs have. */
START_TEST(one_layer_has_a_gain_of_its_own)
{
    made_log log = {.arm = &plain,
                    .arms = 1,
                    .hidden = 1,
                    .seeds = 3,
                    .epochs = 1,
                    .chance = 1.0 / 3,
                    .input = 4,
                    .noise = 1};
    made_log_write(&log);
    report(1);
    expect_not("Forward total");
    expect("a 0.25 all alike");
}
END_TEST

START_TEST(signal_draws_the_powers_of_the_gain)
{
    write_three(6);
    report(1);
    expect("a and b keep signal and error over 10 hidden layers");
    row r[16];
    ck_assert_uint_eq(rows_of("signal", "Signal: variance of z between rows", "c signal", r, 16),
                      10);
    for (size_t i = 0; i < 10; i++) {
        expect_close(r[i].x, (double)i + 1);
        expect_close(r[i].y, pow(0.5, (double)i));
    }
    ck_assert_uint_eq(rows_of("signal", "Error: second moment of delta", "c error", r, 16), 10);
    for (size_t i = 0; i < 10; i++) expect_close(r[i].y, pow(0.25, 9 - (double)i));
    expect_not("Not drawn:");                 /* all have a signal and an error */
    expect_not("mean-field theory predicts"); /* there is no theory.csv */
}
END_TEST

/* Of two seeds the geometric mean is that of the ends of the band. */
START_TEST(bands_reach_from_the_smallest_to_the_largest_seed)
{
    made_arm arm[2] = {plain, plain};
    arm[0].jitter = 0.02;
    arm[1].initializer = "b";
    made_log log = log_of(arm, 2, 2, 0);
    made_log_write(&log);
    report(1);
    row r[16];
    static const char *const series[][2] = {{"Signal: variance of z between rows", "a signal"},
                                            {"Error: second moment of delta", "a error"}};
    for (size_t i = 0; i < 2; i++) {
        ck_assert_uint_eq(rows_of("signal", series[i][0], series[i][1], r, 16), 10);
        row far = r[i == 0 ? 9 : 0];
        ck_assert_double_lt(far.lower, far.upper);
        expect_close(far.lower * far.upper, far.y * far.y);
    }
    ck_assert_uint_eq(in_script("signal", "set logscale y\n"), 2);
    /* Three seeds have an interval: at a glance each total lies in its brackets. */
    log.seeds = 3;
    made_log_write(&log);
    report(1);
    size_t totals = 0;
    for (size_t i = 0; i < on_pages.lines; i++) {
        double mean, lower, upper;
        if (sscanf(on_pages.line[i].text, "{/:Bold %lf} [%lf, %lf]", &mean, &lower, &upper) != 3)
            continue;
        ck_assert_double_le(lower, mean);
        ck_assert_double_ge(upper, mean);
        totals += lower < upper;
    }
    ck_assert_uint_eq(totals, 2); /* of a */
}
END_TEST

/* Of d the size stays while the signal falls by 4 a layer; of e nothing gets through. Theory
 * expects of d's signal a third in each layer, of its error what was measured. */
START_TEST(signal_shows_the_size_where_it_differs_and_theory_where_there_is_one)
{
    made_arm arm[2] = {plain, plain};
    arm[0].initializer = "d";
    arm[0].signal = 0.25;
    arm[1].initializer = "e";
    arm[1].forward = arm[1].backward = -1;
    made_log log = log_of(arm, 2, 3, 0);
    made_log_write(&log);
    FILE *file = made_file("theory.csv");
    fprintf(file, "run,initializer,layer,tensor,second_moment,variance\n");
    for (size_t run = 1; run <= 3; run++)
        for (size_t l = 1; l <= 10; l++) {
            fprintf(file, "%zu,d,%zu,signal,,%.17g\n", run, l, pow(3, 1 - (double)l));
            fprintf(file, "%zu,d,%zu,preactivation,1,1\n", run, l);
            fprintf(file, "%zu,d,%zu,delta,1,1\n", run, l);
        }
    fclose(file);
    report(1);
    row r[16];
    static const char panel[] = "Signal: variance of z between rows";
    ck_assert_uint_eq(rows_of("signal", panel, "d signal", r, 16), 10);
    for (size_t i = 0; i < 10; i++) expect_close(r[i].y, pow(0.25, (double)i));
    ck_assert_uint_eq(rows_of("signal", panel, "d size", r, 16), 10);
    for (size_t i = 0; i < 10; i++) expect_close(r[i].y, 1);
    ck_assert_uint_eq(rows_of("signal", panel, "d signal theory", r, 16), 10);
    for (size_t i = 0; i < 10; i++) expect_close(r[i].y, pow(3, -(double)i));
    ck_assert_uint_eq(rows_of("signal", panel, "e signal", r, 16), 0);
    expect("Not drawn: e, whose signal is 0 in every layer, or rounding.");
    expect("Not drawn: e, whose error is 0 in every layer, or rounding.");
    expect("None keeps signal and error over 10 hidden layers");
    expect("Dashed: what mean-field theory predicts.");
    /* The totals: 4^-9 measured, 3^-9 predicted, 0.075 of it. */
    expect("3.8·10−6");
    expect("5.1·10−5");
    expect("0.075 all alike");
    expect("1.00 e none "); /* the rows of d are alike */
    expect("Nothing was trained");
}
END_TEST

/* The error falls by 4 a layer toward the input, the gradient by 2: at layer 2 of 10, 8 steps from
 * the last, 4^-8 and 2^-8. */
START_TEST(gradients_stand_beside_the_error)
{
    write_three(6);
    report(1);
    expect(
        "With c the error reaches layer 2 as 1.5·10−5 of the last one's, the gradient as 0.00391");
    row r[16];
    ck_assert_uint_eq(rows_of("gradients", "c", "c error", r, 16), 10);
    expect_close(r[1].y, pow(4, -8));
    expect_close(r[9].y, 1);
    ck_assert_uint_eq(rows_of("gradients", "c", "c gradient", r, 16), 10);
    expect_close(r[0].y, pow(2, -9));
    /* Where the two go together nothing is said of a difference; and all is in relation to the last
     * hidden layer, whatever reaches that. */
    made_arm arm[2] = {plain, plain};
    arm[1].initializer = "b";
    arm[1].backward = 0.5;
    arm[1].error = 100;
    made_log log = log_of(arm, 2, 3, 1);
    made_log_write(&log);
    report(1);
    expect_not("the error reaches layer 2 as");
    for (size_t i = 0; i < 2; i++) {
        ck_assert_uint_eq(rows_of("gradients", "b", i == 0 ? "b error" : "b gradient", r, 16), 10);
        expect_close(r[9].y, 1);
        expect_close(r[0].y, pow(2, -9));
    }
}
END_TEST

START_TEST(time_colours_the_signal_of_each_layer_and_epoch)
{
    write_three(3);
    report(1);
    expect("The signal of every layer while it learns");
    row r[64];
    ck_assert_uint_eq(rows_of("time", "a", "a", r, 64), 5 * 10);
    for (size_t i = 0; i < 50; i++) ck_assert_uint_eq(r[i].colour, 0xFFFFFF); /* 1 everywhere */
    ck_assert_uint_eq(rows_of("time", "c", "c", r, 64), 5 * 10);
    for (size_t i = 0; i < 50; i++) {
        expect_close(r[i].x, (double)(i / 10));
        expect_close(r[i].y, (double)(i / 10) + 1);
        expect_close(r[i].lower, (double)(i % 10) + 0.5);
        expect_close(r[i].upper, (double)(i % 10) + 1.5);
        /* Below 1 it is blue, the more the smaller. */
        unsigned red = r[i].colour >> 16, blue = r[i].colour & 0xFF;
        if (i % 10 > 0) ck_assert_uint_lt(red, blue);
        if (i % 10 > 1) ck_assert_uint_lt(red, r[i - 1].colour >> 16);
    }
    /* Layers 1, 3, 5 and 7 of powers of 10 have the colours of the scale's own decades. */
    static const unsigned blue[] = {0xFFFFFF, 0x6BAED6, 0x2171B5, 0x08306B};
    static const unsigned orange[] = {0xFFFFFF, 0xFD8D3C, 0xD94801, 0x7F2704};
    made_arm arm[2] = {plain, plain};
    arm[0].forward = 0.1;
    arm[1].initializer = "b";
    arm[1].forward = 10;
    made_log log = log_of(arm, 2, 2, 2);
    log.hidden = 7;
    made_log_write(&log);
    report(1);
    for (size_t a = 0; a < 2; a++) {
        const char *name = arm[a].initializer;
        ck_assert_uint_eq(rows_of("time", name, name, r, 64), 3 * 7);
        for (size_t i = 0; i < 4; i++)
            ck_assert_uint_eq(r[2 * i].colour, (a == 0 ? blue : orange)[i]);
    }
}
END_TEST

START_TEST(learning_draws_every_run)
{
    write_three(4);
    report(1);
    expect("8 of 12 runs learned");
    row r[16];
    double mean = 0, ln = 0, least = 1;
    for (size_t seed = 1; seed <= 4; seed++) {
        char name[32];
        snprintf(name, sizeof name, "b seed %zu", seed);
        ck_assert_uint_eq(rows_of("accuracy-runs", "b", name, r, 16), 5);
        expect_close(r[0].y, 0);
        ck_assert_double_eq_tol(r[1].y, 0.9, 0.02); /* arrived at epoch 1 */
        mean += r[4].y / 4;
        least = fmin(least, r[4].y);
        ck_assert_uint_eq(rows_of("loss-runs", "b", name, r, 16), 5);
        ln += log(r[4].y) / 4;
    }
    ck_assert_uint_eq(rows_of("accuracy-runs", "b", "b", r, 16), 5);
    expect_close(r[4].y, mean);
    /* The mean of losses is geometric, here and at a glance. */
    ck_assert_uint_eq(rows_of("loss-runs", "b", "b", r, 16), 5);
    expect_close(r[4].y, exp(ln));
    ck_assert_uint_eq(rows_of("learning", "Training loss, log scale", "b", r, 16), 5);
    expect_close(r[4].y, exp(ln));
    ck_assert_uint_eq(rows_of("loss-runs", "c", "c seed 4", r, 16), 5);
    expect_close(r[0].y, 1.1);
    expect_close(r[4].y, 1.2);
    /* From few seeds the interval would reach beyond what was seen, where a share ends. */
    ck_assert_uint_eq(rows_of("learning", "Test accuracy", "b", r, 16), 5);
    ck_assert_double_ge(r[4].lower, least);
    /* Dashed in every panel: chance, and the loss of guessing. */
    ck_assert_uint_eq(in_script("accuracy-runs", "graph 0, first 0.333333333 to"), 3);
    ck_assert_uint_eq(in_script("loss-runs", "graph 0, first 1.09861229 to"), 3);
    ck_assert_uint_eq(in_script("loss-runs", "set logscale y\n"), 3);
}
END_TEST

/* b is 30 points ahead of a with hardly a spread: told apart, but not from too few seeds. */
START_TEST(comparison_tells_apart_what_is_apart)
{
    write_three(6);
    report(1);
    expect("b is told apart from all others");
    expect("row minus column a b c ");
    expect("b 30.");
    expect_bold("30.", true);
    expect("From fewer than 5 seeds nothing is told apart.");
    /* The p that is shown is the corrected one. */
    ins_study study;
    ins_analysis analysis;
    ins_difference d;
    made_read(&study, &analysis);
    size_t corrected = 0;
    for (size_t a = 0; a < 3; a++) {
        ck_assert(ins_difference_of(&analysis.comparisons, a, (a + 1) % 3, &d));
        if (!(d.adjusted_p > d.p)) continue;
        const char *p = ins_analysis_plain(&analysis, ins_say(analysis.arena, d.adjusted_p));
        expect(ins_arena_format(analysis.arena, "p = %.3s", p));
        corrected++;
    }
    ck_assert_uint_ge(corrected, 1);
    made_free(&study, &analysis);
    expect("Epochs to 66.7 % of the test rows");
    expect("a 0 of 6 later "); /* 60 % is not two thirds */
    expect("b 6 of 6 1 ");
    expect("c 0 of 6 later 1.2 ");
    write_three(4);
    report(1);
    expect("Too few seeds to tell initializers apart");
    expect_not("told apart from all others");
    expect("no test");
    expect_bold("30.", false);
    /* Without a difference none is claimed. */
    made_arm arm[2] = {plain, plain};
    arm[1].initializer = "b";
    arm[0].spread = arm[1].spread = 0.05;
    made_log log = log_of(arm, 2, 6, 4);
    set_rows(&log);
    made_log_write(&log);
    report(1);
    expect("a and b are not told apart");
    /* Nobody learned. */
    arm[0].accuracy = arm[1].accuracy = 0.3;
    arm[0].spread = arm[1].spread = 0;
    made_log_write(&log);
    report(1);
    expect("No initializer learned");
}
END_TEST

static void write_symmetry(bool broken)
{
    made_arm arm[2] = {plain, plain};
    arm[0].symmetric = !broken;
    arm[0].rank = arm[1].rank = 4;
    arm[0].distinct = broken ? 8 : 1;
    arm[0].rank_end = broken ? 5 : 1;
    arm[1].initializer = "b";
    arm[1].rank_end = 6.5;
    made_log log = log_of(arm, 2, 3, 2);
    log.hidden = 3;
    set_rows(&log);
    made_log_write(&log);
}

START_TEST(symmetry_counts_the_units_that_differ)
{
    write_symmetry(false);
    report(1);
    expect("a has units that stay alike; the others part");
    expect_red("1 of 8", true);
    expect_red("8 of 8", false);
    expect("8 of 8 – – 1 of 8 1 "); /* layer 3 at the start, layers 1 and 2 not told, at the end */
    expect("b – – 8 of 8 – – 8 of 8 6.5 ");
    row r[8];
    ck_assert_uint_eq(rows_of("rank", "Effective rank, hidden layer 3", "a", r, 8), 3);
    expect_close(r[0].y, 4);
    expect_close(r[2].y, 1);
    /* Where seeds differ: 1, 2 and 3 of 8, from the smallest on. */
    FILE *file = made_file("symmetry.csv");
    fprintf(file, "run,seed,epoch,layer,units,distinct_units,effective_rank,dead_units\n");
    for (size_t run = 1; run <= 3; run++) fprintf(file, "%zu,%zu,2,3,8,%zu,1,0\n", run, run, run);
    fclose(file);
    report(1);
    expect("a – – – – – 1 to 3 of 8 1 ");
    write_symmetry(true);
    report(1);
    expect_not("units that stay alike");
    ck_assert(!has_figure("rank"));
}
END_TEST

/* Four widths, of which the narrow ones vary more from seed to seed, or less; of the widest seven
 * seeds. others: with an initializer of the same signals, and one that varies more. */
static void write_widths(bool follows, bool others)
{
    static const char *const names[] = {"he", "same", "more"};
    static const char *const hidden[] = {"10x64", "10x32", "10x16", "10x8"};
    FILE *runs = made_file("runs.csv"), *epochs = made_file("epochs.csv");
    FILE *layers = made_file("layers.csv");
    fprintf(runs, "run,initializer,hidden,seed\n");
    fprintf(epochs, "run,initializer,hidden,seed,epoch,test_accuracy\n");
    fprintf(layers, "run,initializer,hidden,seed,epoch,layer,tensor,units,variance,"
                    "second_moment,within_unit_variance\n");
    for (size_t k = 0, run = 1; k < (others ? 12 : 4); k++) {
        size_t arm = k % 4;
        for (size_t seed = 1; seed <= (arm == 0 ? 7 : 8); seed++, run++) {
            char place[64];
            /* +-1 in turn: the variance of ln is 8/7 of the square, of seven seeds as well. */
            double sign = seed % 2 == 0 ? 1 : -1, sd = pow(2, follows ? (double)arm : -(double)arm);
            if (k >= 8) sd *= 1.5;
            snprintf(place, sizeof place, "%zu,%s,%s,%zu", run, names[k / 4], hidden[arm], seed);
            fprintf(runs, "%s\n", place);
            fprintf(epochs, "%s,0,0.5\n", place);
            for (size_t l = 1; l <= 11; l++) {
                double signal = exp(0.1 * sign * sd * (double)l / 10);
                int units = l <= 10 ? 64 >> arm : 3;
                fprintf(layers, "%s,0,%zu,preactivation,%d,%.17g,%.17g,%.17g\n", place, l, units,
                        signal, signal, signal);
                fprintf(layers, "%s,0,%zu,weight,%d,1,1,1\n", place, l, units);
            }
        }
    }
    fclose(runs);
    fclose(epochs);
    fclose(layers);
}

START_TEST(spread_stands_against_the_sum_of_one_over_width)
{
    row r[8];
    for (int follows = 0; follows < 2; follows++) {
        write_widths(follows != 0, false);
        report(1);
        expect("7 to 8 seeds");
        expect(follows != 0 ? "Deep and narrow networks differ most from seed to seed (rank "
                              "correlation 1)"
                            : "The spread over seeds does not follow the widths (rank correlation "
                              "−1)");
        ck_assert_uint_eq(
            rows_of("spread", "Variance over seeds of ln signal, last hidden layer", "he", r, 8),
            4);
        for (size_t arm = 0; arm < 4; arm++) {
            double sd = pow(2, follows != 0 ? (double)arm : -(double)arm);
            expect_close(r[arm].x, 10.0 / (64 >> arm));
            ck_assert_double_eq_tol(r[arm].y, 0.01 * sd * sd * 8 / 7, 1e-9);
            ck_assert_double_lt(r[arm].lower, r[arm].y);
            ck_assert_double_gt(r[arm].upper, r[arm].y);
        }
    }
    /* The same networks under another name are no points of their own; the same widths are. */
    write_widths(true, true);
    report(1);
    static const char panel[] = "Variance over seeds of ln signal, last hidden layer";
    ck_assert_uint_eq(rows_of("spread", panel, "same", r, 8), 0);
    ck_assert_uint_eq(rows_of("spread", panel, "more", r, 8), 4);
    ck_assert_uint_eq(in_script("spread", "set logscale x\n"), 1);
    ck_assert_uint_eq(in_script("spread", "set logscale y\n"), 1);
}
END_TEST

/* Bins of z and delta of every layer and seed: counts of all seeds add up, x is in units of the rms
 * of layer 1 (which is 1 here). */
START_TEST(distributions_pool_the_seeds)
{
    write_three(3);
    FILE *file = made_file("histograms.csv");
    fprintf(file, "run,seed,epoch,layer,tensor,bin,lower,upper,count\n");
    for (size_t run = 1; run <= 9; run++)
        for (size_t l = 1; l <= 10; l++)
            for (size_t bin = 0; bin < 3; bin++)
                fprintf(file, "%zu,%zu,0,%zu,preactivation,%zu,%g,%g,%zu\n", run, (run - 1) % 3 + 1,
                        l, bin + 1, (double)bin - 1.5, (double)bin - 0.5,
                        bin == 1 ? 8 : (run - 1) % 3 + 1);
    fclose(file);
    report(1);
    expect("How z and delta are distributed, layer by layer");
    row r[8];
    ck_assert_uint_eq(rows_of("distributions", "a", "a layer 1", r, 8), 3);
    static const double x[] = {-1, 0, 1}, count[] = {6, 24, 6};
    for (size_t i = 0; i < 3; i++) {
        expect_close(r[i].x, x[i]);
        expect_close(r[i].lower, 1);
        expect_close((1 - r[i].y) * 24 / (1 - r[1].y), count[i]);
    }
    ck_assert_uint_eq(in_script("distributions", "set yrange [10:0]\n"), 3); /* 1 on top */
    ck_assert(!has_figure("distributions-delta"));
    /* Of delta the unit is that of the last hidden layer, which is 1 though the first has 4^-9. */
    file = made_file("histograms.csv");
    fprintf(file, "run,seed,epoch,layer,tensor,bin,lower,upper,count\n");
    for (size_t run = 1; run <= 9; run++)
        fprintf(file, "%zu,%zu,0,1,delta,1,1,3,5\n%zu,%zu,0,10,delta,1,1,3,5\n", run,
                (run - 1) % 3 + 1, run, (run - 1) % 3 + 1);
    fclose(file);
    report(1);
    ck_assert(!has_figure("distributions"));
    ck_assert_uint_eq(rows_of("distributions-delta", "c", "c layer 10", r, 8), 1);
    expect_close(r[0].x, 2);
}
END_TEST

/* Singular values 4, 2, 1 of a and 9, 3, 1 of the others in every seed, as geometric means of two
 * rows with half and twice as much; then of all the same; then 1 to 4 and to 40 of a's seeds and 30
 * of the others. */
START_TEST(isometry_compares_what_stretches)
{
    for (int apart = 2; apart >= 0; apart--) {
        write_three(3);
        FILE *file = made_file("spectrum.csv");
        fprintf(file, "run,seed,epoch,layer,index,singular_value\n");
        for (size_t run = 1; run <= 9; run++)
            for (size_t i = 0; i < 6; i++)
                fprintf(file, "%zu,%zu,0,0,%zu,%g\n", run, (run - 1) % 3 + 1, i + 1,
                        pow(apart == 2               ? run == 1  ? sqrt(40)
                                                       : run < 4 ? 2
                                                                 : sqrt(30)
                                          : run <= 3 || apart == 0 ? 2
                                                     : 3,
                            2 - (double)(i % 3)) *
                            (i < 3 ? 0.5 : 2));
        fclose(file);
        report(1);
        if (apart == 0) {
            ck_assert(!has_figure("isometry"));
            continue;
        }
        if (apart == 2) {
            expect("How evenly the networks stretch their inputs");
            expect_not("most evenly");
            continue;
        }
        expect("a stretches the inputs most evenly, by 4 to 1; b by 9 to 1");
        row r[8];
        ck_assert_uint_eq(
            rows_of("isometry", "Singular values of the Jacobian, from the largest on", "b", r, 8),
            3);
        for (size_t i = 0; i < 3; i++) {
            expect_close(r[i].x, (double)i + 1);
            expect_close(r[i].y, pow(3, 2 - (double)i));
        }
    }
}
END_TEST

/* a and b in four settings: a leads in the first, b in the second, in the third they are alike, in
 * the fourth nobody learns. Over all of them a is (30 - 20 + 0 + 10) / 4 = 5 points ahead. Or all
 * settings are as the first. */
static void write_settings(bool depends)
{
    static const double accuracy[4][2] = {{0.9, 0.6}, {0.7, 0.9}, {0.8, 0.8}, {0.3, 0.2}};
    made_arm arm[8];
    for (size_t a = 0; a < 8; a++) {
        arm[a] = plain;
        arm[a].initializer = a % 2 == 0 ? "a" : "b";
        arm[a].activation = a / 2 < 2 ? "relu" : "tanh";
        arm[a].hidden = a / 2 % 2 == 0 ? "10x8" : "10x16";
        arm[a].accuracy = accuracy[depends ? a / 2 : 0][a % 2];
        if (targets > 0 && arm[a].accuracy < 0.5) arm[a].accuracy -= 2;
        arm[a].spread = 0.004;
        arm[a].forward = a == 0 ? 0.5 : 1 - 0.01 * (double)a;
        arm[a].rank = 5 + 0.25 * (double)a;
    }
    made_log log = {.arm = arm,
                    .arms = 8,
                    .hidden = 10,
                    .seeds = 6,
                    .epochs = 2,
                    .chance = 1.0 / 3,
                    .train_rows = 120,
                    .test_rows = 300,
                    .targets = targets,
                    .input = 1,
                    .noise = 1};
    made_log_write(&log);
}

/* Eight depths, of which the last learns nothing and the third most. */
START_TEST(of_many_levels_the_ends_and_the_best_are_said)
{
    static const char *const hidden[] = {"1x8", "2x8", "3x8", "4x8", "5x8", "6x8", "7x8", "8x8"};
    static const double accuracy[] = {0.8, 0.85, 0.9, 0.7, 0.65, 0.6, 0.55, 0.3};
    made_arm arm[16];
    for (size_t a = 0; a < 16; a++) {
        arm[a] = plain;
        arm[a].initializer = a < 8 ? "a" : "b";
        arm[a].hidden = hidden[a % 8];
        arm[a].accuracy = a < 8 ? accuracy[a] : 0.3;
    }
    made_log log = {.arm = arm,
                    .arms = 16,
                    .hidden = 8,
                    .seeds = 3,
                    .epochs = 2,
                    .chance = 1.0 / 3,
                    .train_rows = 120,
                    .test_rows = 300};
    made_log_write(&log);
    report(1);
    expect("The best is right on 80.0 % with 1 hidden layer, 90.0 % with 3 hidden layers "
           "and 30.0 % with 8 hidden layers. In 1 of 8 settings no initializer learned.");
}
END_TEST

START_TEST(settings_tell_who_leads_where)
{
    write_settings(true);
    report(1);
    expect("In 1 of 4 settings no initializer learned");
    expect("The best is right on 90.");
    expect("% with 10x8 and 90.");
    expect("relu 10x8 10x16 a 90  6/6 70  6/6 b 60  6/6 90  6/6 ");
    expect("tanh 10x8 10x16 a 80  6/6 30  0/6 b 80  6/6 20  0/6 ");
    expect("a 2 of 3 +5.");
    expect("over b b 2 of 3 – ");
    expect("The differences differ between settings");
    expect("Over all settings, a is ahead of b. By 5.");
    /* The signal of the first tile vanishes, its error lasts: the first step of the strip at the
     * left, the third of the one at the right, whose steps are 1.7 mm wide and 9.9 mm away. */
    size_t count;
    double red = box_of(0xA8071A, &count);
    ck_assert_uint_eq(count, 1); /* no other vanishes */
    ck_assert_double_eq_tol(box_of(0x2B7A4B, &count) - red, 9.9 + 2 * 1.7, 1e-3);
    /* A point for each setting, over the total and over the rank. */
    static const double accuracy[] = {0.6, 0.9, 0.8, 0.2};
    row r[8];
    ck_assert_uint_eq(rows_of("accuracy-by", "Accuracy by the forward total", "b", r, 8), 4);
    for (size_t i = 0; i < 4; i++) {
        expect_close(r[i].x, pow(0.99 - 0.02 * (double)i, 9));
        ck_assert_double_eq_tol(r[i].y, accuracy[i], 0.004);
    }
    ck_assert_uint_eq(rows_of("accuracy-by", "Accuracy by the effective rank", "b", r, 8), 4);
    for (size_t i = 0; i < 4; i++) expect_close(r[i].x, 5.25 + 0.5 * (double)i);
    ck_assert_uint_eq(in_script("accuracy-by", "set logscale x\n"), 1); /* of the total alone */
    write_settings(false);
    report(1);
    expect("In each of 4 settings some initializer learned");
    expect("a 4 of 4 +30.");
    expect("The differences are not seen to differ between settings");
}
END_TEST

START_TEST(answers_choose_for_each_setting)
{
    write_settings(true);
    report(2);
    expect("2 experiments · 16 initializers in settings · 96 runs");
    ck_assert(ins_path_exists(at("report/1-summary.csv"))); /* tables by the experiment's number */
    ck_assert(ins_path_exists(at("report/2-findings.csv")));
    expect("Activation 10x8 10x16 page relu a b 3 90.");
    expect(", 6 of 6 tanh a and b none learned 3 80.");
    expect(", 6 of 6 at most 30.");
}
END_TEST

/* For each activation sigma 0.5, 1, 1.5... by depths 2, 4 and 6. All are at chance but the deepest
 * with sigma 1.5, and the shallowest with sigma 3, which is always right. Depth scales: sigma, of
 * the error sigma / 2. */
static void write_map_of(size_t sigmas, size_t activations)
{
    static const char *const names[] = {"tanh", "sin", "erf"};
    FILE *runs = made_file("runs.csv"), *epochs = made_file("epochs.csv");
    FILE *layers = made_file("layers.csv"), *depths = made_file("depth.csv");
    fprintf(runs, "run,initializer,hidden,activation,seed\n");
    fprintf(epochs, "run,seed,epoch,updates,test_%s\n", targets > 0 ? "score" : "accuracy");
    fprintf(layers, "run,seed,epoch,layer,tensor,units,variance\n");
    fprintf(depths, "run,initializer,sigma_w,xi_c,xi_gradient\n");
    for (size_t run = 1; run <= 3 * sigmas * activations; run++) {
        double sigma = 0.5 * (double)((run - 1) % sigmas + 1);
        size_t depth = 2 * ((run - 1) / sigmas % 3 + 1);
        double accuracy = depth == 6 && sigma == 1.5 ? 0.5 : depth == 2 && sigma == 3 ? 1 : 0.25;
        fprintf(runs, "%zu,s%g,%zux8,%s,1\n", run, sigma, depth, names[(run - 1) / sigmas / 3]);
        fprintf(epochs, "%zu,1,0,0,0.25\n%zu,1,1,5,%g\n", run, run, accuracy);
        fprintf(depths, "%zu,s%g,%g,%g,%g\n", run, sigma, sigma, sigma, sigma / 2);
        for (size_t l = 1; l <= depth + 1; l++) fprintf(layers, "%zu,1,0,%zu,weight,8,1\n", run, l);
    }
    fclose(runs);
    fclose(epochs);
    fclose(layers);
    fclose(depths);
    made_environment(&(made_log){.chance = 0.25, .classes = 4, .targets = targets});
    if (targets > 0) write_ini("score = r2\nloss = mse\n");
}

static void write_map(void)
{
    write_map_of(6, 1);
}

START_TEST(map_shades_from_chance_to_1)
{
    write_map();
    report(1);
    expect("6 hidden layers: most is right at σw = 1.5, 50.0 %");
    row r[32];
    ck_assert_uint_eq(rows_of("map", "Test accuracy", "accuracy", r, 32), 18);
    for (size_t i = 0; i < 18; i++) {
        double sigma = 0.75 + 0.5 * ((double)(i % 6) - 1), depth = 2 + 2 * (double)(i / 6);
        expect_close(r[i].x, sigma); /* half a step to each side */
        expect_close(r[i].y, sigma + 0.5);
        expect_close(r[i].lower, depth - 1);
        expect_close(r[i].upper, depth + 1);
        /* White at chance, 0x2B7BB0 at 1; a third of the way for 0.5. */
        ck_assert_uint_eq(r[i].colour, i == 5 ? 0x2B7BB0 : i == 14 ? 0xB8D3E5 : 0xFFFFFF);
    }
    ck_assert_uint_eq(rows_of("map", "Test accuracy", "6 xi of the error", r, 32), 6);
    for (size_t i = 0; i < 6; i++) expect_close(r[i].y, fmin(3 * r[i].x, 7));
    ck_assert_uint_eq(rows_of("map", "Test accuracy", "6 xi of the correlation", r, 32), 6);
    for (size_t i = 0; i < 6; i++) expect_close(r[i].y, fmin(6 * r[i].x, 7));
    ck_assert_uint_eq(rows_of("map", "Test accuracy", "per cent", r, 32), 18);
    expect("Test accuracy in per cent, mean over seeds, white at chance, darkest at 100 %.");
}
END_TEST

START_TEST(map_of_many_has_two_panels_beside_each_other)
{
    row r[64];
    write_map_of(16, 3);
    report(1);
    ck_assert_uint_eq(rows_of("map", "sin", "accuracy", r, 64), 48);
    ck_assert_uint_eq(rows_of("map", "sin", "per cent", r, 64), 48);
    expect("6 hidden layers: most is right at σw = 1.5 (tanh), 50.0 %");
}
END_TEST

START_TEST(map_of_many_has_no_numbers_where_they_have_no_room)
{
    row r[64];
    write_map_of(17, 3);
    report(1);
    ck_assert_uint_eq(rows_of("map", "sin", "accuracy", r, 64), 51);
    ck_assert_uint_eq(rows_of("map", "sin", "per cent", r, 64), 0);
    expect("Test accuracy, mean over seeds, white at chance, darkest at 100 %.");
}
END_TEST

/* Rules, thresholds and the experiment's own settings; in a book once. */
START_TEST(method_and_reading_say_each_thing_once)
{
    write_three(6);
    write_ini("title = The one\n");
    report(1);
    for (int v = 0; v < INS_VERDICTS; v++) {
        /* Steps of a grade are told in one row. */
        const char *end = strrchr(ins_verdict_table[v].name, '_');
        bool grade = end != NULL && (strcmp(end, "_forward") == 0 || strcmp(end, "_backward") == 0);
        if (ins_verdict_table[v].subject != INS_OF_ALL)
            expect_not(ins_verdict_table[v].name);
        else if (!grade)
            expect(ins_verdict_table[v].name);
    }
    expect("vanishing_forward");
    expect("vanishing below 0.01, fading below 0.1, preserving to 10, growing to 100, exploding");
    expect("below 0.01 below 0.1 to 10 to 100 above 100"); /* beside their strips */
    for (int t = 0; t < INS_THRESHOLDS; t++)
        if (ins_threshold_table[t].subject != INS_OF_ALL)
            expect_not(ins_threshold_table[t].meaning.classes);
        else if (*ins_threshold_table[t].meaning.classes != '\0')
            expect(ins_threshold_table[t].name);
    expect_not("DATA DICTIONARY");
    report(2);
    expect("ANSWERS");
    static const char *const once[] = {"How verdicts and intervals come about",
                                       "What the logs hold", "What each experiment answers"};
    for (size_t i = 0; i < sizeof once / sizeof once[0]; i++) {
        const char *first = strstr(said.data, once[i]);
        ck_assert_msg(first != NULL, "\"%s\" is not said", once[i]);
        ck_assert_msg(strstr(first + 1, once[i]) == NULL, "\"%s\" is said twice", once[i]);
    }
    for (int f = 0; f < INS_LOG_FILES; f++) expect(ins_log_tables[f].file);
}
END_TEST

/* The theory of a book, with one that vanishes and the last that preserves as the worked example.
 */
START_TEST(reading_works_through_an_example)
{
    write_three(6);
    report(2);
    expect("HOW TO READ IT Two things must get through: differences between rows, and the error");
    expect("Var zl = fanin · Var W · E al−12");
    expect("E δl2 = fanout · Var W · E φ'2 · E δl+12");
    row r[16];
    ck_assert_uint_eq(rows_of("reading", "Signal: variance of z between rows", "c signal", r, 16),
                      10);
    for (size_t i = 0; i < 10; i++) expect_close(r[i].y, pow(0.5, (double)i));
    ck_assert_uint_eq(rows_of("reading", "Signal: variance of z between rows", "b signal", r, 16),
                      10);
    ck_assert_uint_eq(rows_of("reading", "Signal: variance of z between rows", "a signal", r, 16),
                      0);
    expect("with c the last layer has 0.0020 of the first one's signal, with b 1.0.");
    expect("of the error 3.8·10−6 arrives, and 1.0.");
    /* Without one that vanishes there is none. */
    made_arm arm[2] = {plain, plain};
    arm[1].initializer = "b";
    made_log log = log_of(arm, 2, 3, 1);
    made_log_write(&log);
    report(2);
    expect("HOW TO READ IT");
    ck_assert(!has_figure("reading"));
}
END_TEST

/* The page behind an answer is the one on which the chapter's glance begins. */
START_TEST(answers_lead_to_their_chapters)
{
    write_three(6);
    write_ini("title = The one\nquestion = What is asked here?\n");
    report(3);
    const line *question = drawn_find(&on_pages, "What is asked here?");
    ck_assert_uint_eq(question->page, 1);
    size_t chapters = 0, cited = 0;
    for (size_t i = 0; i < on_pages.lines; i++) {
        const line *l = &on_pages.line[i];
        if (strcmp(l->text, "AT A GLANCE") != 0) continue;
        char page[16];
        snprintf(page, sizeof page, "%zu", l->page);
        chapters++;
        /* a number at the right edge of the first page, beside an answer */
        for (size_t j = 0; j < on_pages.lines; j++) {
            const line *n = &on_pages.line[j];
            if (n->page == 1 && n->right > 180 && n->bottom < 280 && strcmp(n->text, page) == 0)
                cited++;
        }
    }
    ck_assert_uint_eq(chapters, 3);
    ck_assert_uint_eq(cited, 3 + 3); /* in the table and in the contents */
}
END_TEST

/* --- Numbers --------------------------------------------------------------------------------- */

/* Nothing that is said of classes. */
static void expect_numbers(void)
{
    static const char *const never[] = {"class",   "Class",         "chance",        "Chance",
                                        "ccura",   "cross-entropy", "percent point", " points [",
                                        "ln 3",    "right on",      "per cent",      "rows right",
                                        "binomial"};
    for (size_t i = 0; i < sizeof never / sizeof never[0]; i++) expect_not(never[i]);
    expect("R²");
}

START_TEST(numbers_are_not_classes)
{
    targets = 2;
    write_three(6);
    report(1);
    expect_numbers();
    expect("4 inputs, 2 targets, 120 training and 300 test rows,");
    expect("b has R² 0.9");
    expect("Always answering the mean has R² 0.");
    expect("Test R², 0 to 1 Mean");
    expect("dashed: 0, the mean as an answer. What lies below 0 is drawn at 0.");
    expect("another 300 test rows would move an R² of 0.9");
    expect("Dashed: always answering the mean, R² 0 and loss 1. What lies below −1 is cut off.");
    expect("Differences in test R²");
    expect("Epochs to R² 0.5 on the test rows");
    expect("Half of the way from 0 to 1, fixed before.");
    expect("−3.000"); /* no mean is cut off */
    expect("barely_r2");
    ck_assert(has_figure("score-runs") && !has_figure("accuracy-runs"));
    row r[8];
    ck_assert_uint_eq(rows_of("learning", "Test R²", "c", r, 8), 5);
    expect_close(r[4].y, -3); /* in the data neither */
    ck_assert_uint_eq(in_script("learning", "set yrange [-1:1]"), 1);
    ck_assert_uint_eq(in_script("learning", "graph 0, first 1 to graph 1, first 1 "), 1);
    ck_assert_uint_eq(in_script("learning", "graph 0, first 0 to graph 1, first 0 "), 1);
    targets = 1;
    environment = "target_names,petal_width\n";
    write_three(6);
    report(1);
    expect("4 inputs, target petal_width, 120 training");
    scratch_file("outputs.csv", "output,name\n1,\n", 15);
    report(1);
    expect("4 inputs, target petal_width, 120 training");
    scratch_file("outputs.csv", "output,name\n1,sepal_width\n", 26);
    report(1);
    expect("4 inputs, target sepal_width, 120 training");
    write_settings(true);
    report(1);
    expect_numbers();
    expect("A tile: R² on the test rows, mean over seeds");
    expect("relu 10x8 10x16 a 0.90  6/6 0.70  6/6 b 0.60  6/6 0.90  6/6 ");
    expect("tanh 10x8 10x16 a 0.80  6/6 −1.70  0/6 ");
    expect("Over all settings: R², one value a seed");
    ck_assert_uint_eq(rows_of("score-by", "R² by the forward total", "b", r, 8), 4);
    write_map();
    report(1);
    expect_numbers();
    expect("6 hidden layers: R² is highest at σw = 1.5, 0.500");
    row tiles[32];
    ck_assert_uint_eq(rows_of("map", "Test R²", "R^2", tiles, 32), 18);
    ck_assert_uint_eq(tiles[5].colour, 0x2B7BB0);
}
END_TEST

START_TEST(classes_are_not_numbers)
{
    write_three(6);
    report(2);
    expect_not("R²");
    expect_not("barely_r2");
    expect_not("targets");
}
END_TEST

START_TEST(books_of_numbers)
{
    targets = 1;
    write_settings(true);
    report(2);
    expect("below, R² on the test rows of the first");
    expect("always answering the mean has R² 0. Barely: R² below 0.1.");
    expect("at most −1.");
    expect("none learned");
}
END_TEST

START_TEST(rows_that_are_scored)
{
    for (int numbers = 0; numbers < 2; numbers++) {
        targets = numbers;
        environment = "test_is_train,yes\n";
        write_three(6);
        report(1);
        expect("Scored on the training rows. No rows were held out");
        expect("120 training rows, no test rows");
        expect(numbers ? "Training R², 0 to 1" : "Training accuracy, 0 to 100 %");
        expect(numbers ? "b has R² 0.9" : "b is right on 90.");
        expect("the training rows, chosen among 3");
        expect("The intervals are over seeds alone.");
        expect("Weights and order of rows: no rows are held out.");
        expect_not("another 300");
        expect_not("est accuracy");
        environment = "given_test_set,yes\n";
        write_three(6);
        report(1);
        expect("120 training and 300 test rows of their own file");
        expect("The intervals are over seeds on one test set; another 300 test rows");
        expect("on the rows of one test set. Other test rows would move");
        expect_not("Scored on the training rows");
    }
}
END_TEST

/* A decoder that starts as the transpose of its encoder has no theory of the error. */
START_TEST(tied_has_no_theory_of_the_error)
{
    targets = 4;
    environment = "autoencoder,yes\n";
    write_three(6);
    FILE *theory = made_file("theory.csv");
    fprintf(theory, "run,layer,tensor,second_moment,variance\n");
    for (int run = 1; run <= 18; run++)
        for (int l = 1; l <= 10; l++) fprintf(theory, "%d,%d,signal,1,1\n", run, l);
    fclose(theory);
    write_ini("score = r2\nloss = mse\noutput-init = he_normal\n");
    report(1);
    expect("4 inputs that are the targets as well");
    expect("Dashed: what mean-field theory predicts.");
    expect_not("the transpose of another");
    write_ini("score = r2\nloss = mse\noutput-init = tied\n");
    report(1);
    expect("what mean-field theory predicts; of the error nothing where the output layer starts as "
           "the transpose of another");
    row r[16];
    ck_assert_uint_eq(rows_of("signal", "Error: second moment of delta", "a error", r, 16), 10);
    ck_assert_uint_eq(rows_of("signal", "Error: second moment of delta", "a error theory", r, 16),
                      0);
}
END_TEST

/* --- Networks that are no chains ------------------------------------------------------------- */

/* Four blocks behind a norm each, gains 2 and 0.5, and what theory.csv says of the first. */
static void write_graphs(made_graph graph[2])
{
    for (size_t i = 0; i < 2; i++) {
        graph[i] = plain_graph;
        graph[i].network = "v2=input(8,8,1),conv(8,3),4xres(bn,act,conv(8,3)),gmean";
        graph[i].blocks = 4;
        graph[i].adds = 1;
    }
    graph[0].theory = 1.9;
    graph[1].initializer = "b";
    graph[1].gain = 0.5;
    made_graph_write(graph, 2, 3);
}

START_TEST(gains_are_bars_and_errors_points)
{
    static const char forward[] = "Forward: E z² / E x²";
    made_graph graph[2];
    row r[24];
    write_graphs(graph);
    report(1);
    /* Nine layers of the gain and one of 1. */
    expect("The own gain of a layer, on the mean: from 0.536, b, to 1.87, a");
    expect("In every line from the top: a and b. Crosses: theory.");
    ck_assert_uint_eq(rows_of("gains", forward, "a", r, 24), 10);
    expect_close(r[1].x, 1);
    expect_close(r[1].y, 2);
    expect_close(r[1].lower, 2 - 0.38);
    expect_close(r[1].upper, 2);
    ck_assert_uint_eq(rows_of("gains", forward, "b", r, 24), 10);
    expect_close(r[1].x, 0.5);
    expect_close(r[1].y, 1);
    expect_close(r[1].upper, 2 + 0.38);
    /* Each cross is a point of its own. */
    ck_assert_uint_eq(rows_of("gains", forward, "a theory", r, 24), 20);
    expect_close(r[0].x, 1.9);
    expect_close(r[0].y, 1 - 0.19);
    ck_assert(isnan(r[1].y));
    /* Bands behind blocks 1 and 3, of two layers each. */
    ck_assert_uint_eq(rows_of("gains", forward, "blocks", r, 24), 2);
    expect_close(r[0].lower, 1.5);
    expect_close(r[0].upper, 3.5);
    expect_close(r[1].lower, 5.5);
    /* The ends of branches alone have a way back of their own: the errors are shown. */
    expect("Right: second moment of the error of each layer.");
    ck_assert_uint_eq(rows_of("gains", "Error: E δ²", "a", r, 24), 10);
    expect_close(r[2].x, 0.125);
    ck_assert_uint_eq(in_script("gains", "\"conv9\" 9"), 1);
    ck_assert_uint_eq(in_script("gains", "\"block2\" 4.5"), 1);
    /* In a row each has one. */
    graph[0] = plain_graph;
    graph[0].network = "6x(conv(8,3),act)";
    made_graph_write(graph, 1, 3);
    report(1);
    ck_assert_uint_eq(rows_of("gains", "Backward: E δ² one layer down / E δ²", "a", r, 24), 6);
    expect_close(r[0].y, 2);
    expect_close(r[0].lower, 2 - 0.38);
    expect("own, where it alone reads that one.");
    expect_not("second moment of the error of each layer");
}
END_TEST

START_TEST(streams_are_lines_and_branches_points)
{
    static const char stream[] = "Stream: second moment";
    made_graph graph[2];
    row r[24];
    write_graphs(graph);
    report(1);
    expect("The stream grows by at most a factor of 1.29 a block"); /* (5 / 3)^(1/2) */
    ck_assert_uint_eq(rows_of("streams", stream, "a stream", r, 24), 4);
    for (size_t i = 0; i < 4; i++) {
        expect_close(r[i].x, (double)i + 1);
        expect_close(r[i].y, (double)i + 2);
    }
    ck_assert_uint_eq(rows_of("streams", stream, "a stream theory", r, 24), 4);
    expect_close(r[3].y, 1 + 4 * 1.9);
    ck_assert_uint_eq(
        rows_of("streams", "Stream: variance between rows", "a stream within units", r, 24), 4);
    expect_close(r[1].y, 0.4 * 3);
    ck_assert_uint_eq(rows_of("streams", "Error δ in the branches", "a", r, 24), 8);
    for (size_t i = 0; i < 8; i++) {
        expect_close(r[i].x, 0.5 * ((double)i + 1));
        expect_close(r[i].y, pow(0.5, (double)i + 2));
    }
    ck_assert_uint_eq(rows_of("streams", "Gradient of their weights", "b", r, 24), 8);
    expect_not("have no gradient before");
    graph[0].grows = 2;
    graph[1].zero_last = true;
    made_graph_write(graph, 2, 3);
    report(1);
    expect("The stream explodes with a");
    expect("4 layers of branches have no gradient before the first update");
    expect("b starts as the identity.");
    graph[0] = graph[1];
    graph[0].initializer = "a";
    made_graph_write(graph, 2, 3);
    report(1);
    expect("The stream passes all blocks as it is");
    expect("a and b start as the identity.");
}
END_TEST

/* --- Sequences ------------------------------------------------------------------------------- */

START_TEST(steps_are_curves_and_a_table)
{
    static const char error[] = "Error δ: second moment";
    made_sequence cell[2] = {plain_cell, plain_cell};
    row r[64];
    cell[0].back = 0.4;
    cell[0].theory = 0.45;
    cell[1].back = 0.7;
    cell[1].forward = 1.1;
    cell[1].initializer = "b";
    made_sequence_write(cell, 2, 5);
    report(1);
    expect("The error does not reach the first time step with a");
    expect("a 2.7·10−8 all alike 0.76 all alike 15 all alike 1.0 all alike");
    expect("b 0.0011 all alike 1.9 all alike over 19 1.1 all alike");
    expect("z and error are means over the gates; the state of an LSTM is c. Dashed: theory.");
    expect_not("at least one part in 2");
    ck_assert_uint_eq(rows_of("steps", error, "a", r, 64), 20);
    for (size_t i = 0; i < 20; i++) {
        expect_close(r[i].x, 19 - (double)i);
        expect_close(r[i].y, pow(0.4, 19 - (double)i));
    }
    ck_assert_uint_eq(rows_of("steps", error, "a theory", r, 64), 20);
    expect_close(r[0].y, pow(0.45, 19));
    ck_assert_uint_eq(rows_of("steps", error, "b theory", r, 64), 0);
    ck_assert_uint_eq(rows_of("steps", "State: variance between rows", "b", r, 64), 20);
    expect_close(r[19].x, 20);
    expect_close(r[19].y, 0.4 * pow(1.1, 19));
    ck_assert_uint_eq(rows_of("steps", "z: second moment", "b", r, 64), 20);
    expect_close(r[0].y, 2.5);
    expect("vanishing_steps");
    expect("memory 10−6: share of the error at the last time step");
    expect_not("alike_tokens");
    expect_not("tokens_alike");
    /* Another cell, and nothing wrong. */
    cell[0] = cell[1];
    cell[0].initializer = "a";
    cell[0].cell = cell[1].cell = "rnn";
    cell[0].cells = cell[1].cells = 2;
    cell[0].within = cell[1].within = 0.6;
    made_sequence_write(cell, 2, 5);
    report(1);
    expect("Of the error 0.00114 is left at the first time step");
    expect("rnn1. Before training, geometric means over seeds, bands from the smallest seed to the "
           "largest. Of z and of the state at least one part in 2 differs between rows.");
    expect("rnn2. As the figure before.");
    expect_not("means over the gates");
    expect_not("Dashed: theory");
    ck_assert_uint_eq(rows_of("steps", "State: variance between rows", "b", r, 64), 0);
    cell[0].forward = 3;
    made_sequence_write(cell, 2, 5);
    report(1);
    expect("The state explodes over time with a");
}
END_TEST

START_TEST(tokens_are_curves_by_layer)
{
    made_sequence tokens[2] = {plain_tokens, plain_tokens};
    row r[64];
    tokens[1].initializer = "b";
    tokens[1].last = 0.7;
    made_sequence_write(tokens, 2, 5);
    report(1);
    expect("In the last layer the tokens of a row correlate by at most 0.7");
    expect("Dashed: 0.0625, attention that looks at all tokens alike.");
    ck_assert_uint_eq(rows_of("tokens", "Correlation of tokens", "b", r, 64), 7);
    expect_close(r[0].x, 1);
    expect_close(r[0].y, 0.1);
    expect_close(r[2].x, 6);
    expect_close(r[2].y, 0.3);
    expect_close(r[6].y, 0.7);
    ck_assert_uint_eq(rows_of("tokens", "Attention: sum of squares", "a", r, 64), 3);
    expect_close(r[1].x, 2);
    expect_close(r[1].y, 0.0625);
    expect_close(r[2].y, 1.5 * 0.0625);
    ck_assert_uint_eq(rows_of("tokens", "Attention: entropy", "a", r, 64), 3);
    expect_close(r[0].y, log(16));
    expect("alike_tokens");
    expect_not("vanishing_steps");
    tokens[1].last = 0.96;
    made_sequence_write(tokens, 2, 5);
    report(1);
    expect("The tokens of a row become alike with b");
    tokens[1].last = 0.4;
    tokens[0].network = tokens[1].network = "input(16,4),3xres(attention(4))";
    tokens[0].peaked = 3;
    made_sequence_write(tokens, 2, 5);
    report(1);
    expect("Attention starts peaked with a");
}
END_TEST

/* Points where the way from layer to layer is not one, lines where it is; and names. */
START_TEST(graphs_have_points_by_layer)
{
    static const char panel[] = "Signal: variance of z between rows";
    made_graph graph[2];
    row r[24];
    write_graphs(graph);
    report(1);
    ck_assert_uint_eq(rows_of("signal", panel, "a signal", r, 24), 9);
    ck_assert_uint_eq(rows_of("signal", panel, "a signal, end", r, 24), 1);
    expect_close(r[0].x, 9);
    expect("Points and crosses without a line: layers of networks that are no chain.");
    ck_assert_uint_eq(in_script("signal", "\"block2\" 4.5"), 2); /* of layers 4 and 5 */
    expect("Own gains");
    expect("Stream: growth of its second moment a residual block");
    expect_not("Backward total");
    expect("exploding_stream");
    expect("Network v2");
    /* Of a chain nothing of this is said. */
    made_arm arm = plain;
    made_log log = log_of(&arm, 1, 3, 3);
    ck_assert_int_eq(remove(at("network.csv")), 0);
    ck_assert_int_eq(remove(at("symmetry.csv")), 0);
    ck_assert_int_eq(remove(at("theory.csv")), 0);
    made_log_write(&log);
    report(1);
    ck_assert(!has_figure("gains") && !has_figure("streams"));
    expect_not("exploding_stream");
    expect_not("Own gains");
    expect_not("norm_factor");
    expect_not("no chain");
    expect("Backward total");
}
END_TEST

/* A factor without a column makes settings: each has its figure, under its name. */
START_TEST(named_factors_are_settings)
{
    made_graph graph[2];
    row r[24];
    write_graphs(graph);
    graph[1].initializer = "a";
    graph[0].start = "none";
    graph[1].start = "zero_last";
    graph[1].zero_last = true;
    made_graph_write(graph, 2, 3);
    report(1);
    expect("residual init none");
    expect("residual init zero_last");
    /* One initializer and one network: the settings are drawn together, each by its level. */
    ck_assert_uint_eq(rows_of("streams", "Stream: second moment", "none stream", r, 24), 4);
    ck_assert_uint_eq(rows_of("streams", "Stream: second moment", "zero_last stream", r, 24), 4);
    expect("In every line from the top: residual init none and residual init zero_last.");
    expect("4 layers have no bar: the gain is 0");
}
END_TEST

/* Names of layers and blocks are text of others. */
START_TEST(names_of_layers_are_harmless)
{
    made_graph graph[2];
    write_graphs(graph);
    FILE *file = made_file("network.csv");
    fprintf(file, "run,layer,name,kind,block,inputs\n");
    for (size_t run = 1; run <= 6; run++)
        for (size_t l = 1; l <= 10; l++)
            fprintf(file, "%zu,%zu,\"%zu`id`%%_{x}\"\"@y\n\",conv,\"b%zu\\`id`%%_\"\"\",%zu\n", run,
                    l, l, (l + 1) / 2, l - 1);
    fclose(file);
    report(1);
    ck_assert_uint_eq(in_script("gains", "`"), 0);
    ck_assert_uint_eq(in_script("signal", "`"), 0);
    ck_assert_uint_gt(in_script("gains", "\\140id\\140"), 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("pages");
    TCase *tests = tcase_create("pages");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, glance_tells_the_question_the_answer_and_every_arm);
    tcase_add_test(tests, runs_are_counted_by_what_they_did);
    tcase_add_test(tests, one_layer_has_a_gain_of_its_own);
    tcase_add_test(tests, signal_draws_the_powers_of_the_gain);
    tcase_add_test(tests, bands_reach_from_the_smallest_to_the_largest_seed);
    tcase_add_test(tests, signal_shows_the_size_where_it_differs_and_theory_where_there_is_one);
    tcase_add_test(tests, gradients_stand_beside_the_error);
    tcase_add_test(tests, time_colours_the_signal_of_each_layer_and_epoch);
    tcase_add_test(tests, gains_are_bars_and_errors_points);
    tcase_add_test(tests, streams_are_lines_and_branches_points);
    tcase_add_test(tests, steps_are_curves_and_a_table);
    tcase_add_test(tests, tokens_are_curves_by_layer);
    tcase_add_test(tests, graphs_have_points_by_layer);
    tcase_add_test(tests, named_factors_are_settings);
    tcase_add_test(tests, names_of_layers_are_harmless);
    tcase_add_test(tests, learning_draws_every_run);
    tcase_add_test(tests, comparison_tells_apart_what_is_apart);
    tcase_add_test(tests, symmetry_counts_the_units_that_differ);
    tcase_add_test(tests, spread_stands_against_the_sum_of_one_over_width);
    tcase_add_test(tests, distributions_pool_the_seeds);
    tcase_add_test(tests, isometry_compares_what_stretches);
    tcase_add_test(tests, of_many_levels_the_ends_and_the_best_are_said);
    tcase_add_test(tests, settings_tell_who_leads_where);
    tcase_add_test(tests, map_shades_from_chance_to_1);
    tcase_add_test(tests, map_of_many_has_two_panels_beside_each_other);
    tcase_add_test(tests, map_of_many_has_no_numbers_where_they_have_no_room);
    tcase_add_test(tests, answers_choose_for_each_setting);
    tcase_add_test(tests, method_and_reading_say_each_thing_once);
    tcase_add_test(tests, reading_works_through_an_example);
    tcase_add_test(tests, answers_lead_to_their_chapters);
    tcase_add_test(tests, numbers_are_not_classes);
    tcase_add_test(tests, classes_are_not_numbers);
    tcase_add_test(tests, books_of_numbers);
    tcase_add_test(tests, rows_that_are_scored);
    tcase_add_test(tests, tied_has_no_theory_of_the_error);
    suite_add_tcase(suite, tests);
    return ins_run_suite(suite);
}
