/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The mailbox between Paho's threads and the loop: who is listened to, how
 * often, and what several threads at once leave behind. */
#define _POSIX_C_SOURCE 200809L

#include "adapters/mqtt/mailbox.h"

#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static bool readable(const struct spc_mailbox *box)
{
    struct pollfd fd = {box->descriptor, POLLIN, 0};

    return poll(&fd, 1, 0) == 1;
}

static int set_up(void **state)
{
    static struct spc_mailbox box;

    assert_true(spc_mailbox_init(&box));
    spc_mailbox_next_generation(&box);
    *state = &box;
    return 0;
}

static int tear_down(void **state)
{
    spc_mailbox_clear(*state);
    return 0;
}

static void test_answers_in_order(void **state)
{
    struct spc_mailbox *box = *state;
    struct spc_answer answer;

    assert_false(readable(box));
    for (uint32_t s = SPC_MAILBOX_SLOTS; s-- > 0;)
        spc_ticket_answer(spc_mailbox_issue(box, s), (int)s + 100);
    assert_true(readable(box));
    for (uint32_t s = SPC_MAILBOX_SLOTS; s-- > 0;) {
        assert_true(spc_mailbox_take_answer(box, &answer));
        assert_int_equal(answer.slot, s);
        assert_int_equal(answer.reason, s + 100);
    }
    assert_false(spc_mailbox_take_answer(box, &answer));
    spc_mailbox_hush(box);
    assert_false(readable(box));
}

static void test_a_ticket_speaks_once(void **state)
{
    struct spc_mailbox *box = *state;
    struct spc_ticket *ticket = spc_mailbox_issue(box, 3);
    struct spc_answer answer;

    for (int i = 0; i < 100; i++)
        spc_ticket_answer(ticket, i);
    assert_true(spc_mailbox_take_answer(box, &answer));
    assert_int_equal(answer.reason, 0);
    assert_false(spc_mailbox_take_answer(box, &answer));
    spc_ticket_answer(spc_mailbox_issue(box, 3), 7);
    assert_true(spc_mailbox_take_answer(box, &answer));
    assert_int_equal(answer.reason, 7);
}

static void test_what_was_never_issued_is_silent(void **state)
{
    struct spc_mailbox *box = *state;
    struct spc_ticket *ticket = spc_mailbox_issue(box, 3);
    struct spc_answer answer;

    spc_ticket_answer(ticket + 1, 0);
    assert_false(spc_mailbox_take_answer(box, &answer));
}

static void test_an_old_connection_is_not_listened_to(void **state)
{
    struct spc_mailbox *box = *state;
    struct spc_ticket *old = spc_mailbox_issue(box, 3);
    struct spc_ticket *connection =
        spc_mailbox_issue(box, SPC_MAILBOX_CONNECTION);
    struct spc_answer answer;
    struct spc_broker_limits limits;
    int refusal;

    spc_ticket_answer(spc_mailbox_issue(box, 4), 0);
    spc_ticket_down(connection, 0);
    spc_mailbox_next_generation(box);
    spc_mailbox_hush(box);
    (void)spc_mailbox_issue(box, 3); /* the same slot, in use again */
    spc_ticket_answer(old, 0);
    spc_ticket_down(connection, 135);
    spc_ticket_up(connection, (struct spc_broker_limits){1, 1});
    spc_ticket_closed(connection);
    assert_false(readable(box));
    assert_false(spc_mailbox_take_answer(box, &answer));
    assert_false(spc_mailbox_take_up(box, &limits));
    assert_false(spc_mailbox_take_down(box, &refusal));
    assert_false(spc_mailbox_take_closed(box));
}

static void test_words_about_the_connection(void **state)
{
    struct spc_mailbox *box = *state;
    struct spc_ticket *ticket = spc_mailbox_issue(box, SPC_MAILBOX_CONNECTION);
    struct spc_broker_limits limits = {0};
    int refusal = -1;

    spc_ticket_up(ticket, (struct spc_broker_limits){20, 1000});
    spc_ticket_down(ticket, 135);
    spc_ticket_down(ticket, 0); /* and the reason stays */
    assert_true(spc_mailbox_take_up(box, &limits));
    assert_int_equal(limits.receive_maximum, 20);
    assert_int_equal(limits.packet_maximum, 1000);
    assert_true(spc_mailbox_take_down(box, &refusal));
    assert_int_equal(refusal, 135);
    assert_false(spc_mailbox_take_up(box, &limits));
    assert_false(spc_mailbox_take_down(box, &refusal));
}

enum { ROUNDS = 2000, THREADS = 2 };

struct shouter {
    struct spc_ticket *tickets[SPC_MAILBOX_SLOTS];
    struct spc_ticket *connection;
};

static void *shout(void *context)
{
    struct shouter *shouter = context;

    for (uint32_t s = 0; s < SPC_MAILBOX_SLOTS; s++)
        spc_ticket_answer(shouter->tickets[s], (int)s);
    spc_ticket_down(shouter->connection, 0);
    return NULL;
}

/* Two threads say everything there is to say, while the loop goes on to the
 * next connection at once in every other round. */
static void test_threads(void **state)
{
    struct spc_mailbox *box = *state;

    for (int round = 0; round < ROUNDS; round++) {
        pthread_t threads[THREADS];
        struct shouter shouter;
        struct spc_answer answer;
        unsigned answers = 0;
        int refusal;

        for (uint32_t s = 0; s < SPC_MAILBOX_SLOTS; s++)
            shouter.tickets[s] = spc_mailbox_issue(box, s);
        shouter.connection = spc_mailbox_issue(box, SPC_MAILBOX_CONNECTION);
        for (int t = 0; t < THREADS; t++)
            assert_int_equal(pthread_create(&threads[t], NULL, shout, &shouter),
                             0);
        if (round % 2)
            spc_mailbox_next_generation(box);
        for (int t = 0; t < THREADS; t++)
            pthread_join(threads[t], NULL);
        while (spc_mailbox_take_answer(box, &answer))
            answers++;
        assert_int_equal(answers, round % 2 ? 0 : SPC_MAILBOX_SLOTS);
        assert_int_equal(spc_mailbox_take_down(box, &refusal), !(round % 2));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_answers_in_order, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_a_ticket_speaks_once, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_what_was_never_issued_is_silent,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            test_an_old_connection_is_not_listened_to, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_words_about_the_connection, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_threads, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
