"""The money kept: captures, bounced debits, currencies and refunds (sections 3, 6 and 13)."""

from tests.support.events import captured, order_event, order_of, paid, refunded
from tests.support.money import flagged, flags_of, kept

LARGEST = 2**53 - 1
COSTS_1000 = order_event(0, amount=1000)


def test_a_payment_taken_in_parts_is_the_sum_of_its_captures() -> None:
    parts = [captured(1, 400, "cap_1"), captured(2, 350, "cap_2")]
    assert kept(*parts) == 750
    assert order_of(COSTS_1000, *parts)["status"] == "PROCESSING"
    assert order_of(COSTS_1000, *parts, captured(3, 250, "cap_3"))["status"] == "PAID"


def test_a_capture_is_a_fact_by_its_payments_id_and_its_own() -> None:
    first, again = captured(1, 400, "cap_1"), captured(2, 300, "cap_1")
    assert kept(first, again) == 300
    assert kept(first, captured(2, 300, "cap_1", by="pay_2")) == 700


def test_an_event_of_a_payment_without_a_capture_speaks_of_the_same_money() -> None:
    """The greater of the two sums counts."""
    parts = [captured(1, 400, "cap_1"), captured(2, 350, "cap_2")]
    assert kept(*parts, paid(3, 1000)) == 1000
    assert kept(*parts, paid(0, 700)) == 750


def test_an_authorized_payment_is_no_money() -> None:
    assert kept(paid(1, 1000, "authorized")) == 0


def test_what_a_payment_took_before_its_failure_counts_no_more() -> None:
    taken = [captured(1, 400, "cap_1"), paid(2, 700)]
    assert kept(*taken, paid(3, 1000, "failed")) == 0
    assert kept(*taken, paid(3, 1000, "failed"), paid(4, 5, name="pay_2")) == 5


def test_what_a_payment_takes_after_its_failure_counts() -> None:
    bounced = [captured(1, 400, "cap_1"), paid(2, 1000, "failed")]
    assert kept(*bounced, captured(3, 300, "cap_2")) == 300
    assert kept(*bounced, captured(3, 300, "cap_2"), paid(4, 900)) == 900
    assert kept(COSTS_1000, paid(1, 1000, "failed"), paid(2, 1000)) == 1000


def test_the_refunds_of_a_payment_that_failed_stay() -> None:
    bounced = [paid(1, 1000), refunded(2, 300, of=1000), paid(3, 1000, "failed")]
    assert kept(*bounced) == 0
    assert kept(*bounced, captured(4, 1000, "cap_1")) == 700
    assert kept(*bounced, captured(4, 200, "cap_1"), paid(5, 50, name="pay_2")) == 50


def test_a_canceled_payment_keeps_what_it_took() -> None:
    assert kept(paid(1, 1000), paid(2, 1000, "canceled")) == 1000


def test_a_refund_larger_than_its_payment_takes_nothing_from_another() -> None:
    over = refunded(2, 800, of=500)
    assert kept(paid(1, 500), over) == 0
    assert kept(paid(1, 500), over, paid(3, 1000, name="pay_2")) == 1000
    assert kept(refunded(1, 800, of=500), paid(3, 1000, name="pay_2")) == 1000


def test_a_payment_known_only_from_a_refund_is_no_money_until_it_succeeds() -> None:
    refund = refunded(1, 300, of=2500)
    assert kept(refund) == 0
    assert kept(refund, paid(2, 2500, "authorized")) == 0
    assert kept(refund, paid(2, 2500)) == 2200


def test_a_sum_of_captures_beyond_what_is_exact_is_counted_as_the_largest() -> None:
    parts = [captured(1, LARGEST, "cap_1", of=0), captured(2, LARGEST, "cap_2", of=0)]
    assert kept(*parts) == LARGEST
    assert kept(*parts, refunded(3, 1, of=0)) == LARGEST - 1
    assert order_of(*parts)["payments"]["pay_1"]["captured_amount"] == LARGEST


