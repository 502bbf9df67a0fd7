/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* SHA-256. The names of variables are those of FIPS 180-4, section 6.2. By the SHA instructions of
 * x86 where the CPU has them: several times as fast, and logs are large. */
#include <config.h>

#include "initscope/sha256.h"

#include <string.h>

#if defined HAVE_SHA_INSTRUCTIONS && !defined INS_ONE_LEVEL
#define INS_SHA_INSTRUCTIONS
#include <immintrin.h>
#endif

enum { BLOCK = 64, WORDS = 8, ROUNDS = 64, PADDED = BLOCK - 8 };

static const uint32_t round_constant[ROUNDS] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

static uint32_t rotated(uint32_t x, unsigned n)
{
    return x >> n | x << (32 - n);
}

/* One round; who is a next time is h now. added is K + W. */
static inline void add_round(uint32_t a, uint32_t b, uint32_t c, uint32_t *d, uint32_t e,
                             uint32_t f, uint32_t g, uint32_t *h, uint32_t added)
{
    const uint32_t s1 = rotated(e, 6) ^ rotated(e, 11) ^ rotated(e, 25);
    const uint32_t choice = (e & f) ^ (~e & g);
    const uint32_t t1 = *h + s1 + choice + added;
    const uint32_t s0 = rotated(a, 2) ^ rotated(a, 13) ^ rotated(a, 22);
    const uint32_t majority = (a & b) ^ (a & c) ^ (b & c);
    *d += t1;
    *h = t1 + s0 + majority;
}

static void add_block(uint32_t hash[WORDS], const unsigned char block[BLOCK])
{
    uint32_t w[ROUNDS];
    for (size_t t = 0; t < 16; t++)
        w[t] = (uint32_t)block[4 * t] << 24 | (uint32_t)block[4 * t + 1] << 16 |
               (uint32_t)block[4 * t + 2] << 8 | block[4 * t + 3];
    for (size_t t = 16; t < ROUNDS; t++) {
        uint32_t s0 = rotated(w[t - 15], 7) ^ rotated(w[t - 15], 18) ^ w[t - 15] >> 3;
        uint32_t s1 = rotated(w[t - 2], 17) ^ rotated(w[t - 2], 19) ^ w[t - 2] >> 10;
        w[t] = s1 + w[t - 7] + s0 + w[t - 16];
    }
    uint32_t a = hash[0], b = hash[1], c = hash[2], d = hash[3];
    uint32_t e = hash[4], f = hash[5], g = hash[6], h = hash[7];
    for (size_t t = 0; t < ROUNDS; t += WORDS) {
        const uint32_t *k = round_constant + t, *v = w + t;
        add_round(a, b, c, &d, e, f, g, &h, k[0] + v[0]);
        add_round(h, a, b, &c, d, e, f, &g, k[1] + v[1]);
        add_round(g, h, a, &b, c, d, e, &f, k[2] + v[2]);
        add_round(f, g, h, &a, b, c, d, &e, k[3] + v[3]);
        add_round(e, f, g, &h, a, b, c, &d, k[4] + v[4]);
        add_round(d, e, f, &g, h, a, b, &c, k[5] + v[5]);
        add_round(c, d, e, &f, g, h, a, &b, k[6] + v[6]);
        add_round(b, c, d, &e, f, g, h, &a, k[7] + v[7]);
    }
    const uint32_t sum[WORDS] = {a, b, c, d, e, f, g, h};
    for (size_t i = 0; i < WORDS; i++) hash[i] += sum[i];
}

#ifdef INS_SHA_INSTRUCTIONS

/* The state in the instructions' order is (a, b, e, f) and (c, d, g, h), from the highest lane on;
 * an instruction does two rounds, or a part of four words of the schedule (Intel 64 and IA-32
 * Architectures Software Developer's Manual, volume 2, SHA256RNDS2, SHA256MSG1, SHA256MSG2). */
