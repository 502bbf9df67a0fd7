/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Measuring, breaking, eliding and escaping of text.
 *
 * Oracle of widths: the hmtx tables of Liberation Sans 2.1, whose advance widths are those of
 * Arial: at 2048 units to the em, "A" is 1366 (bold 1479), a digit 1139, a blank 569, alpha 1184.
 */
#include <config.h>

#include "check_tap.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "initscope/gnuplot.h"
#include "initscope/layout.h"

static ins_arena *arena;

static void setup(void)
{
    arena = ins_arena_new();
}
static void teardown(void)
{
    ins_arena_free(arena);
}

static double mm(double units, double size)
{
    return units / 2048 * size * 25.4 / 72;
}

START_TEST(widths_are_those_of_the_font)
{
    ck_assert_double_eq_tol(ins_text_width("A", INS_REGULAR, 10), mm(1366, 10), 1e-5);
    ck_assert_double_eq_tol(ins_text_width("A", INS_BOLD, 10), mm(1479, 10), 1e-5);
    ck_assert_double_eq_tol(ins_text_width("0123456789", INS_REGULAR, 9.5), mm(11390, 9.5), 1e-4);
    ck_assert_double_eq_tol(ins_text_width("A 1", INS_REGULAR, 8), mm(1366 + 569 + 1139, 8), 1e-5);
    ck_assert_double_eq_tol(ins_text_width("α", INS_REGULAR, 10), mm(1184, 10), 1e-5);
    ck_assert_double_eq(ins_text_width("", INS_REGULAR, 10), 0);
}
END_TEST

START_TEST(unknown_glyphs_have_a_cautious_width)
{
    ck_assert_double_eq_tol(ins_text_width("𝔼", INS_REGULAR, 10), mm(0.62 * 2048, 10), 1e-5);
    ck_assert_double_eq_tol(ins_text_width("名", INS_REGULAR, 10), mm(2048, 10), 1e-5);
    /* A combining accent takes no room. */
    ck_assert_double_eq(ins_text_width("e\u0301", INS_REGULAR, 10),
                        ins_text_width("e", INS_REGULAR, 10));
}
END_TEST

START_TEST(markup_is_measured_as_drawn)
{
    double plain = ins_text_width("x2", INS_REGULAR, 10);
    ck_assert_double_eq_tol(ins_markup_width("x^{2}", INS_REGULAR, 10), plain - 0.2 * mm(1139, 10),
                            1e-5);
    ck_assert_double_eq_tol(ins_markup_width("*A*", INS_REGULAR, 10), mm(1479, 10), 1e-5);
    ck_assert_double_eq(ins_markup_width("he_uniform", INS_REGULAR, 10),
                        ins_text_width("he_uniform", INS_REGULAR, 10));
}
END_TEST

START_TEST(wrapped_lines_fit_and_lose_nothing)
{
    const char *text =
        "The variance of the pre-activations z^{(l)} on the *probe batch, before any* "
        "update: supercalifragilisticexpialidocious_initializer_of_the_year.";
    for (double width = 12; width < 120; width += 7) {
        char **line, *all = ins_plain(arena, text);
        size_t count = ins_wrap(arena, text, INS_REGULAR, 9.5, width, &line), bold = 0;
        ins_text joined = {0};
        for (size_t i = 0; i < count; i++) {
            ck_assert_double_le(ins_markup_width(line[i], INS_REGULAR, 9.5), width + 1e-9);
            ins_text_add(&joined, ins_plain(arena, line[i]));
            size_t stars = 0;
            for (const char *c = line[i]; *c != '\0'; c++) stars += *c == '*';
            ck_assert_uint_eq(stars % 2, 0); /* bold is closed at the end of each line */
            bold += stars;
        }
        ck_assert_uint_ge(bold, 2);
        /* Blanks at the breaks are gone, and nothing else. */
        size_t at = 0;
        for (const char *c = all; *c != '\0'; c++) {
            if (at < joined.length && joined.data[at] == *c) {
                at++;
            } else {
                ck_assert_int_eq(*c, ' ');
            }
        }
        ck_assert_uint_eq(at, joined.length);
        ins_text_free(&joined);
    }
}
END_TEST

START_TEST(a_name_too_long_is_broken_behind_its_bracket)
{
    char **line;
    double width = ins_text_width("orthogonal(gain", INS_REGULAR, 9);
    ck_assert_uint_eq(ins_wrap(arena, "orthogonal(gain=0.001)", INS_REGULAR, 9, width, &line), 2);
    ck_assert_str_eq(line[0], "orthogonal(");
    ck_assert_str_eq(line[1], "gain=0.001)");
    ck_assert_uint_eq(ins_wrap(arena, "or orthogonal(gain=0.001)", INS_REGULAR, 9, width, &line),
                      3);
    ck_assert_str_eq(line[0], "or");
}
END_TEST

