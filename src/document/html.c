/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Text as HTML: escaping, and the markup of sentences. */
#include <config.h>

#include "html.h"

#include <stdlib.h>
#include <string.h>

#include "markup.h"

static const char *reference_of(char c)
{
    switch (c) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    case '\'':
        return "&#39;";
    default:
        return NULL;
    }
}

static bool is_control(char c)
{
    return ((unsigned char)c < 0x20 && c != '\n') || c == 0x7F;
}

void ins_html_text(ins_text *out, const char *plain)
{
    for (const char *c = plain; *c != '\0'; c++) {
        const char *reference = reference_of(*c);
        if (reference != NULL) {
            ins_text_add(out, reference);
        } else {
            ins_text_add_bytes(out, is_control(*c) ? " " : c, 1);
        }
    }
}

static void add_character(ins_text *out, uint32_t code)
{
    ins_text character = {0};
    ins_utf8_add(&character, code);
    ins_html_text(out, character.data);
    ins_text_free(&character);
}

/* The number of the mark that begins at atom i, which becomes the place of its end. */
static int read_mark(const ins_atoms *atoms, size_t *i)
{
    int mark = 0;
    while (atoms->atom[++*i].code != INS_MARK_ENDS)
        mark = 10 * mark + (int)(atoms->atom[*i].code - '0');
    return mark;
}

static void add_mark(ins_text *out, const ins_document *document, int mark, bool *used)
{
    const ins_mark *of = ins_mark_at(document, mark);
    if (used != NULL) used[mark] = true;
    ins_text_add_format(out, "<span class=\"n c%u\" data-a=\"%d\">", of->hue, of->same);
    ins_html_text(out, of->whole);
    ins_text_add(out, "</span>");
}

static const char *script_tag(signed char script, bool end)
{
    if (script == 0) return "";
    if (script < 0) return end ? "</sub>" : "<sub>";
    return end ? "</sup>" : "<sup>";
}

void ins_html_markup(ins_text *out, const ins_document *document, const char *markup, bool *used)
{
    ins_atoms atoms = ins_atoms_of(markup);
    ins_atom before = {0};
    for (size_t i = 0; i < atoms.count; i++) {
        ins_atom atom = atoms.atom[i];
        if (atom.script != before.script || atom.bold != before.bold) {
            ins_text_add(out, script_tag(before.script, true));
            if (atom.bold != before.bold) ins_text_add(out, atom.bold ? "<b>" : "</b>");
            ins_text_add(out, script_tag(atom.script, false));
        }
        before = atom;
        if (atom.code == INS_MARK_BEGINS) {
            add_mark(out, document, read_mark(&atoms, &i), used);
        } else {
            add_character(out, atom.code);
        }
    }
    ins_text_add(out, script_tag(before.script, true));
    if (before.bold) ins_text_add(out, "</b>");
    free(atoms.atom);
}

void ins_html_plain(ins_text *out, const ins_document *document, const char *markup)
{
    ins_atoms atoms = ins_atoms_of(markup);
    for (size_t i = 0; i < atoms.count; i++) {
        if (atoms.atom[i].code == INS_MARK_BEGINS) {
            ins_html_text(out, ins_mark_at(document, read_mark(&atoms, &i))->whole);
        } else {
            add_character(out, atoms.atom[i].code);
        }
    }
    free(atoms.atom);
}
