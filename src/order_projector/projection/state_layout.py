"""The layout of the projection state in a document: the names and shapes of its members.

The names are decided here once; renaming a class or a field elsewhere does not change them. Text
that may contain any character (a fact's identity, a topic) is a value, never a field name.
docs/reference/stored-form.md describes it for readers; a change of it is a new layout.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import Annotated, Any, Final, NamedTuple

from pydantic import Field, Strict, StrictBool, StrictBytes, StrictStr, TypeAdapter, ValidationError

from order_projector.projection.long_orders.fact_layout import (
    FactLayout,
    facts_laid_out,
    read_facts,
)
from order_projector.projection.names.layout import (
    ClaimLayout,
    ImportLayout,
    NameLayout,
    claims_laid_out,
    imports_laid_out,
    name_laid_out,
    read_claims,
    read_imports,
    read_name,
)
from order_projector.projection.ports import ProjectionState
from order_projector.projection.seal import has_broken_checkpoint
from order_projector.projection.stored import Malformed, SegmentRef, StoredCheckpoint, StoredFlag

LAYOUT: Final = 1
"""The number of this layout."""

_Number = Annotated[int, Strict(), Field(ge=1)]
_Place = Annotated[int, Strict(), Field(ge=0)]
_Layout = Annotated[int, Strict(), Field(ge=LAYOUT, le=LAYOUT)]


class Published(NamedTuple):
    """The part of a projection state that an announcement needs, besides the order."""

    revision: int
    changes: tuple[str, ...]
    causes: tuple[str, ...]
    traceparent: str | None
    flags: tuple[StoredFlag, ...]
    erased: bool


@dataclass(frozen=True, slots=True)
class _Segment:
    id: StrictStr
    facts: _Number
    size: _Place


@dataclass(frozen=True, slots=True)
class _Checkpoint:
    rules: _Number
    form: _Number
    covers: _Place
    at: Annotated[int, Strict()]
    event: StrictStr
    names: StrictBytes
    state: StrictStr


@dataclass(frozen=True, slots=True)
class _Flag:
    code: StrictStr
    event: StrictStr
    about: StrictStr
    message: StrictStr


@dataclass(frozen=True, slots=True, kw_only=True)
class _Published:
    layout: _Layout
    revision: _Place
    changes: list[StrictStr]
    causes: list[StrictStr]
    traceparent: StrictStr | None
    flags: list[_Flag]
    revision_flags: list[_Flag] | None
    erased: StrictBool


@dataclass(frozen=True, slots=True, kw_only=True)
class _State(_Published):
    rules: _Number
    written_at: _Place
    counter: _Number
    facts: list[FactLayout]
    texts: list[StrictStr]
    apart: list[_Segment]
    checkpoint: _Checkpoint | None
    claims: list[ClaimLayout]
    imports: list[ImportLayout]
    name: NameLayout | None
    digests: dict[StrictStr, StrictStr]
    pending: list[StrictStr]
    retired: list[StrictStr]
    offsets: list[tuple[StrictStr, _Place, _Place]]
    refold: StrictBool = False


_PUBLISHED: Final = TypeAdapter(_Published)
_STATE: Final = TypeAdapter(_State)


def laid_out(state: ProjectionState, written_at: int) -> dict[str, Any]:
    """Return the members of a state, written at that time (milliseconds), in their stored order."""
    facts, texts = facts_laid_out(state.facts)
    members = {
        "layout": LAYOUT,
        "rules": state.rules,
        "written_at": written_at,
        "counter": state.counter,
        "revision": state.revision,
        "erased": state.erased,
        "facts": facts,
        "texts": texts,
        "apart": [asdict(segment) for segment in state.apart],
        "checkpoint": state.checkpoint and asdict(state.checkpoint),
        "claims": claims_laid_out(state.claims),
        "imports": imports_laid_out(state.imports),
        "name": name_laid_out(state.name),
        "digests": dict(state.digests),
        "changes": list(state.changes),
        "causes": list(state.causes),
        "pending": list(state.pending),
        "retired": list(state.retired),
        "offsets": [[*source, offset] for source, offset in state.offsets.items()],
        "traceparent": state.traceparent,
        "flags": [flag.as_json() for flag in state.flags],
        "revision_flags": (
            None
            if state.revision_flags == state.flags
            else [flag.as_json() for flag in state.revision_flags]
        ),
    }
    if state.refold:
        members["refold"] = True
    return members


def read(members: Any) -> ProjectionState:
    """Return the state that `laid_out` wrote, without a damaged checkpoint. Raises `Malformed`."""
    try:
        state = _STATE.validate_python(members)
    except ValidationError as error:
        raise _malformed(error) from None
    facts = read_facts(state.facts, state.texts)
    checkpoint = StoredCheckpoint(**asdict(state.checkpoint)) if state.checkpoint else None
    if has_broken_checkpoint(members):
        checkpoint = None
    if checkpoint and checkpoint.covers > len(facts):
        raise Malformed("checkpoint", "covers more facts than there are")
    with _naming("imports"):
        imports = read_imports(state.imports)
    with _naming("name"):
        name = read_name(state.name)
    flags = _flags(state.flags)
    return ProjectionState(
        counter=state.counter,
        revision=state.revision,
        facts=facts,
        digests=state.digests,
        changes=tuple(state.changes),
        causes=tuple(state.causes),
        pending=tuple(state.pending),
        retired=tuple(state.retired),
        offsets={(topic, partition): offset for topic, partition, offset in state.offsets},
        traceparent=state.traceparent,
        flags=flags,
        revision_flags=_of_revision(state, flags),
        rules=state.rules,
        erased=state.erased,
        claims=read_claims(state.claims),
        imports=imports,
        name=name,
        apart=tuple(SegmentRef(it.id, it.facts, it.size) for it in state.apart),
        checkpoint=checkpoint,
        refold=state.refold,
    )


@contextmanager
def _naming(field: str) -> Iterator[None]:
    """Raise `Malformed` for a field that cannot be read."""
    try:
        yield
    except ValueError:
        raise Malformed(field, "cannot be read") from None


def published(members: Any) -> Published | None:
    """Return what an announcement needs of a state, read from fewer members; None if malformed."""
    try:
        state = _PUBLISHED.validate_python(members)
    except ValidationError:
        return None
    return Published(
        revision=state.revision,
        changes=tuple(state.changes),
        causes=tuple(state.causes),
        traceparent=state.traceparent,
        flags=_of_revision(state, _flags(state.flags)),
        erased=state.erased,
    )


def _flags(flags: Iterable[_Flag]) -> tuple[StoredFlag, ...]:
    return tuple(StoredFlag(it.code, it.event, it.about, it.message) for it in flags)


def _of_revision(state: _Published, flags: tuple[StoredFlag, ...]) -> tuple[StoredFlag, ...]:
    """Return the flags of the stored revision: null stands for the present ones."""
    return flags if state.revision_flags is None else _flags(state.revision_flags)


def _malformed(error: ValidationError) -> Malformed:
    """Describe the first error by the name of our field, without the value."""
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    return Malformed(str(first["loc"][0]), f"is invalid ({first['type']})")
