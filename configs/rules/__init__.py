"""All rules, discovered automatically: a rule is a module of this package with a `RULE`.

`Rules` is the key `rules` of a camera file, built from the descriptors: a rule is on when its key is present.
"""

from importlib import import_module
from pkgutil import iter_modules
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import Field, create_model, field_validator

from configs.model import Configured
from configs.refusals import refused
from configs.rules.descriptor import RuleDescriptor
from configs.rules.parameters import Passage
from contract.types import RuleName

ParametersT = TypeVar("ParametersT", bound=Configured)


def _found() -> dict[str, RuleDescriptor]:
    modules = [import_module(f"{__name__}.{module.name}") for module in iter_modules(__path__)]
    rules: list[RuleDescriptor] = [module.RULE for module in modules if hasattr(module, "RULE")]
    return {rule.name: rule for rule in sorted(rules, key=lambda rule: rule.order)}


RULES = _found()
"""Every rule by its name, in display order."""

RANKED = tuple(
    rule.name
    for rule in sorted(
        (rule for rule in RULES.values() if rule.rank is not None), key=lambda rule: rule.rank or 0
    )
)
"""Rules that exclude each other in one act; the first one is reported."""


class RuleSet(Configured):
    """The rules of one camera; a rule whose key is missing is off."""

    passage: Passage = Passage()
    precedence: tuple[RuleName, ...] = Field(
        default=RANKED,
        description="one act under several of these is reported under the first, which names the others",
    )

    @field_validator(*RULES, mode="before", check_fields=False)
    @classmethod
    def _on_is_said(cls, value: Any) -> Any:
        if value is None:
            raise refused(
                "trống: viết {} để bật quy tắc, hoặc bỏ khoá này",
                "empty: write {} to turn the rule on, or leave the key out",
            )
        return value

    @field_validator("precedence")
    @classmethod
    def _names_rules(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        if unknown := [name for name in names if name not in RULES]:
            raise refused(
                f"không có quy tắc {unknown[0]!r}; đang có: {', '.join(RULES)}",
                f"no rule is called {unknown[0]!r}; there are: {', '.join(RULES)}",
            )
        return names

    def of(self, rule: RuleDescriptor) -> Configured | None:
        """The parameters of a rule; None if it is off."""
        found: Configured | None = getattr(self, rule.name)
        return found

    @property
    def on(self) -> tuple[RuleDescriptor, ...]:
        """The active rules, in display order."""
        return tuple(rule for rule in RULES.values() if self.of(rule) is not None)

    def parameters(self, model: type[ParametersT]) -> ParametersT | None:
        """The parameters of the rule that has this model; None if it is off."""
        rule = next(rule for rule in RULES.values() if rule.parameters is model)
        found = self.of(rule)
        return found if isinstance(found, model) else None


if TYPE_CHECKING:

    class Rules(RuleSet):
        """The key `rules` of a camera file, with a key for each rule."""

else:
    Rules = create_model(
        "Rules",
        __base__=RuleSet,
        __doc__="The key `rules` of a camera file, with a key for each rule.",
        **{name: (rule.parameters | None, None) for name, rule in RULES.items()},
    )
