"""The definition of a rule in one place: everything node and centre need except the judgement itself.

A rule is a module of this package with a `RULE`, and a module of the same name in `edge.rules` with a
`judge`. The descriptor gives the key in camera files and its parameters, the requirements checked by `ngatu
edge check`, the order in which acts exclude each other, the words on every page, and the facts of a finding
that the law table uses.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from configs.model import Configured
from configs.scene import Scene
from configs.wording import Dictionary, Words

Moment = Literal["before", "over", "continuing"]


@dataclass(frozen=True)
class Need:
    """Something a rule needs of a camera's scene; `missing` says what to draw."""

    met: Callable[[Scene], bool]
    missing: Words


@dataclass(frozen=True)
class RuleDescriptor:
    """One rule.

    Args:
        name: key in camera files, in manifests and in the law table; name of the judge's module.
        version: of its logic; it increases when the same tracks would be judged differently.
        order: its position in lists.
        label: its display name.
        parameters: the model of its key in camera files.
        looks: the fewest looks a second with which it can be proved.
        needs: what it needs in the scene.
        lamps: rests while a governing lamp is unreliable.
        riders: needs the people on a motorbike.
        rank: one act that breaks several ranked rules is one offence, under the rule of the lowest rank
            (lex specialis: Decree 168/2024 Art. 6.1.a excludes acts listed elsewhere); None: not ranked.
        bases: what exactly may be broken under this rule, if the law distinguishes such acts (`Rule.basis`).
        law_facts: facts of a finding that `configs/law/acts.yaml` may use: `basis`, `movement`, or a value of
            its reasons.
        reasons: codes only this rule uses, with their words.
        moments: content of the stills.
        one_a_spot: within one episode no other vehicle can reach the place of a finding: a second finding
            there is of the same vehicle, whatever its id.
    """

    name: str
    version: int
    order: int
    label: Words
    parameters: type[Configured]
    looks: float
    needs: tuple[Need, ...] = ()
    lamps: bool = False
    riders: bool = False
    rank: int | None = None
    bases: Dictionary = field(default_factory=dict)
    law_facts: tuple[str, ...] = ()
    reasons: Dictionary = field(default_factory=dict)
    moments: dict[Moment, Words] = field(default_factory=dict)
    one_a_spot: bool = False
