"""Templates of papers are run as untrusted text: Jinja2's sandbox, only fields of the paper's values, no file
but the packaged parts.
"""

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any, ClassVar

from jinja2 import BaseLoader, ChoiceLoader, DictLoader, FunctionLoader, StrictUndefined
from jinja2.exceptions import SecurityError
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup

from central.documents import phrases
from central.documents.values import Part
from contract.canonical import sha256_hex

FOLDER = Path(__file__).parent / "templates"
PARTS = ("_page.html", "_base.html")
"""What a template may extend or import."""

STYLE = "style.css"
"""The style sheet of every paper."""

SHARED = (*PARTS, STYLE)
"""What all forms share, and an update of the software may change."""

FUNCTIONS = ("dong", "dong_in_words", "long_day", "short_day", "clock")
_NOT_OFFERED = ("safe", "xmlattr", "random", "pprint")
"""Filters that would let markup through, or give another result each time."""

_LARGEST_NUMBER = 10**15


def hashes_of_shared() -> dict[str, str]:
    """The SHA-256 of each shared part as it is now."""
    return {name: sha256_hex((FOLDER / name).read_bytes()) for name in SHARED}


class UnknownFieldError(Exception):
    """A template asks for a field that the values don't have."""

    def __init__(self, part: type[Part], name: str) -> None:
        super().__init__(part, name)
        self.part = part
        self.name = name


class PaperEnvironment(ImmutableSandboxedEnvironment):
    """The sandbox; `read` holds which fields of which values were read, by the values' identity."""

    intercepted_binops: ClassVar[frozenset[str]] = frozenset(("*", "**", "%"))  # type: ignore[misc]

    def __init__(self, loader: BaseLoader) -> None:
        super().__init__(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True)
        self.read: set[tuple[int, str]] = set()
        for name in _NOT_OFFERED:
            del self.filters[name]
        del self.globals["lipsum"]
        self.globals |= {name: getattr(phrases, name) for name in FUNCTIONS} | {"qr": qr}

    def getattr(self, obj: Any, attribute: str) -> Any:
        """A field of the values, nothing else of them; otherwise as the sandbox allows."""
        return self._field(obj, attribute) if isinstance(obj, Part) else super().getattr(obj, attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:
        """See `getattr`."""
        return self._field(obj, argument) if isinstance(obj, Part) else super().getitem(obj, argument)

    def _field(self, part: Part, name: object) -> Any:
        if not isinstance(name, str) or name not in type(part).model_fields:
            raise UnknownFieldError(type(part), str(name))
        self.read.add((id(part), name))
        return getattr(part, name)

    def unsafe_undefined(self, _obj: Any, attribute: str) -> Any:
        """Ends with what is refused; Jinja would go on until it is used."""
        raise SecurityError(f".{attribute}")

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        """Arithmetic of numbers of usual size; text is not repeated, and nothing is raised to a power."""
        for side in (left, right):
            if operator == "**" or not isinstance(side, int | float) or abs(side) > _LARGEST_NUMBER:
                raise SecurityError(operator)
        return super().call_binop(context, operator, left, right)


def environment(images: Mapping[str, str], source: str | None, template: str) -> PaperEnvironment:
    """The sandbox for one paper. `source`: an uploaded template of that name, which may use `PARTS`; None for
    a packaged one.
    """
    loader: BaseLoader = FunctionLoader(partial(_packaged, None))
    if source is not None:
        loader = ChoiceLoader([DictLoader({template: source}), FunctionLoader(partial(_packaged, PARTS))])
    made = PaperEnvironment(loader)
    made.globals["image"] = partial(_image, images)
    return made


def _packaged(only: tuple[str, ...] | None, name: str) -> str | None:
    path = FOLDER / name
    known = name in only if only is not None else path.parent == FOLDER
    return path.read_text(encoding="utf-8") if known and path.suffix == ".html" and path.exists() else None


def qr(link: str) -> Markup:
    """A QR code as SVG."""
    import segno

    return Markup(segno.make(link, error="m").svg_inline(scale=1, border=2))  # noqa: S704 (made by us, nothing from outside)


def _image(images: Mapping[str, str], name: str) -> Markup:
    content = images.get(name)
    if content is None:
        return Markup("<p>{}</p>").format(f"(thiếu tệp {name})")
    return Markup('<img src="{}" alt="">').format(address_of(content))


def address_of(content: str) -> str:
    """A picture as the address under which a page shows it."""
    return f"data:image/jpeg;base64,{content}"
