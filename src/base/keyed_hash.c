/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* SipHash-1-3 (Aumasson and Bernstein, "SipHash: a fast short-input PRF", 2012) with a key that is
 * drawn when it is first needed. */
#include <config.h>

#include "initscope/keyed_hash.h"

#include <pthread.h>
#include <stdint.h>
#include <time.h>
#include <unistd.h>

static uint64_t key[2];
static pthread_once_t drawn = PTHREAD_ONCE_INIT;

static void draw(void)
{
    struct timespec now = {0};
    if (getentropy(key, sizeof key) == 0) return;
    /* No source of randomness: better than what everybody knows. */
    clock_gettime(CLOCK_REALTIME, &now);
    key[0] = (uint64_t)now.tv_nsec << 32 ^ (uint64_t)now.tv_sec;
    key[1] = (uint64_t)getpid() << 32 ^ (uint64_t)(uintptr_t)&now;
}

static uint64_t rotated(uint64_t x, unsigned n)
{
    return x << n | x >> (64 - n);
}

static void turn(uint64_t v[4])
{
    v[0] += v[1];
    v[1] = rotated(v[1], 13) ^ v[0];
    v[0] = rotated(v[0], 32);
    v[2] += v[3];
    v[3] = rotated(v[3], 16) ^ v[2];
    v[0] += v[3];
    v[3] = rotated(v[3], 21) ^ v[0];
    v[2] += v[1];
    v[1] = rotated(v[1], 17) ^ v[2];
    v[2] = rotated(v[2], 32);
}

static void take(uint64_t v[4], uint64_t word)
{
    v[3] ^= word;
    turn(v);
    v[0] ^= word;
}

/* Up to eight bytes, the first one lowest. */
static uint64_t word_of(const unsigned char *byte, size_t count)
{
    uint64_t word = 0;
    for (size_t i = 0; i < count; i++) word |= (uint64_t)byte[i] << (8 * i);
    return word;
}

unsigned long long ins_siphash(const uint64_t with[2], const void *bytes, size_t length)
{
    const unsigned char *byte = bytes;
    uint64_t v[4] = {with[0] ^ UINT64_C(0x736f6d6570736575), with[1] ^ UINT64_C(0x646f72616e646f6d),
                     with[0] ^ UINT64_C(0x6c7967656e657261),
                     with[1] ^ UINT64_C(0x7465646279746573)};
    const size_t rest = length % 8, whole = length - rest;
    for (size_t i = 0; i < whole; i += 8) take(v, word_of(byte + i, 8));
    take(v, (uint64_t)(length & 0xff) << 56 | word_of(rest > 0 ? byte + whole : byte, rest));
    v[2] ^= 0xff;
    for (int i = 0; i < 3; i++) turn(v);
    return v[0] ^ v[1] ^ v[2] ^ v[3];
}

unsigned long long ins_keyed_hash(const void *bytes, size_t length)
{
    pthread_once(&drawn, draw);
    return ins_siphash(key, bytes, length);
}
