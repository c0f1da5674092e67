"""The seal of a number is that of its JSON, however often it was sealed before."""

from order_projector.projection.seal import SEAL, broken, seal_of


def test_a_seal_tells_true_from_one() -> None:
    sealed = {"counter": 1, "erased": True}

    assert broken({**sealed, SEAL: seal_of(sealed)}) == ()
    assert broken({"counter": True, "erased": 1, SEAL: seal_of(sealed)}) == ("counter", "erased")


def test_a_number_beyond_64_bits_has_a_seal() -> None:
    sealed = {"counter": 2**70}

    assert broken({"counter": 2**70, SEAL: seal_of(sealed)}) == ()
    assert broken({"counter": 2**70 + 1, SEAL: seal_of(sealed)}) == ("counter",)
