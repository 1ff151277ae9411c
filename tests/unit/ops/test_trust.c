#include "life_fixture.h"
#include "ops/line.h"
#include "ops/trust.h"
#include "rotation_fixture.h"

static struct pki_trust *load(const char *cellar, int64_t as_of)
{
    pki_auto(pki_session) session = fixture_read(cellar);
    struct pki_trust *trust = NULL;
    struct pki_error err = {0};

    EXPECT_OK(pki_trust_load(session, "prod", as_of, &trust, &err), err);
    /* Nothing here looks at the lines' plans, which belong to the session. */
    return trust;
}

static const struct pki_generation *generation(const struct pki_trust *trust, int64_t number)
{
    for (size_t i = 0; i < trust->n_generations; i++)
        if (trust->generations[i].authority.generation == number)
            return &trust->generations[i];
    return NULL;
}

static const char *code_signing(const char *name)
{
    const char *cellar = fixture_cellar(name);

    fixture_root(cellar);
    fixture_line(cellar, "prod", "code-signing");
    return cellar;
}

/* leaf_life and slack of the fixture's line */
#define TAIL (600 + FIXTURE_DAY)

/* From the first generation: by the first of its cut-overs, in whichever order they are looked at.
 */
static void expect_switched(const char *cellar, int64_t expected)
{
    pki_auto(pki_session) session = fixture_read(cellar);
    const struct pki_hierarchy *hierarchy = NULL;
    const struct pki_line_plan *plan = NULL;
    pki_scope(pki_line) line = {0};
    struct pki_error err = {0};
    int64_t at = 0;

    EXPECT_OK(pki_session_hierarchy(session, &hierarchy, &err), err);
    EXPECT_OK(pki_hierarchy_line(hierarchy, "prod", "code-signing", &plan, &err), err);
    EXPECT_OK(pki_line_load(session, plan, &line, &err), err);
    EXPECT_OK(pki_line_switched(session, &line.rows, 1, INT64_MAX, &at, &err), err);
    CU_ASSERT_EQUAL(at, expected);
}

static void test_window_ends_with_the_cutover_alone(void)
{
    const char *cellar = code_signing("window");

    fixture_room.now += FIXTURE_DAY;
    fixture_rotate(cellar, "prod", "code-signing");
    {
        pki_auto(pki_trust) trust = load(cellar, fixture_room.now);
        CU_ASSERT_EQUAL(trust->n_generations, 3);
        for (size_t i = 0; i < trust->n_generations; i++)
            CU_ASSERT_FALSE(trust->generations[i].window.has_end);
        CU_ASSERT_EQUAL(trust->generations[0].authority.generation, 2);
        CU_ASSERT_EQUAL(trust->generations[1].authority.generation, 3);
    }
    fixture_room.now += FIXTURE_DAY;
    int64_t switched = fixture_room.now;
    fixture_cutover(cellar, "prod", "code-signing");
    fixture_room.now += 90 * FIXTURE_DAY;
    fixture_rotate(cellar, "prod", "code-signing");
    fixture_cutover(cellar, "prod", "code-signing");

    expect_switched(cellar, switched);
    pki_auto(pki_trust) trust = load(cellar, fixture_room.now);
    CU_ASSERT_EQUAL(trust->n_generations, 4);
    CU_ASSERT_TRUE(generation(trust, 1)->window.has_end && generation(trust, 2)->window.has_end);
    CU_ASSERT_EQUAL(generation(trust, 1)->window.end, switched + TAIL);
    CU_ASSERT_EQUAL(generation(trust, 1)->window.start, FIXTURE_NOW - 300);
    CU_ASSERT_EQUAL(generation(trust, 2)->window.end, fixture_room.now + TAIL);
    CU_ASSERT_FALSE(generation(trust, 3)->window.has_end);
    CU_ASSERT_FALSE(generation(trust, 4)->window.has_end);
    fixture_room_reset();
}

/* One was never switched to, or nobody wrote it down: the one after it closes both windows. */
static void test_later_cutover_closes_what_was_skipped(void)
{
    const char *cellar = code_signing("skipped");

    fixture_rotate(cellar, "prod", "code-signing");
    fixture_room.now += FIXTURE_DAY;
    fixture_rotate(cellar, "prod", "code-signing");
    fixture_cutover(cellar, "prod", "code-signing");
    pki_auto(pki_trust) trust = load(cellar, fixture_room.now);
    CU_ASSERT_EQUAL(generation(trust, 1)->window.end, fixture_room.now + TAIL);
    CU_ASSERT_EQUAL(generation(trust, 2)->window.end, fixture_room.now + TAIL);
    CU_ASSERT_FALSE(generation(trust, 3)->window.has_end);
    fixture_room_reset();
}