START_TEST(wrapping_nothing_is_one_empty_line)
{
    char **line;
    ck_assert_uint_eq(ins_wrap(arena, "", INS_REGULAR, 9, 50, &line), 1);
    ck_assert_str_eq(line[0], "");
    ck_assert_uint_eq(ins_wrap(arena, "W", INS_REGULAR, 9, 0.1, &line), 1);
}
END_TEST

/* Accents take no column, Chinese two; an accent stays with its letter. */
START_TEST(names_in_columns)
{
    static const struct {
        const char *plain, *shown;
        size_t columns;
    } cases[] = {{"he_normal", "he_normal", 9},
                 {"he_normal", "he_n…mal", 8},
                 {"e\u0301a\u0301o\u0301u\u0301i\u0301", "e\u0301a\u0301…i\u0301", 4},
                 {"初期化方法", "初期化方法", 10},
                 {"初期化方法", "初期…方法", 9},
                 {"初期化方法", "初期…法", 8},
                 {"初期化方法", "初…法", 6}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        ins_text out = {0};
        ins_text_shorten(&out, cases[i].plain, cases[i].columns);
        ck_assert_str_eq(out.data, cases[i].shown);
        ck_assert_uint_le(ins_text_columns(out.data), cases[i].columns);
        ins_text_free(&out);
    }
}
END_TEST

/* A name that runs leftward does not turn the numbers after it; cleaning twice changes nothing. */
START_TEST(leftward_names_are_enclosed)
{
    const char *clean = ins_clean(arena, NULL, "\u0645\u0647 1.5 (x)");
    ck_assert_str_eq(clean, "\u200e\u0645\u0647 \u200e1.5 (x)");
    ck_assert_str_eq(ins_clean(arena, NULL, clean), clean);
    ck_assert_str_eq(ins_clean(arena, NULL, "a \u05d0"), "a \u200e\u05d0\u200e");
    ck_assert_double_eq(ins_text_width("a\u200e", INS_REGULAR, 9),
                        ins_text_width("a", INS_REGULAR, 9));
}
END_TEST

START_TEST(long_names_keep_both_ends)
{
    char name[301];
    memset(name, 'x', 300);
    name[0] = 'A';
    name[299] = 'Z';
    name[300] = '\0';
    char *shown = ins_elide(arena, name, INS_BOLD, 9, 40);
    ck_assert_double_le(ins_text_width(shown, INS_BOLD, 9), 40);
    ck_assert_double_gt(ins_text_width(shown, INS_BOLD, 9), 34); /* uses the room */
    ck_assert_int_eq(shown[0], 'A');
    ck_assert_int_eq(shown[strlen(shown) - 1], 'Z');
    ck_assert_ptr_nonnull(strstr(shown, "…"));
    ck_assert_str_eq(ins_elide(arena, "short", INS_BOLD, 9, 40), "short");
    ck_assert_double_le(ins_text_width(ins_elide(arena, "名名名名名名名名名名", INS_REGULAR, 9, 14),
                                       INS_REGULAR, 9),
                        14);
    ck_assert_str_eq(ins_elide(arena, "wide", INS_REGULAR, 9, 0.01), "…");
}
END_TEST

static void expect_different(const char *const *names, const char *const *shown, size_t count,
                             double width)
{
    for (size_t i = 0; i < count; i++) {
        ck_assert_double_le(ins_text_width(shown[i], INS_BOLD, 7.6), width);
        for (size_t j = 0; j < i; j++)
            ck_assert_int_eq(strcmp(shown[i], shown[j]) == 0, strcmp(names[i], names[j]) == 0);
    }
}

/* Different names stay different where there is no room for all of them; the same name twice is the
 * same. */
START_TEST(names_that_are_cut_alike_show_what_differs)
{
    static const char *const names[] = {
        "random_normal(stddev=0.01), adam, 10x64", "random_normal(stddev=0.05), adam, 10x64",
        "random_normal(stddev=0.01), adam, 10x64", "zeros",
        "random_normal(stddev=0.09), adam, 10x64", "random_normal(stddev=0.05), adam, 10x64"};
    enum { NAMES = sizeof names / sizeof names[0] };
    const char *const *shown = ins_elide_apart(arena, names, NAMES, INS_BOLD, 7.6, 32);
    expect_different(names, shown, NAMES, 32);
    ck_assert_str_eq(shown[0], "rando…stddev=0.01…64");
    ck_assert_str_eq(shown[1], "rando…stddev=0.05…64");
    ck_assert_str_eq(shown[3], "zeros");
    ck_assert_str_eq(shown[4], "rando…stddev=0.09…64");
    /* With room for all of it, nothing is cut. */
    shown = ins_elide_apart(arena, names, NAMES, INS_BOLD, 7.6, 100);
    for (size_t i = 0; i < NAMES; i++) ck_assert_str_eq(shown[i], names[i]);
}
END_TEST

