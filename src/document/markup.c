/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* The markup of running text: parsing, escaping, and what gnuplot calls enhanced text. */
#include <config.h>

#include "markup.h"

#include <stdlib.h>
#include <string.h>

ins_atoms ins_atoms_of(const char *markup)
{
    ins_atoms atoms = {0};
    atoms.atom = ins_allocate(strlen(markup) + 1, sizeof *atoms.atom, "text");
    bool bold = false;
    signed char script = 0;
    while (*markup != '\0') {
        char c = *markup;
        bool literal = c == '\\' && markup[1] != '\0';
        if (literal) {
            markup++;
        } else if (c == '*') {
            bold = !bold;
            markup++;
            continue;
        } else if ((c == '_' || c == '^') && markup[1] == '{') {
            script = c == '_' ? -1 : 1;
            markup += 2;
            continue;
        } else if (c == '}' && script != 0) {
            script = 0;
            markup++;
            continue;
        }
        ins_atom *atom = &atoms.atom[atoms.count++];
        *atom = (ins_atom){.script = script, .bold = bold};
        markup += ins_utf8_decode(markup, &atom->code);
    }
    return atoms;
}

void ins_atoms_write(ins_text *out, const ins_atom *atom, size_t count)
{
    bool bold = false;
    signed char script = 0;
    for (size_t i = 0; i < count; i++) {
        if (atom[i].script != script && script != 0) ins_text_add(out, "}");
        if (atom[i].bold != bold) ins_text_add(out, "*");
        if (atom[i].script != script && atom[i].script != 0) {
            ins_text_add(out, atom[i].script < 0 ? "_{" : "^{");
        }
        bold = atom[i].bold;
        script = atom[i].script;
        if (atom[i].code < 0x80 && strchr("\\*_^}", (int)atom[i].code)) ins_text_add(out, "\\");
        ins_utf8_add(out, atom[i].code);
    }
    if (script != 0) ins_text_add(out, "}");
    if (bold) ins_text_add(out, "*");
}

bool ins_is_plain(const char *markup)
{
    ins_atoms atoms = ins_atoms_of(markup);
    bool plain = true;
    for (size_t i = 0; i < atoms.count; i++) {
        plain = plain && !atoms.atom[i].bold && atoms.atom[i].script == 0;
    }
    free(atoms.atom);
    return plain;
}

char *ins_plain(ins_arena *arena, const char *markup)
{
    ins_atoms atoms = ins_atoms_of(markup);
    ins_text out = {0};
    for (size_t i = 0; i < atoms.count; i++) ins_utf8_add(&out, atoms.atom[i].code);
    char *plain = ins_arena_copy(arena, out.length > 0 ? out.data : "", out.length);
    ins_text_free(&out);
    free(atoms.atom);
    return plain;
}

/* The superscript that a code point stands for, or NULL. */
static const char *superscript(uint32_t code)
{
    static const struct {
        uint32_t code;
        const char *text;
    } table[] = {{0x2070, "0"}, {0xB9, "1"},   {0xB2, "2"},   {0xB3, "3"},
                 {0x2074, "4"}, {0x2075, "5"}, {0x2076, "6"}, {0x2077, "7"},
                 {0x2078, "8"}, {0x2079, "9"}, {0x207B, "−"}, {0x207A, "+"}};
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        if (table[i].code == code) return table[i].text;
    }
    return NULL;
}

char *ins_escape(ins_arena *arena, const ins_coverage *coverage, const char *plain)
{
    char *clean = ins_clean(arena, coverage, plain);
    ins_text out = {0};
    bool raised = false;
    for (const char *rest = clean; *rest != '\0';) {
        uint32_t code;
        rest += ins_utf8_decode(rest, &code);
        const char *script = superscript(code);
        if ((script != NULL) != raised) ins_text_add(&out, raised ? "}" : "^{");
        raised = script != NULL;
        if (code < 0x80 && strchr("\\*_^}", (int)code) != NULL) ins_text_add(&out, "\\");
        if (raised) {
            ins_text_add(&out, script);
        } else {
            ins_utf8_add(&out, code);
        }
    }
    if (raised) ins_text_add(&out, "}");
    char *markup = ins_arena_copy(arena, out.length > 0 ? out.data : "", out.length);
    ins_text_free(&out);
    return markup;
}

void ins_enhanced(ins_text *out, const char *markup)
{
    ins_atoms atoms = ins_atoms_of(markup);
    bool bold = false;
    signed char script = 0;
    for (size_t i = 0; i < atoms.count; i++) {
        ins_atom atom = atoms.atom[i];
        /* A blank right after "{/:Bold " would be lost: bold starts at the next visible character.
         */
        bool turns_bold = atom.bold && (bold || atom.code != ' ');
        if (script != 0 && atom.script != script) ins_text_add(out, "}");
        if (bold && !turns_bold) ins_text_add(out, "}");
        if (!bold && turns_bold) ins_text_add(out, "{/:Bold ");
        if (atom.script != 0 && atom.script != script) {
            ins_text_add(out, atom.script < 0 ? "_{" : "^{");
        }
        bold = turns_bold;
        script = atom.script;
        if (atom.code < 0x80 && strchr("\\{}^_@&~", (int)atom.code)) ins_text_add(out, "\\");
        ins_utf8_add(out, atom.code);
    }
    if (script != 0) ins_text_add(out, "}");
    if (bold) ins_text_add(out, "}");
    free(atoms.atom);
}