def test_a_sum_of_refunds_beyond_what_is_exact_is_counted_as_the_largest() -> None:
    refunds = [refunded(minute, LARGEST, of=0, name=f"ref_{minute}") for minute in (3, 4)]
    full = paid(1, LARGEST)
    assert kept(full, *refunds) == 0
    assert flagged(full, *refunds) == []
    served = order_of(full, *refunds)["payments"]["pay_1"]
    assert (served["refunded_amount"], served["status"]) == (LARGEST, "REFUNDED")


def test_the_money_is_counted_in_the_currency_of_the_earliest_success_that_names_one() -> None:
    nameless, dollars = paid(1, 100), paid(2, 200, name="pay_2", currency="USD")
    euros = paid(3, 400, name="pay_3", currency="EUR")
    assert kept(nameless, dollars, euros) == 300
    assert kept(nameless, paid(4, 200, name="pay_2", currency="USD"), euros) == 500
    other = ("other_currency", "evt_003", "pay_3")
    assert flagged(nameless, dollars, euros) == [other]


def test_only_a_success_fixes_the_currency() -> None:
    told = [
        paid(1, 500, "authorized", currency="EUR"),
        paid(2, 500, "failed", name="pay_2", currency="EUR"),
        refunded(3, 5, of=50, by="pay_3", currency="EUR"),
    ]
    assert kept(*told, paid(4, 70, name="pay_4", currency="USD")) == 70


def test_the_letter_case_of_a_currency_is_ignored_and_served_as_given() -> None:
    events = [paid(1, 500, currency="usd"), paid(2, 500, name="pay_2", currency="USD")]
    assert kept(*events) == 1000
    assert flagged(*events) == []
    assert [each["currency"] for each in order_of(*events)["payments"].values()] == ["usd", "USD"]


def test_a_currency_of_no_character_names_none() -> None:
    assert kept(paid(1, 5, currency=""), paid(2, 70, name="pay_2", currency="USD")) == 75


def test_each_event_counts_with_the_currency_that_it_names_itself() -> None:
    dollars = paid(1, 1000, currency="USD")
    assert kept(dollars, refunded(2, 300, of=1000)) == 700
    assert kept(dollars, refunded(2, 300, of=1000, currency="EUR")) == 1000
    assert kept(dollars, captured(2, 1500, "cap_1", currency="EUR")) == 1000
    assert kept(dollars, captured(2, 1500, "cap_1")) == 1500


def test_what_was_refunded_in_another_currency_counts_until_the_currency_is_known() -> None:
    """Once a payment has fixed it, earlier events in another currency do not count either."""
    refund = refunded(2, 100, of=100, currency="EUR")
    start = (COSTS_1000, paid(1, 100), refund)
    assert kept(*start) == 0
    assert order_of(*start)["status"] == "CANCELED"
    assert flagged(*start) == []
    later = paid(3, 900, name="pay_2", currency="USD")
    assert kept(*start, later) == 1000
    assert order_of(*start, later)["status"] == "PAID"
    assert flagged(*start, later) == [("other_currency", "evt_002", "ref_1")]


def test_what_does_not_count_is_served_all_the_same() -> None:
    events = [
        paid(1, 1000, currency="USD"),
        captured(2, 700, "cap_1", of=700, by="pay_2", currency="JPY"),
        refunded(3, 200, of=700, by="pay_2", currency="JPY"),
    ]
    assert order_of(*events)["payments"]["pay_2"] == {
        "date": "2026-03-01T12:02:00.000Z",
        "status": "SUCCEEDED",
        "amount": 700,
        "captured_amount": 700,
        "refunded_amount": 200,
        "currency": "JPY",
    }


