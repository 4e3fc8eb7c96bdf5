/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "adapters/modbus/session.h"

#include <assert.h>

/* Three rounds of xorshift64* (Vigna, ACM TOMS 42(4), 2016): enough to spread
 * neighbouring seeds and times over the unit interval. */
static double chance(uint64_t seed, spc_nanos now)
{
    uint64_t x = seed ^ (uint64_t)now ^ UINT64_C(0x9e3779b97f4a7c15);

    for (int round = 0; round < 3; round++) {
        x ^= x >> 12;
        x ^= x << 25;
        x ^= x >> 27;
        x *= UINT64_C(2685821657736338717);
    }
    return (double)(x >> 11) * 0x1p-53;
}

spc_nanos spc_backoff_delay(const struct spc_backoff *backoff,
                            unsigned failures, spc_nanos now)
{
    spc_nanos delay = backoff->min;

    assert(failures >= 1);
    assert(backoff->min > 0);
    assert(backoff->max >= backoff->min);
    assert(backoff->jitter >= 0);
    assert(backoff->jitter <= 1);
    for (unsigned i = 1; i < failures && delay < backoff->max; i++)
        delay = delay > backoff->max / 2 ? backoff->max : 2 * delay;
    /* Taking away, never adding, keeps max a promise. */
    return delay - (spc_nanos)((double)delay * backoff->jitter *
                               chance(backoff->seed, now));
}

bool spc_session_should_dial(struct spc_session *session, spc_nanos now)
{
    bool waiting = session->state == SPC_SESSION_DOWN ||
                   session->state == SPC_SESSION_BACKOFF;

    if (!waiting || now < session->not_before)
        return false;
    session->state = SPC_SESSION_CONNECTING;
    session->dialled = now;
    return true;
}

void spc_session_connected(struct spc_session *session)
{
    assert(session->state == SPC_SESSION_CONNECTING);
    session->state = SPC_SESSION_UP;
    session->answered = false;
}

void spc_session_answered(struct spc_session *session)
{
    assert(session->state == SPC_SESSION_UP);
    session->answered = true;
    session->failures = 0;
}

void spc_session_lost(struct spc_session *session,
                      const struct spc_backoff *backoff, spc_nanos now)
{
    assert(session->state == SPC_SESSION_CONNECTING ||
           session->state == SPC_SESSION_UP);

    bool was_good = session->state == SPC_SESSION_UP && session->answered;

    session->state = SPC_SESSION_BACKOFF;
    session->answered = false;
    if (was_good) {
        spc_nanos earliest = session->dialled + backoff->min;
        session->not_before = now > earliest ? now : earliest;
        return;
    }
    session->failures++;
    session->not_before =
        now + spc_backoff_delay(backoff, session->failures, now);
}
