"""Payments and refunds."""

from typing import Final, Unpack

from order_projector.testing.checks import (
    Json,
    cents,
    derived,
    given,
    identifier,
    known,
    present,
    text_in,
)
from order_projector.testing.event import Event, Stamp, after, an_event, build_event, usual

_AUTHORIZED: Final = 2
_SUCCEEDED: Final = 3
_ENDED: Final = 4
_REFUNDED: Final = 5

_HOLDING: Final = ("payment.authorized", "payment.succeeded")
_ENDING: Final = ("payment.failed", "payment.canceled")


class PaymentOptions(Stamp, total=False):
    """Options of a payment's event; ``payment`` is its id, or an earlier event of the same one."""

    payment: "str | Event"
    currency: str
    method: str


def payment_authorized(order_id: str, amount: int, **options: Unpack[PaymentOptions]) -> Event:
    """Create a ``payment.authorized`` event for ``amount`` cents.

    Raises TypeError or ValueError naming what is wrong.
    """
    return _payment("authorized", order_id, amount, options, _AUTHORIZED)


def payment_succeeded(order_id: str, amount: int, **options: Unpack[PaymentOptions]) -> Event:
    """Create a ``payment.succeeded`` event for ``amount`` cents.

    By default the payment's id is derived from order and amount: the same amount twice is the same
    payment twice, whereas `paid_in_parts` gives equal parts different ids. Raises TypeError or
    ValueError naming what is wrong.
    """
    return _payment("succeeded", order_id, amount, options, _SUCCEEDED)


def payment_failed(
    order_id: str, amount: int | None = None, **options: Unpack[PaymentOptions]
) -> Event:
    """Create a ``payment.failed`` event. Raises TypeError or ValueError naming what is wrong."""
    return _payment("failed", order_id, amount, options, _ENDED)


def payment_canceled(
    order_id: str, amount: int | None = None, **options: Unpack[PaymentOptions]
) -> Event:
    """Create a ``payment.canceled`` event.

    Raises TypeError or ValueError naming what is wrong.
    """
    return _payment("canceled", order_id, amount, options, _ENDED)


def paid_in_parts(
    order_id: str, *amounts: int, currency: str = "USD", method: str = "card"
) -> tuple[Event, ...]:
    """Create several payments of one order, each succeeding one minute after the previous one.

    Raises TypeError or ValueError naming what is wrong.
    """
    identifier("order_id", order_id)
    return tuple(
        payment_succeeded(
            order_id,
            amount,
            payment=derived("pay", order_id, "part", str(number)),
            currency=currency,
            method=method,
            at=usual(_SUCCEEDED + number - 1),
        )
        for number, amount in enumerate(amounts, start=1)
    )


class CaptureOptions(Stamp, total=False):
    """Options of a capture's event; ``capture`` is its id."""

    capture: str


def payment_captured(
    of: Event, amount: int | None = None, **options: Unpack[CaptureOptions]
) -> Event:
    """Create a ``payment.succeeded`` event that takes ``amount`` cents of a payment, or all of it.

    By default the capture's id is derived from payment and amount: equal parts need names
    (``capture="cap_2"``). It happens after the payment's event.
    Raises TypeError or ValueError naming what is wrong.
    """
    known(options, CaptureOptions.__annotations__, "payment_captured")
    payment = an_event("of", of).data.get("payment", {})
    if of.type not in _HOLDING or "amount" not in payment:
        raise ValueError(f"of: {of.type} names no amount that could be captured")
    taken = cents("amount", payment["amount"] if amount is None else amount)
    name = given("capture", options.get("capture"), derived("cap", payment["id"], str(taken)))
    capture = present(id=name, amount=taken)
    data = {"payment": payment, "capture": capture}
    time = max(usual(_SUCCEEDED), after(of.created_at, 1))
    return build_event("payment.succeeded", of.order_id, data, options, time)


class RefundOptions(Stamp, total=False):
    """Options of a refund's event; ``refund`` is its id."""

    refund: str
    reason: str


def payment_refunded(
    of: Event, amount: int | None = None, **options: Unpack[RefundOptions]
) -> Event:
    """Create a refund of ``amount`` cents of a payment or capture, or of all of it.

    By default its id is derived from payment, capture and amount, and it happens after the
    payment's event.
    Raises TypeError or ValueError naming what is wrong.
    """
    known(options, RefundOptions.__annotations__, "payment_refunded")
    payment = an_event("of", of).data.get("payment", {})
    if of.type in _ENDING or "amount" not in payment:
        raise ValueError(f"of: {of.type} has received no amount that could be refunded")
    capture: Json = of.data.get("capture", {})
    whole = capture or payment
    given_back = cents("amount", whole["amount"] if amount is None else amount)
    of_capture = [capture["id"]] if capture else []
    name = derived("ref", payment["id"], *of_capture, str(given_back))
    refund = present(
        id=given("refund", options.get("refund"), name),
        amount=given_back,
        reason=text_in(options, "reason"),
    )
    data = {"payment": payment, "refund": refund}
    time = max(usual(_REFUNDED), after(of.created_at, 1))
    return build_event("payment.refunded", of.order_id, data, options, time)


def _payment(
    kind: str, order_id: str, amount: int | None, options: PaymentOptions, minute: int
) -> Event:
    known(options, PaymentOptions.__annotations__, f"payment_{kind}")
    identifier("order_id", order_id)
    of = options.get("payment")
    if isinstance(of, Event):
        name = _name_of(of, order_id)
    else:
        usually = derived("pay", order_id, *([] if amount is None else [str(amount)]))
        name = given("payment", of, usually)
    payment = present(
        id=name,
        order_id=order_id,
        amount=None if amount is None else cents("amount", amount),
        currency=text_in(options, "currency", "USD"),
        method=text_in(options, "method", "card"),
    )
    return build_event(f"payment.{kind}", order_id, {"payment": payment}, options, usual(minute))


def _name_of(of: Event, order_id: str) -> str:
    told_of: Json = of.data.get("payment", {})
    if "id" not in told_of or of.order_id != order_id:
        raise ValueError(f"payment: {of.type} of {of.order_id} is not a payment of {order_id}")
    return str(told_of["id"])
