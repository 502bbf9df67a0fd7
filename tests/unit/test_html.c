/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Text as HTML: nothing that stands in a text becomes an element, an attribute or a reference. */
#include <config.h>

#include "check_tap.h"

#include <string.h>

#include "../../src/document/html.h"

static ins_document *document;
static ins_text out;

static void setup(void)
{
    document = ins_document_new("A title", "about it", "made here", NULL);
    out = (ins_text){0};
    ins_text_add(&out, "");
}

static void teardown(void)
{
    ins_text_free(&out);
    ins_document_free(document);
}

static int mark(const char *whole, unsigned hue)
{
    return ins_document_mark(
        document, &(ins_mark){.name = "n", .prose = "short", .whole = whole, .hue = hue});
}

START_TEST(text_is_text)
{
    ins_html_text(&out, "<img src=x onerror=\"a('1')\"> &lt; \x01\t\x7F ü\n-");
    ck_assert_str_eq(out.data,
                     "&lt;img src=x onerror=&quot;a(&#39;1&#39;)&quot;&gt; &amp;lt;     ü\n-");
}
END_TEST

START_TEST(markup_becomes_elements_that_are_closed)
{
    static const struct {
        const char *markup, *html;
    } cases[] = {{"", ""},
                 {"a *b* c", "a <b>b</b> c"},
                 {"x_{i}^{2}", "x<sub>i</sub><sup>2</sup>"},
                 {"*x_{i}*", "<b>x<sub>i</sub></b>"},
                 {"*x_{i* j}k", "<b>x<sub>i</sub></b><sub> j</sub>k"},
                 {"he_uniform \\*", "he_uniform *"},
                 {"*never closed_{", "<b>never closed</b>"},
                 {"*<b>*", "<b>&lt;b&gt;</b>"}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        ins_text_clear(&out);
        ins_text_add(&out, "");
        ins_html_markup(&out, document, cases[i].markup, NULL);
        ck_assert_str_eq(out.data, cases[i].html);
    }
}
END_TEST

/* A mark is the first of its name, in the colour that it has here, and its whole name is text. */
START_TEST(marks_become_names_that_say_whose_they_are)
{
    int a = mark("zeros", 0), b = mark("<b>", 3), c = mark("zeros", 5);
    bool used[3] = {0};
    ck_assert_int_eq(a, 0);
    const char *sentence = ins_document_format(document, "*%s* and %s", ins_mark_text(document, c),
                                               ins_mark_text(document, b));
    ins_html_markup(&out, document, sentence, used);
    ck_assert_str_eq(out.data, "<b><span class=\"n c5\" data-a=\"0\">zeros</span></b> and "
                               "<span class=\"n c3\" data-a=\"1\">&lt;b&gt;</span>");
    ck_assert(!used[a] && used[b] && used[c]);
    ins_text_clear(&out);
    ins_html_plain(&out, document, sentence);
    ck_assert_str_eq(out.data, "zeros and &lt;b&gt;");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("html");
    TCase *tests = tcase_create("html");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, text_is_text);
    tcase_add_test(tests, markup_becomes_elements_that_are_closed);
    tcase_add_test(tests, marks_become_names_that_say_whose_they_are);
    suite_add_tcase(suite, tests);
    return ins_run_suite(suite);
}
