/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* SHA-256 by the standard's examples, in one piece and in many; test_plain_sha256 is the same
 * without the instructions that some CPUs have for it. */
#include <config.h>

#include "check_tap.h"

#include <string.h>

#include "initscope/sha256.h"
#include "initscope/text.h"

/* FIPS 180-4's examples (NIST, "Example Values", SHA256.pdf) and lengths around a block, by
 * sha256sum, in Base64. */
START_TEST(hashes_are_those_of_the_standard)
{
    static const struct {
        const char *text;
        size_t times;
        const char *hash;
    } cases[] = {{"", 0, "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="},
                 {"abc", 1, "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0="},
                 {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 1,
                  "JI1qYdIGOLjlwCaTDD5gOaM85Flk/yFn9uzt1BnbBsE="},
                 {"a", 55, "n0OQ+NMMLdkuyfCVtl4rmumwqSWlJY4kHJ8ekQ9zQxg="},
                 {"a", 56, "s1Q5pKxvCUi21vnjxq8PX1kM4g8b3nCQ73lwaG7Gc4o="},
                 {"a", 63, "fT50oF19sVvOStnsBljqmOPwbu7PFrTG//LaRX3cLzQ="},
                 {"a", 64, "/+BU/nrgy23GXDr5th1SCfQ5hR20PQulmXM33xVGaOs="},
                 {"a", 65, "Y1NhxIu56rFBmOduqKt/GkFoXWrWKqkUbTAdTxfrCuA="},
                 {"a", 1000000, "zcduXJkU+5KBocfihNc+Z/GAmkiklyAOBG05zMcRLNA="}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char hash[INS_SHA256_BASE64];
        ins_text out = {0};
        ins_text_add(&out, "");
        for (size_t k = 0; k < cases[i].times; k++) ins_text_add(&out, cases[i].text);
        ck_assert_str_eq(ins_sha256_base64(hash, out.data, out.length), cases[i].hash);
        ins_text_free(&out);
    }
}
END_TEST

/* However a message is cut, the digest is that of the whole. */
START_TEST(pieces_are_one_message)
{
    unsigned char message[400], whole[INS_SHA256_DIGEST], digest[INS_SHA256_DIGEST];
    for (size_t i = 0; i < sizeof message; i++) message[i] = (unsigned char)(i * i % 251);
    for (size_t length = 0; length <= sizeof message; length++) {
        ins_sha256 sha;
        ins_sha256_begin(&sha);
        ins_sha256_add(&sha, message, length);
        ins_sha256_end(&sha, whole);
        for (size_t piece = 1; piece <= length; piece += piece < 70 ? 1 : 61) {
            ins_sha256_begin(&sha);
            for (size_t done = 0; done < length; done += piece)
                ins_sha256_add(&sha, message + done, length - done < piece ? length - done : piece);
            ins_sha256_end(&sha, digest);
            ck_assert_int_eq(memcmp(whole, digest, sizeof digest), 0);
        }
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("sha256");
    TCase *tests = tcase_create("sha256");
    tcase_add_test(tests, hashes_are_those_of_the_standard);
    tcase_add_test(tests, pieces_are_one_message);
    suite_add_tcase(suite, tests);
    return ins_run_suite(suite);
}
