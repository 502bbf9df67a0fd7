/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Starting gnuplot: which one, with what, and what becomes of one that misbehaves. The gnuplots
 * here are shell scripts. */
#include <config.h>

#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include <sys/stat.h>
#include <unistd.h>

#include "initscope/gnuplot.h"
#include "initscope/rendered.h"

#include "check_tap.h"
#include "scratch.h"

/* A program called name that runs the lines of shell. */
static const char *program(const char *name, const char *lines)
{
    char text[1024];

    snprintf(text, sizeof text, "#!/bin/sh\n%s\n", lines);
    scratch_file(name, text, strlen(text));
    ck_assert_int_eq(chmod(at(name), 0755), 0);
    return at(name);
}

static const struct {
    const char *lines;
    unsigned seconds;
    const char *problem;
} endings[] = {
    {"exit 0", 60, NULL},
    {"exit 3", 60, "gnuplot: failed (got \"\")"},
    {"printf '\\n   ^\\nline 3: \\033[31mbad\\nmore\\n' >&2; exit 1", 60,
     "gnuplot: failed (got \"line 3: \\x1b[31mbad\")"},
    {"kill -SEGV $$", 60, "gnuplot: ended by signal 11"},
    {"exit 127", 60, "gnuplot: cannot be started"},
    /* Nothing of it remains: not what it has started, not what it has yet to say. */
    {"sleep 1000 & sleep 1000", 1, "gnuplot: stopped after 1 seconds"},
    {"trap '' TERM INT HUP; while :; do echo again >&2; done", 1,
     "gnuplot: stopped after 1 seconds"},
    {"exec 2>&-; sleep 0.2; exit 0", 60, NULL},
    {"sleep 2 >&2 & exit 0", 60, NULL},
};

START_TEST(test_endings)
{
    ins_text messages = {0};
    ins_error error = {0};
    const char *gnuplot = program("gnuplot", endings[_i].lines);
    ins_status status =
        ins_gnuplot_run(gnuplot, scratch, NULL, "x.gp", endings[_i].seconds, &messages, &error);

    ck_assert_int_eq(status, endings[_i].problem ? INS_RENDER : INS_OK);
    ck_assert_uint_eq(error.count, endings[_i].problem != NULL);
    if (endings[_i].problem) ck_assert_str_eq(error.line[0], endings[_i].problem);
    /* However long it talked, what is kept is bounded. */
    ck_assert_uint_lt(messages.length, 1 << 17);
    ins_text_free(&messages);
}
END_TEST

START_TEST(test_surroundings)
{
    ins_text messages = {0}, expected = {0};
    ins_error error = {0};
    const char *gnuplot =
        program("gnuplot", "env | grep -v -e ^PWD= -e ^SHLVL= -e ^_= -e ^OLDPWD= | sort >&2\n"
                           "echo \"$@\" >&2; pwd >&2; cat >&2; echo gone");

    setenv("GNUPLOT_LIB", "/tmp", 1);
    setenv("GNUTERM", "x11", 1);
    ck_assert_int_eq(ins_gnuplot_run(gnuplot, scratch, "a=1", "x.gp", 10, &messages, &error),
                     INS_OK);
    ins_text_add_format(&expected,
                        "HOME=/nonexistent\nLC_ALL=C.UTF-8\nPATH=/usr/local/bin:/usr/bin:/bin\n"
                        "TZ=UTC0\n-d -e a=1 x.gp\n%s\n",
                        scratch);
    ck_assert_str_eq(messages.data, expected.data);
    ins_text_free(&messages);
    ins_text_free(&expected);
}
END_TEST

static void expect_found(const char *wanted, const char *expected)
{
    char *found = ins_gnuplot_find(wanted);

    if (expected)
        ck_assert_pstr_eq(found, expected);
    else
        ck_assert_ptr_null(found);
    free(found);
}