/* Where there is no room for what differs, a number. Names of one another's letters. */
START_TEST(names_that_are_cut_alike_are_numbered)
{
    static const char *const long_words[] = {
        "initializer_of_a_very_long_name_a_indeed", "initializer_of_a_very_long_name_b_indeed",
        "initializer_of_a_very_long_name_a_indeed", "初期化方法初期化方法初期化方法初期化方法",
        "初期化方法初期化方法化初期方法初期化方法"};
    enum { WORDS = sizeof long_words / sizeof long_words[0] };
    for (double width = 12; width < 60; width += 1.5)
        expect_different(long_words,
                         ins_elide_apart(arena, long_words, WORDS, INS_BOLD, 7.6, width), WORDS,
                         width);
    const char *const *shown = ins_elide_apart(arena, long_words, WORDS, INS_BOLD, 7.6, 20);
    ck_assert_str_eq(shown[1] + strlen(shown[1]) - 3, "(2)");
    static const char *const prefixes[] = {"aaaaaaaaaaaaaaaaaaaa", "aaaaaaaaaaaaaaaaaaaaa",
                                           "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"};
    for (double width = 9; width < 60; width += 1.5)
        expect_different(prefixes, ins_elide_apart(arena, prefixes, 3, INS_BOLD, 7.6, width), 3,
                         width);
}
END_TEST

START_TEST(broken_utf8_is_one_replacement_a_byte)
{
    static const struct {
        const char *bytes;
        uint32_t code;
        size_t length;
    } cases[] = {{"A", 'A', 1},
                 {"é", 0xE9, 2},
                 {"−", 0x2212, 3},
                 {"𝔼", 0x1D53C, 4},
                 {"\xFF", 0xFFFD, 1},
                 {"\xC0\x80", 0xFFFD, 1}, /* overlong */
                 {"\xE0\x9F\xBF", 0xFFFD, 1},
                 {"\xF0\x8F\xBF\xBF", 0xFFFD, 1},
                 {"\xE2\x88", 0xFFFD, 1} /* cut */,
                 {"\xED\xA0\x80", 0xFFFD, 1} /* surrogate */,
                 {"\xF4\x90\x80\x80", 0xFFFD, 1} /* beyond Unicode */,
                 {"\x80", 0xFFFD, 1}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        uint32_t code;
        ck_assert_uint_eq(ins_utf8_decode(cases[i].bytes, &code), cases[i].length);
        ck_assert_uint_eq(code, cases[i].code);
    }
    for (uint32_t code = 1; code < 0x110000; code += 37) {
        ins_text text = {0};
        uint32_t back;
        if (code >= 0xD800 && code < 0xE000) continue;
        ins_utf8_add(&text, code);
        ck_assert_uint_eq(ins_utf8_decode(text.data, &back), text.length);
        ck_assert_uint_eq(back, code);
        ins_text_free(&text);
    }
}
END_TEST

START_TEST(controls_and_direction_marks_do_not_survive)
{
    ck_assert_str_eq(ins_clean(arena, NULL,
                               "a\nb\tc\x07"
                               "d\x1b[31m\x7f"),
                     "a b c d [31m ");
    ck_assert_str_eq(ins_clean(arena, NULL, "x\u202Egnp.exe"), "x\uFFFDgnp.exe");
    ck_assert_str_eq(ins_clean(arena, NULL, "ok é 名 🎉"), "ok é 名 🎉");
    ck_assert_str_eq(ins_clean(arena, NULL, "\xFF\xFE"), "\uFFFD\uFFFD");
    /* U+061C, U+FFF9, U+E0041; U+FFFE, U+FDD0 and U+1FFFF are no characters. */
    ck_assert_str_eq(ins_clean(arena, NULL, "\xD8\x9C\xEF\xBF\xB9\xF3\xA0\x81\x81"),
                     "\uFFFD\uFFFD\uFFFD");
    ck_assert_str_eq(ins_clean(arena, NULL, "\xEF\xBF\xBE\xEF\xB7\x90\xF0\x9F\xBF\xBF"),
                     "\uFFFD\uFFFD\uFFFD");
    ck_assert_str_eq(
        ins_clean(arena, NULL,
                  "a\u0301\u0302\u0303\u0304\u0305\u0306\u0307\u0308\u0309\u030Ab\u0301"),
        "a\u0301\u0302\u0303\u0304\u0305\u0306\u0307\u0308b\u0301");
}
END_TEST

static const char *const nasty[] = {"he_uniform",
                                    "*bold*",
                                    "x_{y}",
                                    "x^{y}",
                                    "}",
                                    "\\",
                                    "\\n",
                                    "a\\*b",
                                    "{/=99 x}",
                                    "@&~",
                                    "100%",
                                    "`touch x`",
                                    "$(touch x)",
                                    "'; system('x')",
                                    "\"",
                                    "#",
                                    "=cmd|' /c'!A1",
                                    "[0.97, 1.07]",
                                    "_",
                                    "^"};

