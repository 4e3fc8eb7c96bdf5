/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A turn of the thread: tell what is still untold, dial if it is time, else
 * wait for the next poll and serve it.
 *
 * When is a link down?  When it cannot be dialled; when the connection breaks
 * and cannot be dialled again at once; when every unit behind it that is not
 * known to be dead has kept silent through a whole poll, two tries in a row at
 * least; and when nothing at all has answered for longer than a value may be
 * old.  One silent unit among others is the unit's trouble, not the link's. */
#define _POSIX_C_SOURCE 200809L
#include "adapters/modbus/link.h"

#include "adapters/modbus/block.h"
#include "adapters/modbus/connection.h"
#include "adapters/modbus/frame.h"
#include "adapters/modbus/news.h"
#include "adapters/modbus/schedule.h"
#include "adapters/modbus/session.h"
#include "adapters/modbus/trouble.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

enum {
    TORN_TRIES = 4, /* reads of one poll until the bracket agrees */
    BUSY_TRIES = 4, /* while the unit says that it is busy */
    STACK_BYTES = 512 * 1024,
};

static const spc_nanos busy_wait = 100 * SPC_MILLISECOND;
static const spc_nanos retell_wait = 100 * SPC_MILLISECOND;

struct unit {
    uint32_t number;
    struct spc_health health;
    struct spc_condition condition;
    bool silent; /* since anything on the link last answered */
};

struct poll {
    const struct spc_modbus_poll *plan;
    struct unit *unit;
    struct spc_pace pace;
    struct spc_block block;
    spc_nanos retry_at; /* of a block that plan and PLC disagree about */
};

struct spc_link {
    const struct spc_modbus_link *plan;
    struct spc_arrivals *arrivals;
    int stop;
    pthread_t thread;

    struct spc_connection connection;
    struct spc_session session;
    struct spc_backoff backoff;
    struct spc_health_rule health_rule;
    struct spc_condition condition;
    unsigned unanswered;   /* tries in a row */
    unsigned garbled;      /* answers in a row */
    spc_nanos last_answer; /* or the connection's start */
    spc_nanos silence;     /* that means the link is down */
    spc_nanos quiet_until; /* the PLC wants a pause */
    bool all_told;

    struct spc_link_report report; /* the thread's own */
    pthread_mutex_t lock;
    struct spc_link_report shown; /* under the lock */

    size_t unit_count;
    struct unit *units;
    struct poll *polls; /* plan->poll_count */
};

/* False when the link is to stop. */
static bool sleep_until(const struct spc_link *link, spc_nanos deadline)
{
    return spc_wait_readable(-1, link->stop, deadline) != ECANCELED;
}

/* ---- what is told ------------------------------------------------------ */

static void tell(struct spc_link *link)
{
    bool told = spc_condition_tell(&link->condition, link->arrivals);

    for (size_t i = 0; told && i < link->unit_count; i++)
        told = spc_condition_tell(&link->units[i].condition, link->arrivals);
    for (size_t i = 0; told && i < link->plan->poll_count; i++)
        told =
            spc_condition_tell(&link->polls[i].block.condition, link->arrivals);
    link->all_told = told;
}

/* Before anything is told, so that who has heard of it also sees it. */
static void show(struct spc_link *link)
{
    link->report.up = link->condition.now == SPC_NEWS_GOOD;
    pthread_mutex_lock(&link->lock);
    link->shown = link->report;
    pthread_mutex_unlock(&link->lock);
}

static void set_link_down(struct spc_link *link, const char *why)
{
    spc_condition_bad(&link->condition, spc_wall_clock(), SPC_LINK_DOWN, why);
    show(link);
    tell(link);
}

/* ---- the connection ---------------------------------------------------- */

static bool every_unit(const struct spc_link *link,
                       bool (*is)(const struct unit *unit))
{
    for (size_t i = 0; i < link->unit_count; i++)
        if (!is(&link->units[i]))
            return false;
    return true;
}

static bool is_dead(const struct unit *unit)
{
    return unit->health.dead;
}

static bool is_silent_or_dead(const struct unit *unit)
{
    return unit->silent || unit->health.dead;
}