START_TEST(test_find)
{
    char path[1200];

    snprintf(path, sizeof path, ".::relative:%s/none:%s", scratch, scratch);
    setenv("PATH", path, 1);
    unsetenv("GNUPLOT");
    ck_assert_int_eq(chdir(scratch), 0);
    expect_found(NULL, NULL);
    program("gnuplot", "exit 0");
    expect_found(NULL, at("gnuplot"));
    expect_found("", at("gnuplot"));
    expect_found("./gnuplot", at("gnuplot"));
    expect_found("other", NULL);
    setenv("GNUPLOT", at("gnuplot"), 1);
    expect_found(NULL, at("gnuplot"));
    expect_found("./none", NULL);
    /* Neither a directory nor a file that cannot be run. */
    ck_assert_int_eq(chmod("gnuplot", 0644), 0);
    expect_found(NULL, NULL);
    expect_found(scratch, NULL);
    setenv("PATH", ".:", 1);
    unsetenv("GNUPLOT");
    ck_assert_int_eq(chmod("gnuplot", 0755), 0);
    expect_found(NULL, NULL);
}
END_TEST

/* Children end with a gnuplot that takes too long: this one would have written by now. */
START_TEST(test_children)
{
    ins_text messages = {0};
    ins_error error = {0};
    const char *gnuplot = program("gnuplot", "(sleep 3; echo late >late) & sleep 1000");

    ck_assert_int_eq(ins_gnuplot_run(gnuplot, scratch, NULL, "x.gp", 1, &messages, &error),
                     INS_RENDER);
    sleep(3);
    ck_assert_int_ne(access(at("late"), F_OK), 0);
    ins_text_free(&messages);
}
END_TEST

/* The program ignores signals that gnuplot is to die by. */
START_TEST(test_signals)
{
    ins_text messages = {0};
    ins_error error = {0};

    signal(SIGPIPE, SIG_IGN);
    ck_assert_int_eq(ins_gnuplot_run(program("gnuplot", "kill -PIPE $$; sleep 1"), scratch, NULL,
                                     "x.gp", 60, &messages, &error),
                     INS_RENDER);
    signal(SIGPIPE, SIG_DFL);
    ck_assert_str_eq(error.line[0], "gnuplot: ended by signal 13");
    ins_text_free(&messages);
}
END_TEST

#define WRITTEN(text) scratch_file("picture", text, sizeof text - 1)
#define PNG "\211PNG\r\n\032\n"
#define PDF "%PDF-1.5\n<< /Type /Pages >> << /Type /Page >> << /BaseFont /A >>\n"

START_TEST(test_whole_files)
{
    ck_assert(ins_is_pdf(WRITTEN(PDF "%%EOF\n"), 1));
    ck_assert(!ins_is_pdf(WRITTEN(PDF "%%EOF\n"), 2));
    ck_assert(!ins_is_pdf(WRITTEN(PDF), 1));
    ck_assert(!ins_is_pdf(WRITTEN("<< /Type /Page >> /BaseFont\n%%EOF\n"), 1));
    ck_assert(!ins_is_pdf(WRITTEN("%PDF-1.5\n<< /Type /Page >>\n%%EOF\n"), 1));
    ck_assert(!ins_is_pdf(WRITTEN(""), 0));
    ck_assert(!ins_is_pdf(WRITTEN("%PDF-"), 0));
    ck_assert(!ins_is_pdf("/nonexistent/file", 1));
    ck_assert(!ins_is_pdf(scratch, 1));
    ck_assert(ins_is_png(WRITTEN(PNG "xxxxIEND\256B`\202")));
    ck_assert(!ins_is_png(WRITTEN(PNG "xxxxIEND")));
    ck_assert(!ins_is_png(WRITTEN("xIEND\256B`\202")));
    ck_assert(!ins_is_png(WRITTEN("")));
    ck_assert(ins_is_svg(WRITTEN("<?xml version=\"1.0\"?><svg></svg>\n")));
    ck_assert(!ins_is_svg(WRITTEN("<?xml version=\"1.0\"?><svg>")));
    ck_assert(!ins_is_svg(WRITTEN("<svg></svg>")));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("gnuplot");
    TCase *gnuplot = tcase_create("gnuplot");

    tcase_add_checked_fixture(gnuplot, scratch_setup, scratch_teardown);
    tcase_add_loop_test(gnuplot, test_endings, 0, sizeof endings / sizeof endings[0]);
    tcase_add_test(gnuplot, test_surroundings);
    tcase_add_test(gnuplot, test_find);
    tcase_add_test(gnuplot, test_children);
    tcase_add_test(gnuplot, test_signals);
    tcase_add_test(gnuplot, test_whole_files);
    suite_add_tcase(suite, gnuplot);
    return ins_run_suite(suite);
}