START_TEST(escaped_text_is_drawn_as_it_is)
{
    for (size_t i = 0; i < sizeof nasty / sizeof nasty[0]; i++) {
        char *markup = ins_escape(arena, NULL, nasty[i]), **line;
        ck_assert_str_eq(ins_plain(arena, markup), nasty[i]);
        ck_assert(ins_is_plain(markup));
        ck_assert_uint_eq(ins_wrap(arena, markup, INS_REGULAR, 9, 500, &line), 1);
        ck_assert_str_eq(ins_plain(arena, line[0]), nasty[i]);
    }
    /* Few fonts have superscript digits: they become real superscripts. */
    ck_assert_str_eq(ins_escape(arena, NULL, "2.6·10⁻²⁴ x"), "2.6·10^{−24} x");
}
END_TEST

START_TEST(gnuplot_sees_markup_only_where_we_put_it)
{
    static const struct {
        const char *markup, *enhanced;
    } cases[] = {{"plain", "plain"},
                 {"he_uniform", "he\\_uniform"},
                 {"a *b c* d", "a {/:Bold b c} d"},
                 {"z_{l} x^{2}", "z_{l} x^{2}"},
                 {"*z^{(l)}*", "{/:Bold z^{(l)}}"},
                 {"a* b*", "a {/:Bold b}"},
                 {"{/=99 x} @ & ~", "\\{/=99 x\\} \\@ \\& \\~"},
                 {"\\* \\\\", "* \\\\"}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        ins_text out = {0};
        ins_enhanced(&out, cases[i].markup);
        ck_assert_str_eq(out.data, cases[i].enhanced);
        ins_text_free(&out);
    }
}
END_TEST

/* What gnuplot reads from a double-quoted string of letters and octal escapes: up to three digits
 * are taken, and as many as there are, so that no digit may follow an escape. */
static char *read_back(const char *script)
{
    ins_text out = {0};
    size_t length = strlen(script);
    ck_assert_int_eq(script[0], '"');
    ck_assert_int_eq(script[length - 1], '"');
    for (size_t i = 1; i + 1 < length; i++) {
        char c = script[i];
        if (c == '\\') {
            long code =
                strtol((char[]){script[i + 1], script[i + 2], script[i + 3], '\0'}, NULL, 8);
            i += 3;
            ck_assert(!(script[i + 1] >= '0' && script[i + 1] <= '9'));
            c = (char)(unsigned char)code;
        } else {
            ck_assert_ptr_nonnull(
                strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                       " .,_+/:-",
                       c));
        }
        ins_text_add_bytes(&out, &c, 1);
    }
    char *text = ins_arena_copy(arena, out.length > 0 ? out.data : "", out.length);
    ins_text_free(&out);
    return text;
}

START_TEST(script_strings_hold_nothing_to_execute)
{
    for (size_t i = 0; i < sizeof nasty / sizeof nasty[0]; i++) {
        ins_text out = {0};
        ins_gnuplot_string(&out, nasty[i]);
        ck_assert_str_eq(read_back(out.data), nasty[i]);
        ins_text_free(&out);
    }
    ins_text digits = {0};
    ins_gnuplot_string(&digits, "(0123");
    ck_assert_str_eq(read_back(digits.data), "(0123");
    ins_text_free(&digits);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("layout");
    TCase *tests = tcase_create("layout");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, widths_are_those_of_the_font);
    tcase_add_test(tests, unknown_glyphs_have_a_cautious_width);
    tcase_add_test(tests, markup_is_measured_as_drawn);
    tcase_add_test(tests, wrapped_lines_fit_and_lose_nothing);
    tcase_add_test(tests, a_name_too_long_is_broken_behind_its_bracket);
    tcase_add_test(tests, wrapping_nothing_is_one_empty_line);
    tcase_add_test(tests, names_in_columns);
    tcase_add_test(tests, leftward_names_are_enclosed);
    tcase_add_test(tests, long_names_keep_both_ends);
    tcase_add_test(tests, names_that_are_cut_alike_show_what_differs);
    tcase_add_test(tests, names_that_are_cut_alike_are_numbered);
    tcase_add_test(tests, broken_utf8_is_one_replacement_a_byte);
    tcase_add_test(tests, controls_and_direction_marks_do_not_survive);
    tcase_add_test(tests, escaped_text_is_drawn_as_it_is);
    tcase_add_test(tests, gnuplot_sees_markup_only_where_we_put_it);
    tcase_add_test(tests, script_strings_hold_nothing_to_execute);
    suite_add_tcase(suite, tests);
    return ins_run_suite(suite);
}
