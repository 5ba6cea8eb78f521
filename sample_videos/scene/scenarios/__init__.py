"""The clips: each module makes one scenario from a seed."""

from importlib import import_module
from pkgutil import iter_modules

from ..scenario import Scenario


def scenario(name: str, seed: int) -> Scenario:
    """The scenario with this name. Raises ModuleNotFoundError if there is none."""
    made = import_module(f"{__name__}.{name}").make(seed)
    assert isinstance(made, Scenario)
    return made


def names() -> list[str]:
    """All scenarios: modules of this package with a `make`."""
    modules = [module.name for module in iter_modules(__path__)]
    return [name for name in modules if hasattr(import_module(f"{__name__}.{name}"), "make")]
