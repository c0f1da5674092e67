"""A dictionary whose values are read from their stored form when they are first asked for."""

from collections.abc import Callable, Iterator, Mapping, MutableMapping
from typing import Any, Final, Generic, TypeVar

T = TypeVar("T")


class ReadOnDemand(MutableMapping[str, T], Generic[T]):
    """Values by name. An event of a long order asks for few of them."""

    def __init__(self, forms: Mapping[str, Any], read: Callable[[Any], T]) -> None:
        """Use the stored forms; `read` may raise when a value is asked for."""
        self._forms: Final = dict(forms)
        self._read: Final = read
        self._values: Final[dict[str, T]] = {}

    def __getitem__(self, name: str) -> T:
        if name not in self._values:
            self._values[name] = self._read(self._forms[name])
        return self._values[name]

    def __setitem__(self, name: str, value: T) -> None:
        self._forms.setdefault(name, None)
        self._values[name] = value

    def __delitem__(self, name: str) -> None:
        del self._forms[name]
        self._values.pop(name, None)

    def __iter__(self) -> Iterator[str]:
        return iter(self._forms)

    def __len__(self) -> int:
        return len(self._forms)