__attribute__((target("sha,sse4.1"))) static void
add_blocks_by_instructions(uint32_t hash[WORDS], const unsigned char *message, size_t blocks)
{
    const __m128i big_endian = _mm_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203);
    const __m128i cdab = _mm_shuffle_epi32(_mm_loadu_si128((const __m128i *)hash), 0xB1);
    const __m128i efgh = _mm_shuffle_epi32(_mm_loadu_si128((const __m128i *)(hash + 4)), 0x1B);
    __m128i abef = _mm_alignr_epi8(cdab, efgh, 8), cdgh = _mm_blend_epi16(efgh, cdab, 0xF0);
    for (; blocks > 0; blocks--, message += BLOCK) {
        const __m128i abef_before = abef, cdgh_before = cdgh;
        __m128i w[4];
        for (size_t i = 0; i < 4; i++)
            w[i] =
                _mm_shuffle_epi8(_mm_loadu_si128((const __m128i *)(message + 16 * i)), big_endian);
#pragma GCC unroll 16
        for (size_t t = 0; t < ROUNDS / 4; t++) {
            const __m128i now = w[t % 4], next = w[(t + 1) % 4];
            const __m128i later = w[(t + 2) % 4], last = w[(t + 3) % 4];
            const __m128i added =
                _mm_add_epi32(now, _mm_loadu_si128((const __m128i *)(round_constant + 4 * t)));
            cdgh = _mm_sha256rnds2_epu32(cdgh, abef, added);
            abef = _mm_sha256rnds2_epu32(abef, cdgh, _mm_shuffle_epi32(added, 0x0E));
            w[t % 4] = _mm_sha256msg2_epu32(
                _mm_add_epi32(_mm_sha256msg1_epu32(now, next), _mm_alignr_epi8(last, later, 4)),
                last);
        }
        abef = _mm_add_epi32(abef, abef_before);
        cdgh = _mm_add_epi32(cdgh, cdgh_before);
    }
    const __m128i feba = _mm_shuffle_epi32(abef, 0x1B), dchg = _mm_shuffle_epi32(cdgh, 0xB1);
    _mm_storeu_si128((__m128i *)hash, _mm_blend_epi16(feba, dchg, 0xF0));
    _mm_storeu_si128((__m128i *)(hash + 4), _mm_alignr_epi8(dchg, feba, 8));
}

#endif

static void add_blocks(uint32_t hash[WORDS], const unsigned char *message, size_t blocks)
{
#ifdef INS_SHA_INSTRUCTIONS
    if (__builtin_cpu_supports("sha") && __builtin_cpu_supports("sse4.1")) {
        add_blocks_by_instructions(hash, message, blocks);
        return;
    }
#endif
    for (; blocks > 0; blocks--, message += BLOCK) add_block(hash, message);
}

void ins_sha256_begin(ins_sha256 *sha)
{
    *sha = (ins_sha256){.hash = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f,
                                 0x9b05688c, 0x1f83d9ab, 0x5be0cd19}};
}

void ins_sha256_add(ins_sha256 *sha, const void *bytes, size_t length)
{
    const unsigned char *message = bytes;
    const size_t kept = (size_t)(sha->length % BLOCK);
    if (length == 0) return;
    sha->length += length;
    if (kept > 0) {
        const size_t count = length < BLOCK - kept ? length : BLOCK - kept;
        memcpy(sha->rest + kept, message, count);
        if (kept + count < BLOCK) return;
        add_blocks(sha->hash, sha->rest, 1);
        message += count;
        length -= count;
    }
    add_blocks(sha->hash, message, length / BLOCK);
    memcpy(sha->rest, message + length / BLOCK * BLOCK, length % BLOCK);
}

/* One bit, zeros, and how many bits the message has. */
void ins_sha256_end(ins_sha256 *sha, unsigned char digest[INS_SHA256_DIGEST])
{
    const uint64_t bits = sha->length * 8;
    size_t count = (size_t)(sha->length % BLOCK);
    sha->rest[count++] = 0x80;
    memset(sha->rest + count, 0, BLOCK - count);
    if (count > PADDED) {
        add_blocks(sha->hash, sha->rest, 1);
        memset(sha->rest, 0, BLOCK);
    }
    for (size_t i = 0; i < 8; i++) sha->rest[PADDED + i] = (unsigned char)(bits >> (56 - 8 * i));
    add_blocks(sha->hash, sha->rest, 1);
    for (size_t i = 0; i < INS_SHA256_DIGEST; i++)
        digest[i] = (unsigned char)(sha->hash[i / 4] >> (24 - 8 * (i % 4)));
}

const char *ins_sha256_hex(char out[INS_SHA256_HEX], const unsigned char digest[INS_SHA256_DIGEST])
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < INS_SHA256_DIGEST; i++) {
        out[2 * i] = digits[digest[i] >> 4];
        out[2 * i + 1] = digits[digest[i] & 15];
    }
    out[INS_SHA256_HEX - 1] = '\0';
    return out;
}

/* Three bytes are four characters; 32 bytes end with two of three. */
const char *ins_sha256_base64(char out[INS_SHA256_BASE64], const void *bytes, size_t length)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    ins_sha256 sha;
    unsigned char digest[INS_SHA256_DIGEST];
    char *end = out;
    ins_sha256_begin(&sha);
    ins_sha256_add(&sha, bytes, length);
    ins_sha256_end(&sha, digest);
    for (size_t i = 0; i < INS_SHA256_DIGEST; i += 3) {
        uint32_t three = 0;
        for (size_t k = 0; k < 3; k++)
            three = three << 8 | (i + k < INS_SHA256_DIGEST ? digest[i + k] : 0);
        for (unsigned k = 0; k < 4; k++) *end++ = digits[three >> (18 - 6 * k) & 63];
    }
    end[-1] = '=';
    *end = '\0';
    return out;
}