/* A new connection starts with a clean slate.  If every unit is taken for
 * dead then none of them is: somebody has to be asked first. */
static void start_afresh(struct spc_link *link)
{
    bool revive = every_unit(link, is_dead);
    spc_nanos now = spc_monotonic();

    for (size_t i = 0; i < link->unit_count; i++) {
        struct unit *unit = &link->units[i];
        unit->silent = false;
        if (revive || !unit->health.dead)
            spc_health_answered(&unit->health);
    }
    for (size_t i = 0; i < link->plan->poll_count; i++) {
        link->polls[i].pace.due = now;
        link->polls[i].retry_at = 0; /* the program may be another now */
    }
    link->garbled = 0;
    link->unanswered = 0;
    link->last_answer = now;
    link->quiet_until = now + link->plan->pause_after_connect;
}

static void dial(struct spc_link *link)
{
    char why[SPC_DETAIL_TEXT];
    int error = spc_connection_dial(
        &link->connection, link->plan->connect_timeout, why, sizeof why);

    if (error == ECANCELED)
        return;
    if (error) {
        spc_session_lost(&link->session, &link->backoff, spc_monotonic());
        set_link_down(link, why);
        return;
    }
    link->report.connects++;
    spc_session_connected(&link->session);
    start_afresh(link);
}

/* A good connection that breaks may be dialled again at once, and only if
 * that fails is the link down. */
static void lose(struct spc_link *link, const char *why)
{
    spc_nanos now = spc_monotonic();

    spc_connection_hang_up(&link->connection);
    spc_session_lost(&link->session, &link->backoff, now);
    if (link->session.not_before > now)
        set_link_down(link, why);
}

/* ---- answers ----------------------------------------------------------- */

/* Any answer, an exception too, shows that the link is up. */
static void link_answered(struct spc_link *link)
{
    char sentence[SPC_DETAIL_TEXT];

    spc_session_answered(&link->session);
    link->last_answer = spc_monotonic();
    link->unanswered = 0;
    link->garbled = 0;
    for (size_t i = 0; i < link->unit_count; i++)
        link->units[i].silent = false;
    snprintf(sentence, sizeof sentence, "%s answers", link->connection.peer);
    spc_condition_good(&link->condition, spc_wall_clock(), sentence);
}

static void unit_answered(struct spc_link *link, struct unit *unit)
{
    char sentence[SPC_DETAIL_TEXT];

    link_answered(link);
    spc_health_answered(&unit->health);
    snprintf(sentence, sizeof sentence, "unit %" PRIu32 " answers",
             unit->number);
    spc_condition_good(&unit->condition, spc_wall_clock(), sentence);
}

static void set_unit_down(struct spc_link *link, struct unit *unit,
                          const char *why)
{
    char sentence[SPC_DETAIL_TEXT], span[24];

    snprintf(sentence, sizeof sentence,
             "unit %" PRIu32 ": %s; asked again every %s", unit->number, why,
             spc_span_text(link->plan->dead_retry, span, sizeof span));
    spc_condition_bad(&unit->condition, spc_wall_clock(), SPC_UNIT_DOWN,
                      sentence);
}

/* The gateway says so. */
static void unit_absent(struct spc_link *link, struct unit *unit,
                        const char *why)
{
    link_answered(link);
    spc_health_absent(&unit->health, &link->health_rule, spc_monotonic());
    set_unit_down(link, unit, why);
}

/* ---- silence ----------------------------------------------------------- */

static void silence_text(const struct spc_link *link, char *text, size_t size)
{
    char span[24];

    snprintf(text, size, "no answer within %s; %u %s",
             spc_span_text(link->plan->response_timeout, span, sizeof span),
             link->unanswered, link->unanswered == 1 ? "try" : "tries");
}

static void unit_silent(struct spc_link *link, struct unit *unit)
{
    char why[SPC_DETAIL_TEXT / 2];
    spc_nanos now = spc_monotonic();

    silence_text(link, why, sizeof why);
    unit->silent = true;
    if (every_unit(link, is_silent_or_dead)) {
        if (link->unanswered < 2)
            return; /* one lost packet is nobody's death */
        set_link_down(link, why);
        lose(link, why);
        return;
    }
    spc_health_silent(&unit->health, &link->health_rule, now);
    if (unit->health.dead)
        set_unit_down(link, unit, why);
    if (now - link->last_answer > link->silence)
        set_link_down(link, why);
}

