/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Without MPI, or when nobody has started a job, a team of one; else a window of rank 0's memory.
 */
#include <config.h>

#include "initscope/team.h"

#include <pthread.h>

#ifdef HAVE_MPI
#include <limits.h>
#include <stdint.h>
#include <stdlib.h>
#include <time.h>

#include <mpi.h>

#include "initscope/clock.h"
#include "initscope/error.h"
#endif

/* The numbers that rank 0 holds. */
enum { NEXT, DONE, NUMBERS };

static struct team {
    bool job;
    size_t rank, ranks, neighbours;
    size_t number[NUMBERS]; /* of a team of one */
    pthread_mutex_t lock;   /* one thread at a time */
} team = {.ranks = 1, .neighbours = 1, .lock = PTHREAD_MUTEX_INITIALIZER};

#ifdef HAVE_MPI

static MPI_Win window;
static uint64_t *held; /* (NUMBERS) rank 0's */

/* What the launchers of the MPI libraries, and Slurm's, leave in the environment. */
static bool was_started_as_job(void)
{
    static const char *const names[] = {"OMPI_COMM_WORLD_SIZE", "PMIX_RANK", "PMI_RANK",
                                        "PMI_SIZE"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (getenv(names[i]) != NULL) return true;
    return false;
}

static void open_window(void)
{
    const MPI_Aint size = team.rank == 0 ? NUMBERS * sizeof *held : 0;
    MPI_Win_allocate(size, sizeof *held, MPI_INFO_NULL, MPI_COMM_WORLD, &held, &window);
    for (size_t i = 0; team.rank == 0 && i < NUMBERS; i++) held[i] = 0;
    MPI_Barrier(MPI_COMM_WORLD);
    MPI_Win_lock_all(MPI_MODE_NOCHECK, window);
}

static void join(void)
{
    int level, rank, ranks, neighbours;
    MPI_Comm machine;
    if (!was_started_as_job()) return;
    if (MPI_Init_thread(NULL, NULL, MPI_THREAD_SERIALIZED, &level) != MPI_SUCCESS ||
        level < MPI_THREAD_SERIALIZED)
        ins_die("the MPI library takes no calls from several threads in turn");
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &ranks);
    MPI_Comm_split_type(MPI_COMM_WORLD, MPI_COMM_TYPE_SHARED, rank, MPI_INFO_NULL, &machine);
    MPI_Comm_size(machine, &neighbours);
    MPI_Comm_free(&machine);
    team.job = true;
    team.rank = (size_t)rank;
    team.ranks = (size_t)ranks;
    team.neighbours = (size_t)neighbours;
    open_window();
}

static void leave(void)
{
    MPI_Win_unlock_all(window);
    MPI_Win_free(&window);
    MPI_Finalize();
}

/* Adds to a number of rank 0's; what it was before. */
static size_t add(size_t which, size_t amount)
{
    const uint64_t added = amount;
    uint64_t before = 0;
    pthread_mutex_lock(&team.lock);
    MPI_Fetch_and_op(&added, &before, MPI_UINT64_T, 0, (MPI_Aint)which, MPI_SUM, window);
    MPI_Win_flush(0, window);
    pthread_mutex_unlock(&team.lock);
    return (size_t)before;
}

/* The library does what others ask for whenever it is called. */
static void poll(void)
{
    static const double PAUSE = 1e-3; /* seconds */
    static double polled;
    int any;
    if (team.rank > 0 || pthread_mutex_trylock(&team.lock) != 0) return;
    const double now = ins_seconds_now();
    if (now - polled > PAUSE) {
        polled = now;
        MPI_Iprobe(MPI_ANY_SOURCE, MPI_ANY_TAG, MPI_COMM_WORLD, &any, MPI_STATUS_IGNORE);
    }
    pthread_mutex_unlock(&team.lock);
}

/* The library itself would wait by asking again and again, on a core that others need. */
static void await(MPI_Request *request)
{
    static const struct timespec nap = {.tv_nsec = 1000000};
    int complete = 0;
    while (MPI_Test(request, &complete, MPI_STATUS_IGNORE) == MPI_SUCCESS && !complete)
        nanosleep(&nap, NULL);
}

static uint64_t reduce(uint64_t number, MPI_Op operation)
{
    uint64_t result = 0;
    MPI_Request request;
    MPI_Iallreduce(&number, &result, 1, MPI_UINT64_T, operation, MPI_COMM_WORLD, &request);
    await(&request);
    return result;
}

static void share(char *bytes, size_t size)
{
    while (size > 0) {
        const int piece = size < INT_MAX ? (int)size : INT_MAX;
        MPI_Request request;
        MPI_Ibcast(bytes, piece, MPI_BYTE, 0, MPI_COMM_WORLD, &request);
        await(&request);
        bytes += piece;
        size -= (size_t)piece;
    }
}

#endif

const char *ins_team_mpi(void)
{
#ifdef HAVE_MPI
#define WORD(x) #x
#define STANDARD(major, minor) WORD(major) "." WORD(minor)
    return STANDARD(MPI_VERSION, MPI_SUBVERSION);
#else
    return "no";
#endif
}

void ins_team_join(void)
{
#ifdef HAVE_MPI
    join();
#endif
}

void ins_team_leave(void)
{
#ifdef HAVE_MPI
    if (team.job) leave();
#endif
    team = (struct team){.ranks = 1, .neighbours = 1, .lock = PTHREAD_MUTEX_INITIALIZER};
}

void ins_team_begin(void)
{
    for (size_t i = 0; i < NUMBERS; i++) team.number[i] = 0;
}

bool ins_team_is_job(void)
{
    return team.job;
}

size_t ins_team_rank(void)
{
    return team.rank;
}

size_t ins_team_ranks(void)
{
    return team.ranks;
}

size_t ins_team_neighbours(void)
{
    return team.neighbours;
}

static size_t add_to(size_t which, size_t amount)
{
#ifdef HAVE_MPI
    if (team.job) return add(which, amount);
#endif
    pthread_mutex_lock(&team.lock);
    const size_t before = team.number[which];
    team.number[which] += amount;
    pthread_mutex_unlock(&team.lock);
    return before;
}

size_t ins_team_next(void)
{
    return add_to(NEXT, 1);
}

void ins_team_done(void)
{
    add_to(DONE, 1);
}

size_t ins_team_all_done(void)
{
    return add_to(DONE, 0);
}

void ins_team_poll(void)
{
#ifdef HAVE_MPI
    if (team.job) poll();
#endif
}

size_t ins_team_sum(size_t number)
{
#ifdef HAVE_MPI
    if (team.job) return (size_t)reduce(number, MPI_SUM);
#endif
    return number;
}

int ins_team_largest(int number)
{
#ifdef HAVE_MPI
    if (team.job) return (int)reduce((uint64_t)number, MPI_MAX);
#endif
    return number;
}

void ins_team_share(void *bytes, size_t size)
{
#ifdef HAVE_MPI
    if (team.job) share(bytes, size);
#else
    (void)bytes, (void)size;
#endif
}
