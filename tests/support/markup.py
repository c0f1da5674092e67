"""HTML as a browser parses it: a tree of elements, and their readable text."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Final

_VOID: Final = frozenset({"br", "input", "link", "meta"})
_INLINE: Final = frozenset({"a", "bdi", "code", "s", "small", "span", "strong", "time"})


@dataclass
class Element:
    """An element with its attributes and content."""

    tag: str
    attributes: dict[str, str] = field(default_factory=dict)
    content: "list[Element | str]" = field(default_factory=list)

    def all(self) -> "Iterator[Element]":
        """Yield this element and every element in it."""
        yield self
        for each in self.content:
            if isinstance(each, Element):
                yield from each.all()

    def find(self, tag: str, **attributes: str) -> "list[Element]":
        """Return the elements with this tag and these attributes."""
        return [
            each
            for each in self.all()
            if each.tag == tag and attributes.items() <= each.attributes.items()
        ]

    def one(self, tag: str, **attributes: str) -> "Element":
        """Return the only element with this tag and these attributes."""
        (found,) = self.find(tag, **attributes)
        return found

    def part(self, name: str) -> "Element":
        """Return the element with this id."""
        (found,) = (each for each in self.all() if each.attributes.get("id") == name)
        return found

    @property
    def text(self) -> str:
        """The readable text, with runs of whitespace collapsed."""
        return " ".join("".join(self._texts()).split())

    def rows(self) -> list[list[str]]:
        """Return the texts of the cells of each row, without header rows."""
        return [
            [cell.text for cell in row.content if isinstance(cell, Element)]
            for row in self.find("tr")
            if not any(cell.attributes.get("scope") == "col" for cell in row.find("th"))
        ]

    def links(self) -> dict[str, str]:
        """Return the addresses of the links by their text."""
        return {each.text: each.attributes["href"] for each in self.find("a")}

    def _texts(self) -> Iterator[str]:
        edge = "" if self.tag in _INLINE else " "
        yield edge
        for each in self.content:
            yield from each._texts() if isinstance(each, Element) else (each,)
        yield edge


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.path = [Element("document")]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {name: value or "" for name, value in attrs})
        self.path[-1].content.append(element)
        if tag not in _VOID:
            self.path.append(element)

    def handle_endtag(self, tag: str) -> None:
        assert self.path[-1].tag == tag, f"</{tag}> in <{self.path[-1].tag}>"
        self.path.pop()

    def handle_data(self, data: str) -> None:
        self.path[-1].content.append(data)


def read_html(text: str) -> Element:
    """Parse a whole page; fail unless every element is closed where it should be."""
    reader = _Reader()
    reader.feed(text)
    reader.close()
    (document,) = reader.path
    return document
