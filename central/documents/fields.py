"""Names a template uses that the values of its paper don't have, found in its text: also in branches that no
sample takes.
"""

from collections.abc import Iterator
from difflib import get_close_matches
from types import UnionType
from typing import Any, Union, get_args, get_origin

from jinja2 import meta, nodes

from central.documents.values import MODELS, Edition, Part

OFFERED = ("paper", "form", "template", "values_sha256", "trial")
"""What a template may use besides functions."""

Unknown = tuple[int, str, str, bool]
"""Line, name, names close to it, and whether it is a field of the paper (otherwise a name)."""

Scope = dict[str, Any]
"""The types of the names that hold values of the paper."""


def unknown_names(tree: nodes.Template, kind: str, functions: set[str]) -> list[Unknown]:
    """Names and fields that don't exist, in the order of the text."""
    known = {*OFFERED, *functions, *_defined(tree)}
    missing = meta.find_undeclared_variables(tree) - known
    found: list[Unknown] = [
        (node.lineno, node.name, _near(node.name, known), False)
        for node in tree.find_all(nodes.Name)
        if node.ctx == "load" and node.name in missing
    ]
    found += _fields(tree, {"paper": MODELS[kind], "form": Edition})
    return sorted(set(found))


def _defined(tree: nodes.Template) -> Iterator[str]:
    """Names the text defines itself. Those outside of a block hold within it, unlike Jinja's `meta` has
    it.
    """
    for imported in tree.find_all(nodes.FromImport):
        yield from (name if isinstance(name, str) else name[1] for name in imported.names)
    yield from (whole.target for whole in tree.find_all(nodes.Import))
    yield from (macro.name for macro in tree.find_all(nodes.Macro))
    yield from (node.name for node in tree.find_all(nodes.Name) if node.ctx == "store")


def _near(name: str, known: Any) -> str:
    return ", ".join(get_close_matches(name, sorted(known), n=3))


def _fields(node: nodes.Node, scope: Scope) -> Iterator[Unknown]:
    """Fields that don't exist, with the names that loops introduce."""
    if isinstance(node, nodes.For):
        yield from _fields(node.iter, scope)
        inner = dict(scope)
        for name in node.target.find_all(nodes.Name):
            inner.pop(name.name, None)
        if isinstance(node.target, nodes.Name):
            inner[node.target.name] = _element(_type(node.iter, scope))
            inner.pop("loop", None)
        for child in (*node.body, *node.else_, *([node.test] if node.test else [])):
            yield from _fields(child, inner)
        return
    if isinstance(node, nodes.Macro | nodes.CallBlock):
        scope = {name: kind for name, kind in scope.items() if name not in {arg.name for arg in node.args}}
    if isinstance(node, nodes.Assign) and isinstance(node.target, nodes.Name):
        scope[node.target.name] = _type(node.node, scope)
    if isinstance(node, nodes.Getattr):
        owner = _type(node.node, scope)
        if _is_part(owner) and node.attr not in owner.model_fields:
            yield node.lineno, _path(node), _near(node.attr, owner.model_fields), True
    for child in node.iter_child_nodes():
        yield from _fields(child, scope)


def _path(node: nodes.Node) -> str:
    if isinstance(node, nodes.Getattr):
        return f"{_path(node.node)}.{node.attr}"
    return node.name if isinstance(node, nodes.Name) else "…"


def _type(node: nodes.Node, scope: Scope) -> Any:
    """The type of an expression that leads to a value of the paper; None if it can't be told."""
    if isinstance(node, nodes.Name):
        return scope.get(node.name)
    if isinstance(node, nodes.Getattr):
        owner = _type(node.node, scope)
        if _is_part(owner) and node.attr in owner.model_fields:
            return _without_none(owner.model_fields[node.attr].annotation)
    if isinstance(node, nodes.Getitem):
        return _element(_type(node.node, scope))
    return None


def _is_part(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, Part)


def _without_none(annotation: Any) -> Any:
    if get_origin(annotation) in (Union, UnionType):
        kinds = [each for each in get_args(annotation) if each is not type(None)]
        return kinds[0] if len(kinds) == 1 else None
    return annotation


def _element(annotation: Any) -> Any:
    """What a tuple of any length holds."""
    arguments = get_args(annotation)
    return arguments[0] if get_origin(annotation) is tuple and arguments[1:] == (...,) else None


def offered(kind: str) -> list[tuple[str, bool]]:
    """The fields of a kind of paper as templates write them (`paper.acts[].fine`), and whether every such
    paper has them.
    """
    return list(_offered(MODELS[kind], "paper", needed=True))


def _offered(part: type[Part], path: str, *, needed: bool) -> Iterator[tuple[str, bool]]:
    for name, info in part.model_fields.items():
        if name in ("kind", "edition"):
            continue
        kind, obligatory = _without_none(info.annotation), needed and info.is_required()
        inner = _element(kind)
        if _is_part(kind):
            yield from _offered(kind, f"{path}.{name}", needed=obligatory)
        elif _is_part(inner):
            yield from _offered(inner, f"{path}.{name}[]", needed=obligatory)
        else:
            yield f"{path}.{name}", obligatory