/* ---- asking ------------------------------------------------------------ */

static void count(struct spc_link_report *report, int error)
{
    enum spc_trouble_action action = spc_trouble_of(error)->action;

    if (action == SPC_TROUBLE_NONE)
        report->reads++;
    else if (action == SPC_TROUBLE_SILENT)
        report->timeouts++;
    else if (error > MODBUS_ENOBASE && error <= EMBXGTAR)
        report->exceptions++;
    else if (action != SPC_TROUBLE_STOPPED)
        report->errors++;
}

static int ask_once(struct spc_link *link, struct poll *poll,
                    uint16_t *ret_words)
{
    const struct spc_modbus_poll *plan = poll->plan;

    if (!sleep_until(link, link->quiet_until))
        return ECANCELED;
    poll->block.asked = spc_monotonic();
    int error = spc_connection_read(&link->connection, (uint8_t)plan->unit,
                                    plan->first, plan->count,
                                    link->plan->response_timeout, ret_words);
    link->quiet_until = spc_monotonic() + link->plan->pause_between;
    count(&link->report, error);
    return error;
}

/* A dead unit, and one asked while its neighbours are silent too, get a
 * single try: the sooner we know that it is the link, the better. */
static unsigned tries_for(const struct spc_link *link, const struct unit *unit)
{
    return unit->health.dead || link->unanswered > 0 ? 1
                                                     : 1 + link->plan->retries;
}

static int ask(struct spc_link *link, struct poll *poll, uint16_t *ret_words)
{
    unsigned tries = tries_for(link, poll->unit), busy = 0;

    for (;;) {
        int error = ask_once(link, poll, ret_words);
        enum spc_trouble_action action = spc_trouble_of(error)->action;

        link->unanswered += action == SPC_TROUBLE_SILENT;
        link->garbled += action == SPC_TROUBLE_GARBLED;
        if (action == SPC_TROUBLE_BUSY && ++busy < BUSY_TRIES) {
            if (!sleep_until(link, spc_monotonic() + busy_wait))
                return ECANCELED;
            continue;
        }
        if (action != SPC_TROUBLE_SILENT && action != SPC_TROUBLE_GARBLED)
            return error;
        if (link->garbled >= 2 || --tries == 0)
            return error;
    }
}

/* ---- polls ------------------------------------------------------------- */

static void self_test_failed(struct spc_link *link, struct poll *poll)
{
    spc_block_bad(&poll->block, spc_wall_clock(), SPC_SELF_TEST_FAILED,
                  "the self-test register does not hold its value; word "
                  "order, address base or program of the PLC is another");
    poll->retry_at = spc_monotonic() + link->plan->dead_retry;
}

/* An exception about the block: the PLC and the unit are there. */
static void block_refused(struct spc_link *link, struct poll *poll,
                          const char *why)
{
    unit_answered(link, poll->unit);
    spc_block_bad(&poll->block, spc_wall_clock(), SPC_BLOCK_REFUSED, why);
}

static void handle_trouble(struct spc_link *link, struct poll *poll,
                           const struct spc_trouble *trouble)
{
    switch (trouble->action) {
    case SPC_TROUBLE_NONE:
    case SPC_TROUBLE_STOPPED:
        break;
    case SPC_TROUBLE_GARBLED:
        if (link->garbled >= 2)
            lose(link, trouble->text);
        break;
    case SPC_TROUBLE_BROKEN:
        lose(link, trouble->text);
        break;
    case SPC_TROUBLE_SILENT:
        unit_silent(link, poll->unit);
        break;
    case SPC_TROUBLE_ABSENT:
        unit_absent(link, poll->unit, trouble->text);
        break;
    case SPC_TROUBLE_REFUSED:
        poll->retry_at = spc_monotonic() + link->plan->dead_retry;
        block_refused(link, poll, trouble->text);
        break;
    case SPC_TROUBLE_BUSY:
    case SPC_TROUBLE_DEVICE:
        block_refused(link, poll, trouble->text);
        break;
    }
}

