"""Every input by seed and number: an event with one mutation."""

from collections.abc import Callable, Mapping, Sequence
from random import Random

from tests.fuzz.decoding.cases import Case
from tests.fuzz.decoding.corpus import Sample, sample
from tests.fuzz.decoding.in_data import IN_DATA
from tests.fuzz.decoding.in_envelopes import IN_ENVELOPES
from tests.fuzz.decoding.in_lists import IN_LISTS
from tests.fuzz.decoding.in_text import IN_TEXT, oversize

Mutation = Callable[[Random, Sample], Case]

OVERSIZE_IN = 250
"""One input in this many is about as large as a value may be; those are slow to make."""

_OFTEN: Sequence[Mutation] = (*IN_DATA, *IN_LISTS, *IN_ENVELOPES, *IN_TEXT)
"""Every mutation, repeated according to how often it is to be chosen."""

MUTATIONS: Mapping[str, Mutation] = {mutation.__name__: mutation for mutation in _OFTEN}


def make(seed: int, number: int) -> tuple[str, str, Case]:
    """Return the mutation's name, the envelope and type, and the input of that number."""
    random = Random(f"{seed}/{number}")
    event = sample(random)
    about = f"{event.style} {event.type}"
    if number % OVERSIZE_IN == OVERSIZE_IN - 1:
        return oversize.__name__, about, oversize(random, event)
    mutation = random.choice(_OFTEN)
    case = mutation(random, event)
    return mutation.__name__, f"{event.style} {event.type}", case
