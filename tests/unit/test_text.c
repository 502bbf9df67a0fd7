/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Growing text, nearest names, display of foreign bytes, hash. */
#include <config.h>

#include <stdlib.h>
#include <string.h>

#include "initscope/keyed_hash.h"
#include "initscope/text.h"

#include "check_tap.h"

START_TEST(test_lines_and_words)
{
    static const struct {
        const char *word, *quoted;
    } table[] = {{"plain-1.csv", "plain-1.csv"}, {"", "''"},         {"a b", "'a b'"},
                 {"it's", "'it'\\''s'"},         {"$(x)", "'$(x)'"}, {"a\nb", "'a\nb'"}};
    ins_text text = {0};
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        ins_text_clear(&text);
        ins_text_add_word(&text, table[i].word);
        ck_assert_str_eq(text.data, table[i].quoted);
    }
    ins_text_clear(&text);
    ins_text_add_line(&text, "%s: %d", "a\nb\x1b\xff", 7);
    ins_text_add_line(&text, "%s", "\u202Eé");
    ck_assert_str_eq(text.data, "a\\x0ab\\x1b\\xff: 7\n\\xe2\\x80\\xaeé\n");
    ins_text_free(&text);
}
END_TEST

START_TEST(test_growing)
{
    ins_text text = {0};

    ins_text_clear(&text);
    ins_text_add(&text, "");
    ck_assert_str_eq(text.data, "");
    for (int i = 0; i < 1000; i++) ins_text_add_format(&text, "%d,", i);
    ck_assert_uint_eq(text.length, 10 * 2 + 90 * 3 + 900 * 4);
    ck_assert_uint_eq(strlen(text.data), text.length);
    ck_assert_int_eq(strncmp(text.data, "0,1,2,", 6), 0);
    ins_text_clear(&text);
    ins_text_add_bytes(&text, "a\0b", 3);
    ins_text_add_bytes(&text, NULL, 0);
    ck_assert_uint_eq(text.length, 3);
    ck_assert_mem_eq(text.data, "a\0b\0", 4);
    ins_text_free(&text);
    ck_assert_ptr_null(text.data);
}
END_TEST

START_TEST(test_word_of)
{
    ck_assert(ins_is_word_of("xavier", "xavier glorot"));
    ck_assert(ins_is_word_of("glorot", "xavier glorot"));
    ck_assert(!ins_is_word_of("xavi", "xavier glorot"));
    ck_assert(!ins_is_word_of("xavier glorot", "xavier glorot"));
    ck_assert(!ins_is_word_of("", "xavier"));
    ck_assert(!ins_is_word_of("xavier", NULL));
}
END_TEST

START_TEST(test_nearest)
{
    static const char *const names[] = {"zeros",          "ones",       "he_normal", "he_uniform",
                                        "glorot_uniform", "orthogonal", NULL};

    ck_assert_str_eq(ins_nearest("he_norml", names), "he_normal");
    ck_assert_str_eq(ins_nearest("HE_NORMAL", names), "he_normal");
    ck_assert_str_eq(ins_nearest("glorot-unifrom", names), "glorot_uniform");
    ck_assert_str_eq(ins_nearest("zero", names), "zeros");
    ck_assert_str_eq(ins_nearest("orthogonl", names), "orthogonal");
    ck_assert_str_eq(ins_nearest("glorot", names), "glorot_uniform");
    ck_assert_str_eq(ins_nearest("ORT", names), "orthogonal");
    ck_assert_ptr_null(ins_nearest("or", names));
    /* Neighbours exchanged are one edit, and two substitutions two. */
    ck_assert_str_eq(ins_nearest("gleu", (const char *const[]){"elu", "gelu", NULL}), "gelu");
    ck_assert_ptr_null(ins_nearest("xavier", names));
    ck_assert_ptr_null(ins_nearest("xy", names));
    ck_assert_ptr_null(ins_nearest("", names));
    ck_assert_ptr_null(ins_nearest("ab", (const char *const[]){"cd", NULL}));
    ck_assert_ptr_null(ins_nearest("x", (const char *const[]){NULL}));
}
END_TEST