/* What happened to the wire is told before what it brought; while that finds
 * no room the part waits for the next look. */
static void deliver(struct spc_link *link, struct poll *poll,
                    const uint16_t *words, const struct spc_counter_step *step,
                    struct spc_sample *sample)
{
    const struct spc_moment now = {spc_monotonic(), spc_wall_clock()};

    poll->retry_at = 0;
    spc_block_good(&poll->block, now.wall);
    link->report.last_good = now.wall;
    show(link);
    tell(link);
    if (link->all_told)
        spc_block_deliver(&poll->block, link->arrivals, &now, words, step,
                          sample);
}

static enum spc_reading look(struct spc_link *link, struct poll *poll,
                             const uint16_t *words, struct spc_sample *sample)
{
    struct spc_counter_step step;
    enum spc_reading reading =
        spc_layout_read(&poll->plan->layout, words, poll->plan->count,
                        &poll->block.counter, sample, &step);

    unit_answered(link, poll->unit);
    if (reading == SPC_READING_SELF_TEST_FAILED)
        self_test_failed(link, poll);
    else if (reading == SPC_READING_TORN)
        link->report.torn_reads++;
    else
        deliver(link, poll, words, &step, sample);
    return reading;
}

/* A torn block is read again at once: the PLC was in the middle of writing
 * it, which takes a scan cycle or two. */
static void serve(struct spc_link *link, struct poll *poll)
{
    uint16_t words[SPC_FRAME_REGISTERS];
    struct spc_sample sample;
    spc_nanos now = spc_monotonic();

    if (!spc_health_may_ask(&poll->unit->health, now) || now < poll->retry_at)
        return;
    for (int i = 0; i < TORN_TRIES; i++) {
        int error = ask(link, poll, words);
        if (error) {
            handle_trouble(link, poll, spc_trouble_of(error));
            return;
        }
        if (look(link, poll, words, &sample) != SPC_READING_TORN)
            return;
    }
    spc_block_torn(&poll->block, spc_wall_clock(), link->plan->dead_after);
}

static struct poll *next_poll(const struct spc_link *link)
{
    struct poll *next = &link->polls[0];

    for (size_t i = 1; i < link->plan->poll_count; i++)
        if (link->polls[i].pace.due < next->pace.due)
            next = &link->polls[i];
    return next;
}

/* ---- thread ------------------------------------------------------------ */

/* Sleeps until the deadline, or less while something is still to be told.
 * False when the link is to stop. */
static bool rest_until(const struct spc_link *link, spc_nanos deadline)
{
    spc_nanos soon = spc_monotonic() + retell_wait;

    return sleep_until(link,
                       link->all_told || deadline < soon ? deadline : soon);
}

/* False when the link is to stop. */
static bool turn(struct spc_link *link)
{
    show(link);
    tell(link);
    if (link->session.state != SPC_SESSION_UP) {
        if (!spc_session_should_dial(&link->session, spc_monotonic()))
            return rest_until(link, link->session.not_before);
        dial(link);
        return sleep_until(link, 0);
    }

    struct poll *poll = next_poll(link);
    if (!rest_until(link, poll->pace.due))
        return false;
    if (spc_monotonic() >= poll->pace.due) {
        serve(link, poll);
        link->report.skipped_polls +=
            spc_pace_served(&poll->pace, spc_monotonic());
    }
    return true;
}

static void *run(void *argument)
{
    struct spc_link *link = argument;

    /* A link that no station uses is not dialled. */
    while (link->plan->poll_count > 0 && turn(link))
        ;
    spc_connection_hang_up(&link->connection);
    return NULL;
}

/* ---- start ------------------------------------------------------------- */

static struct unit *unit_numbered(struct spc_link *link, uint32_t number)
{
    for (size_t i = 0; i < link->unit_count; i++)
        if (link->units[i].number == number)
            return &link->units[i];

