/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* What gnuplot has drawn of a chart, as content for a page: elements that the page knows, without
 * anything that runs, loads or paints by itself; or refused with one message that names the figure.
 */
#include <config.h>

#include <string.h>

#include "../../src/document/svg.h"
#include "fuzz.h"

static ins_document *new_document(void)
{
    static const char *const names[] = {"a", "b", "a"};
    ins_document *document = ins_document_new("Title", "Subtitle", "Footer", NULL);
    for (unsigned i = 0; i < sizeof names / sizeof names[0]; i++) {
        const ins_mark mark = {
            .name = names[i], .prose = names[i], .whole = names[i], .colour = i, .hue = i};
        ins_document_mark(document, &mark);
    }
    return document;
}

static size_t word_length(const char *at)
{
    return strspn(at, "abcdefghijklmnopqrstuvwxyz-");
}

static void expect_one_of(const char *at, const char *words, const char *promise)
{
    char word[32];
    const size_t length = word_length(at);
    fuzz_expect(length > 0 && length < sizeof word, promise);
    memcpy(word, at, length);
    word[length] = '\0';
    fuzz_expect(ins_is_word_of(word, words), promise);
}

/* From behind the name of an element to behind its ">". */
static const char *check_attributes(const char *at)
{
    for (at += word_length(at); *at != '>' && *at != '/';) {
        fuzz_expect(*at == ' ', "attributes stand behind blanks");
        at++;
        expect_one_of(at,
                      "class d x y dy color stroke-width stroke-dasharray opacity "
                      "font-size font-weight data-a",
                      "attributes place and shape");
        at += word_length(at);
        fuzz_expect(at[0] == '=' && at[1] == '"', "values are quoted");
        at += 2;
        at += strcspn(at, "\"<>");
        fuzz_expect(*at == '"', "values have no markup");
        at++;
    }
    at += *at == '/';
    fuzz_expect(*at == '>', "elements end");
    return at + 1;
}

static void check_content(const char *content)
{
    size_t depth = 0;
    for (const char *at = content; (at = strchr(at, '<')) != NULL;) {
        const bool closes = at[1] == '/';
        at += 1 + closes;
        expect_one_of(at, "path g text tspan", "elements are those of a figure");
        at = check_attributes(at);
        fuzz_expect(!closes || depth > 0, "what closes was open");
        if (closes)
            depth--;
        else if (at[-2] != '/')
            depth++;
    }
    fuzz_expect(depth == 0, "what opens is closed");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char figure[] = "figures/01-test.gp";
    ins_text bytes = fuzz_bytes(data, size);
    ins_document *document = new_document();
    ins_error error = {0};
    ins_svg svg;
    if (ins_svg_rewrite(document, figure, bytes.data, &svg, &error) == INS_OK) {
        fuzz_expect(error.count == 0, "what is rewritten has no message");
        if (svg.content.length > 0) check_content(svg.content.data);
        ins_text_free(&svg.content);
    } else {
        fuzz_expect(error.status == INS_RENDER && error.count == 1 &&
                        strncmp(error.line[0], figure, strlen(figure)) == 0,
                    "a refusal has one message, which names the figure");
    }
    ins_document_free(document);
    ins_text_free(&bytes);
    return 0;
}