static void test_past_is_as_it_was(void)
{
    const char *cellar = code_signing("past");
    pki_auto(pki_trust) active = NULL;
    struct pki_error err = {0};

    fixture_room.now += FIXTURE_DAY;
    fixture_rotate(cellar, "prod", "code-signing");
    fixture_room.now += FIXTURE_DAY;
    fixture_cutover(cellar, "prod", "code-signing");
    fixture_room.now += FIXTURE_DAY;
    {
        pki_auto(pki_trust) first = load(cellar, FIXTURE_NOW);
        CU_ASSERT_EQUAL(first->n_generations, 2);
        CU_ASSERT_EQUAL(generation(first, 1)->authority.state, PKI_STATE_ACTIVE);
        CU_ASSERT_EQUAL(generation(first, 1)->authority.state_since, FIXTURE_NOW);
        CU_ASSERT_EQUAL(generation(first, 2)->authority.state, PKI_STATE_NEXT);
        CU_ASSERT_FALSE(generation(first, 1)->window.has_end);
    }
    {
        pki_auto(pki_trust) second = load(cellar, FIXTURE_NOW + FIXTURE_DAY);
        CU_ASSERT_EQUAL(second->n_generations, 3);
        CU_ASSERT_EQUAL(generation(second, 1)->authority.state, PKI_STATE_RETIRING);
        CU_ASSERT_FALSE(generation(second, 1)->window.has_end);
    }
    {
        pki_auto(pki_trust) third = load(cellar, FIXTURE_NOW + 2 * FIXTURE_DAY);
        CU_ASSERT_TRUE(generation(third, 1)->window.has_end);
    }
    pki_auto(pki_trust) before = load(cellar, FIXTURE_NOW - 1);
    CU_ASSERT_EQUAL(before->n_roots + before->n_generations, 0);

    pki_auto(pki_session) session = fixture_read(cellar);
    EXPECT_OK(pki_trust_load(session, "prod", FIXTURE_NOW, &active, &err), err);
    CU_ASSERT_EQUAL(pki_trust_active(active, "code-signing")->authority.generation, 1);
    fixture_room_reset();
}

/* Somebody put the clock right: what is recorded counts all the same. */
static void test_clock_that_is_behind_hides_nothing(void)
{
    const char *cellar = code_signing("behind");

    fixture_room.now += 30 * FIXTURE_DAY;
    fixture_rotate(cellar, "prod", "code-signing");
    fixture_room.now -= 29 * FIXTURE_DAY;
    pki_auto(pki_trust) trust = load(cellar, fixture_room.now);
    CU_ASSERT_EQUAL(trust->n_generations, 3);
    CU_ASSERT_EQUAL(generation(trust, 2)->authority.state, PKI_STATE_ACTIVE);
    fixture_room_reset();
}

static void end_by(const char *cellar, const char *authority, const char *reason, int64_t since)
{
    pki_auto(pki_session) session = fixture_open(cellar);
    const struct pki_revoke_request request = {.what = life_serial(session, authority),
                                               .reason = reason,
                                               .treatment = "end",
                                               .has_invalid_since = since != 0,
                                               .invalid_since = since};

    life_revoke(session, &request);
}

static void test_revocation_ends_a_window_and_never_opens_it_again(void)
{
    const char *cellar = code_signing("revoked");

    fixture_room.now += FIXTURE_DAY;
    fixture_rotate(cellar, "prod", "code-signing");
    fixture_cutover(cellar, "prod", "code-signing");
    const int64_t switched = fixture_room.now;
    fixture_room.now += 30 * FIXTURE_DAY;
    const int64_t revoked = fixture_room.now;
    end_by(cellar, "prod-code-signing-g1", "superseded", 0); /* its window was over before */
    end_by(cellar, "prod-code-signing-g2", "superseded", 0);
    end_by(cellar, "prod-code-signing-g3", "keyCompromise", switched - 300 + 1);
    fixture_room.now += FIXTURE_DAY;

    pki_auto(pki_trust) trust = load(cellar, fixture_room.now);
    CU_ASSERT_EQUAL_FATAL(trust->n_generations, 3);
    CU_ASSERT_EQUAL(generation(trust, 1)->window.end, switched + TAIL);
    CU_ASSERT_EQUAL(generation(trust, 2)->window.end, revoked - 300 - 1);
    CU_ASSERT_FALSE(generation(trust, 2)->window.leaked);
    /* One second is left of it. */
    CU_ASSERT_EQUAL(generation(trust, 3)->window.start, generation(trust, 3)->window.end);
    CU_ASSERT_TRUE(generation(trust, 3)->window.leaked);

    pki_auto(pki_trust) then = load(cellar, revoked);
    CU_ASSERT_TRUE(generation(then, 2)->window.has_end);
    pki_auto(pki_trust) before = load(cellar, revoked - 1);
    CU_ASSERT_FALSE(generation(before, 2)->window.has_end);
    fixture_room_reset();
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"a window ends with the cut-over alone", test_window_ends_with_the_cutover_alone},
        {"a later cut-over closes what was skipped", test_later_cutover_closes_what_was_skipped},
        {"the past is as it was", test_past_is_as_it_was},
        {"a revocation ends a window, and never opens it again",
         test_revocation_ends_a_window_and_never_opens_it_again},
        {"a clock that is behind hides nothing", test_clock_that_is_behind_hides_nothing},
        CU_TEST_INFO_NULL,
    };
    CU_SuiteInfo suites[] = {{.pName = "trust", .pTests = tests}, CU_SUITE_INFO_NULL};

    return test_run(suites);
}