def test_each_payment_capture_or_refund_that_does_not_count_is_flagged() -> None:
    events = [
        paid(1, 1000, currency="USD"),
        paid(2, 1000, "authorized", name="pay_2", currency="JPY"),
        paid(3, 1000, name="pay_2", currency="JPY"),
        captured(4, 10, "cap_1", by="pay_3", currency="JPY"),
        captured(5, 20, "cap_2", by="pay_3", currency="JPY"),
        captured(6, 30, "cap_3", by="pay_3", currency="USD"),
        refunded(7, 5, of=1000, by="pay_2", currency="JPY"),
        paid(8, 1000, "failed", name="pay_2", currency="JPY"),
    ]
    assert flagged(*events) == [
        ("other_currency", "evt_003", "pay_2"),
        ("other_currency", "evt_004", "pay_3"),
        ("other_currency", "evt_005", "pay_3"),
        ("other_currency", "evt_007", "ref_1"),
    ]


def test_a_payment_whose_refunds_are_more_than_it_ever_took_is_flagged_at_its_latest_refund() -> (
    None
):
    first, second = refunded(2, 300, of=500), refunded(3, 300, of=500, name="ref_2")
    over = [("refund_exceeds_payment", "evt_003", "pay_1")]
    assert flagged(paid(1, 500), first) == []
    assert flagged(paid(1, 500), first, second) == over
    assert flagged(paid(5, 500), first, second) == over
    assert flagged(paid(1, 600), first, second) == []


def test_refunds_of_a_payment_that_is_not_known_to_have_succeeded_are_not_flagged() -> None:
    assert flagged(refunded(1, 800, of=500)) == []
    assert flagged(refunded(1, 800, of=500), paid(2, 500, "authorized")) == []


def test_what_a_payment_took_before_it_failed_is_still_what_it_ever_took() -> None:
    bounced = [paid(1, 500), refunded(2, 400, of=500), paid(3, 500, "failed")]
    assert flagged(*bounced) == []
    assert flagged(*bounced, captured(4, 100, "cap_1", of=500)) == []


def test_refunds_and_payments_are_compared_as_far_as_they_count() -> None:
    dollars = paid(1, 500, currency="USD")
    euros = refunded(2, 800, of=500, currency="EUR")
    assert flagged(dollars, euros) == [("other_currency", "evt_002", "ref_1")]
    over = refunded(3, 501, of=500, name="ref_2", currency="USD")
    assert flagged(dollars, over, refunded(4, 5, of=500, name="ref_3", currency="EUR")) == [
        ("refund_exceeds_payment", "evt_003", "pay_1"),
        ("other_currency", "evt_004", "ref_3"),
    ]
    taken = paid(2, 500, name="pay_2", currency="EUR")
    assert ("refund_exceeds_payment", "evt_003", "pay_2") in flagged(
        dollars, taken, refunded(3, 1, of=500, by="pay_2", currency="usd")
    )


def test_a_flag_says_what_was_wanted_what_was_done_and_what_to_change() -> None:
    (flag,) = flags_of(paid(1, 5, currency="USD"), paid(2, 500, name="pay_2", currency="JPY"))
    assert flag.message == (
        "The payment should take 500 in JPY, but the order's money is counted in USD. It is served "
        "and does not count. If the currency is wrong, void the event and send it again with the "
        "right one."
    )
    (flag,) = flags_of(paid(1, 500), refunded(2, 800, of=500))
    assert flag.message == (
        "The refunds should give back 800, but the payment took 500. What is more than it took was "
        "not taken from other payments. Void the refund that is too much, or send the "
        "payment.succeeded that is missing."
    )


def test_a_message_repeats_no_text_that_is_no_currency() -> None:
    """The message is one line, however long or strange the text is."""
    first = paid(1, 5, currency="dollars of the United States")
    (captured_part, refund) = flags_of(
        first,
        captured(2, 500, "cap_1", by="pay_2", currency="a\nb"),
        refunded(3, 5, of=5, currency="EUR"),
    )
    assert captured_part.message.startswith(
        "The capture should take 500 in another currency, but the order's money is counted in that "
        "of its earliest payment.succeeded. "
    )
    assert refund.message.startswith("The refund should give back 5 in EUR, but ")