static const char *display(const char *text)
{
    static char out[INS_DISPLAY_SIZE];

    return ins_display(out, text, strlen(text));
}

START_TEST(test_display)
{
    char out[INS_DISPLAY_SIZE], many[1000];

    ck_assert_str_eq(display("plain text"), "plain text");
    ck_assert_str_eq(display(""), "");
    ck_assert_str_eq(display("Gr\xC3\xBC\xC3\x9F"
                             "e \xE2\x82\xAC \xF0\x9F\x98\x80"),
                     "Gr\xC3\xBC\xC3\x9F"
                     "e \xE2\x82\xAC \xF0\x9F\x98\x80");
    ck_assert_str_eq(display("\x1b[31m\n\t\x7f"), "\\x1b[31m\\x0a\\x09\\x7f");
    ck_assert_str_eq(display("caf\xE9"), "caf\\xe9");
    ck_assert_str_eq(display("\xC3("), "\\xc3(");
    ck_assert_str_eq(display("\xED\xA0\x80"), "\\xed\\xa0\\x80"); /* a surrogate */
    ck_assert_str_eq(display("\xC0\xAF"), "\\xc0\\xaf");          /* overlong */
    ck_assert_str_eq(display("\xF8"), "\\xf8");
    ck_assert_str_eq(display("\xC2\x85"), "\\xc2\\x85"); /* U+0085 */
    ck_assert_str_eq(display("a\xE2\x80\xAE"
                             "b"),
                     "a\\xe2\\x80\\xae"
                     "b"); /* U+202E */
    /* U+200E and U+200F, U+2028; their neighbour U+200D joins the parts of a picture */
    ck_assert_str_eq(display("\xE2\x80\x8E\xE2\x80\x8F\xE2\x80\xA8"),
                     "\\xe2\\x80\\x8e\\xe2\\x80\\x8f\\xe2\\x80\\xa8");
    ck_assert_str_eq(display("\xE2\x80\x8D"), "\xE2\x80\x8D");
    ck_assert_str_eq(ins_display(out, "a\0b", 3), "a\\x00b");

    memset(many, 'x', sizeof many);
    ins_display(out, many, 60);
    ck_assert_uint_eq(strlen(out), 60);
    ins_display(out, many, 61);
    ck_assert_uint_eq(strlen(out), 62);
    ck_assert_str_eq(out + 59, "...");
    memset(many, '\n', sizeof many);
    ins_display(out, many, sizeof many);
    ck_assert_uint_eq(strlen(out) % 4, 3); /* whole "\x0a", and the dots */
    for (size_t i = 0; i + 4 <= sizeof many; i += 4) memcpy(many + i, "\xF0\x9F\x98\x80", 4);
    ins_display(out, many, sizeof many);
    ck_assert_uint_eq(strlen(out), 59 * 4 + 3);
}
END_TEST

/* The test vectors of the FNV authors. */
START_TEST(test_hash)
{
    ck_assert_uint_eq(ins_hash(INS_HASH_START, "", 0), 0xcbf29ce484222325ULL);
    ck_assert_uint_eq(ins_hash(INS_HASH_START, "a", 1), 0xaf63dc4c8601ec8cULL);
    ck_assert_uint_eq(ins_hash(INS_HASH_START, "foobar", 6), 0x85944171f73967e8ULL);
    ck_assert_uint_eq(ins_hash(ins_hash(INS_HASH_START, "foo", 3), "bar", 3),
                      0x85944171f73967e8ULL);
}
END_TEST

/* CPython 3.11's hash() of bytes with PYTHONHASHSEED=0, which is SipHash-1-3 with a key of zeros.
 */