    struct unit *unit = &link->units[link->unit_count++];
    unit->number = number;
    unit->condition = (struct spc_condition){
        .link = link->plan->link,
        .station = SPC_NONE,
        .good = SPC_UNIT_UP,
        .now = SPC_NEWS_GOOD,
        .told = SPC_NEWS_GOOD,
    };
    return unit;
}

static void set_up_poll(struct spc_link *link, struct poll *poll,
                        const struct spc_modbus_poll *plan)
{
    assert(plan->count >= 1);
    assert(plan->count <= SPC_FRAME_REGISTERS);
    assert(plan->first + (unsigned)plan->count <= 65536);
    assert(plan->unit <= 255);
    assert(spc_layout_fits(&plan->layout, plan->count));

    poll->plan = plan;
    poll->unit = unit_numbered(link, plan->unit);
    poll->pace.period = plan->period;
    spc_block_clear(&poll->block, link->plan->link, plan);
}

/* Silence that no single dead unit can cause, and that makes a value too old
 * for at least one block. */
static spc_nanos silence_of(const struct spc_modbus_link *plan)
{
    spc_nanos silence = INT64_MAX;

    for (size_t i = 0; i < plan->poll_count; i++)
        if (plan->polls[i].max_age < silence)
            silence = plan->polls[i].max_age;

    spc_nanos tries = (2 + (spc_nanos)plan->retries) * plan->response_timeout;
    return silence > tries ? silence : tries;
}

static void set_up(struct spc_link *link)
{
    const struct spc_modbus_link *plan = link->plan;

    link->backoff = (struct spc_backoff){
        .min = plan->backoff_min,
        .max = plan->backoff_max,
        .jitter = plan->backoff_jitter,
        .seed = UINT64_C(0x9e3779b97f4a7c15) * (plan->link + 1),
    };
    link->health_rule =
        (struct spc_health_rule){plan->dead_after, plan->dead_retry};
    link->condition = (struct spc_condition){
        .link = plan->link, .station = SPC_NONE, .good = SPC_LINK_UP};
    link->silence = silence_of(plan);
    for (size_t i = 0; i < plan->poll_count; i++)
        set_up_poll(link, &link->polls[i], &plan->polls[i]);
}

/* Signals are for the main thread. */
static int start_thread(struct spc_link *link)
{
    pthread_attr_t attributes;
    sigset_t all, before;

    sigfillset(&all);
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, STACK_BYTES);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int error = pthread_create(&link->thread, &attributes, run, link);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    pthread_attr_destroy(&attributes);
    return error;
}

static void release(struct spc_link *link)
{
    if (link->connection.context)
        spc_connection_close(&link->connection);
    free(link->units);
    free(link->polls);
    free(link);
}

enum spc_status spc_link_open(const struct spc_modbus_link *plan,
                              struct spc_arrivals *arrivals, int stop,
                              struct spc_link **ret_link)
{
    struct spc_link *link = calloc(1, sizeof *link);

    if (!link)
        return SPC_NO_MEMORY;
    link->plan = plan;
    link->arrivals = arrivals;
    link->stop = stop;
    /* One more, since nothing may come as NULL. */
    link->units = calloc(plan->poll_count + 1, sizeof *link->units);
    link->polls = calloc(plan->poll_count + 1, sizeof *link->polls);
    if (!link->units || !link->polls ||
        spc_connection_open(plan->host, plan->port, stop, &link->connection) !=
            SPC_OK) {
        release(link);
        return SPC_NO_MEMORY;
    }
    set_up(link);
    pthread_mutex_init(&link->lock, NULL);
    if (start_thread(link) != 0) {
        pthread_mutex_destroy(&link->lock);
        release(link);
        return SPC_CANNOT_OPEN;
    }
    *ret_link = link;
    return SPC_OK;
}

void spc_link_close(struct spc_link *link)
{
    pthread_join(link->thread, NULL);
    pthread_mutex_destroy(&link->lock);
    release(link);
}

struct spc_link_report spc_link_report(struct spc_link *link)
{
    pthread_mutex_lock(&link->lock);
    struct spc_link_report shown = link->shown;
    pthread_mutex_unlock(&link->lock);
    return shown;
}
