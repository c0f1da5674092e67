"""Count what a redemption contributes to a line."""

from order_projector.domain.lines import CartLine, LineContribution, Totals


def count_in(
    contribution: LineContribution,
    entry: CartLine | None,
    totals: tuple[Totals, ...],
    sign: int = 1,
) -> None:
    """Add a contribution to sums, those of its line among them (or, with sign -1, subtract it)."""
    _, discount, quantity, amount, covered, counts_units, _, calculated = contribution
    holders, effects = sign if quantity > 0 else 0, sign if counts_units else 0
    if sign < 0:
        discount, quantity, amount, covered = -discount, -quantity, -amount, -covered
    touches = quantity or amount or covered
    for sums in totals:
        sums.discount += discount
        sums.unit_effects += effects
        if touches:
            sums.quantity += quantity
            sums.amount += amount
            sums.covered += covered
            sums.holder_count += holders
            sums.touch_units = True
            if calculated:
                sums.calculated = sums.calculated.plus(contribution.units, sign)
    if touches and entry is not None:
        entry.become(entry.line, added_by_discount=entry.added_by_discount)