START_TEST(test_siphash)
{
    static const uint64_t zero[2] = {0}, other[2] = {1, 0};
    unsigned char bytes[300];
    ck_assert_uint_eq(ins_siphash(zero, "a", 1), 0x407448d2b89b1813ULL);
    ck_assert_uint_eq(ins_siphash(zero, "abc", 3), 0xc03bc3a0042630f2ULL);
    ck_assert_uint_eq(ins_siphash(zero, "abcdefg", 7), 0x6db12aae9070f506ULL);
    ck_assert_uint_eq(ins_siphash(zero, "abcdefgh", 8), 0x3f7b849c0b8e35eaULL);
    ck_assert_uint_eq(ins_siphash(zero, "abcdefghi", 9), 0xf89b34a3d11eb6e5ULL);
    for (size_t i = 0; i < 64; i++) bytes[i] = (unsigned char)i;
    ck_assert_uint_eq(ins_siphash(zero, bytes, 64), 0x75e05fd5bbc870c6ULL);
    memset(bytes, 0xff, sizeof bytes);
    ck_assert_uint_eq(ins_siphash(zero, bytes, 300), 0xd358837fd9d226bdULL);
    ck_assert_uint_ne(ins_siphash(other, "a", 1), ins_siphash(zero, "a", 1));
    /* The process keeps its key, and it is none of these. */
    ck_assert_uint_eq(ins_keyed_hash("abc", 3), ins_keyed_hash("abc", 3));
    ck_assert_uint_ne(ins_keyed_hash("abc", 3), ins_siphash(zero, "abc", 3));
}
END_TEST

/* Whole blocks may come one by one; every byte counts, and so does where it is. */
START_TEST(test_hash_blocks)
{
    enum { LENGTH = 2 * INS_HASH_BLOCK + 77 };
    static char bytes[LENGTH];
    for (size_t i = 0; i < LENGTH; i++) bytes[i] = (char)(i % 251);
    const unsigned long long hash = ins_hash_blocks(INS_HASH_START, bytes, LENGTH);
    unsigned long long pieces = ins_hash_blocks(INS_HASH_START, bytes, INS_HASH_BLOCK);
    pieces = ins_hash_blocks(pieces, bytes + INS_HASH_BLOCK, LENGTH - INS_HASH_BLOCK);
    ck_assert_uint_eq(pieces, hash);
    ck_assert_uint_ne(ins_hash_blocks(INS_HASH_START, bytes, LENGTH - 1), hash);
    for (size_t i = 0; i < LENGTH; i++) {
        bytes[i] = (char)(bytes[i] ^ 0x80);
        ck_assert_uint_ne(ins_hash_blocks(INS_HASH_START, bytes, LENGTH), hash);
        bytes[i] = (char)(bytes[i] ^ 0x80);
    }
    for (size_t i = 32; i < INS_HASH_BLOCK; i += 32) {
        bytes[i] = (char)(bytes[i] ^ 0x80);
        bytes[i - 32] = (char)(bytes[i - 32] ^ 0x80);
        ck_assert_uint_ne(ins_hash_blocks(INS_HASH_START, bytes, LENGTH), hash);
        bytes[i] = (char)(bytes[i] ^ 0x80);
        bytes[i - 32] = (char)(bytes[i - 32] ^ 0x80);
    }
    ck_assert_uint_eq(ins_hash_blocks(INS_HASH_START, bytes, LENGTH), hash);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("text");
    TCase *text = tcase_create("text");

    tcase_add_test(text, test_lines_and_words);
    tcase_add_test(text, test_growing);
    tcase_add_test(text, test_word_of);
    tcase_add_test(text, test_nearest);
    tcase_add_test(text, test_display);
    tcase_add_test(text, test_hash);
    tcase_add_test(text, test_siphash);
    tcase_add_test(text, test_hash_blocks);
    suite_add_tcase(suite, text);
    return ins_run_suite(suite);
}
