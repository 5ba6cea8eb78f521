"""What a rule is, said once: everything both halves need to know of it but the judgement itself.

A rule is a module of this package with a `RULE`, and a module of the same name in `edge.rules` with a
`judge`. From the descriptor come the key in camera files and its parameters, what `ngatu edge check` asks
for, the order in which acts exclude each other, the words on every page, and which facts the law table asks
of a finding.
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
        version: of its logic; it grows when the same tracks would be judged otherwise.
        order: where it stands in lists.
        label: its name for people.
        parameters: the model of its key in camera files.
        looks: the fewest looks a second at which it can be proved.
        needs: of the scene.
        lamps: rests while a lamp that governs can't be trusted.
        riders: asks who sits on a motorbike.
        rank: one act that breaks several ranked rules is one offence, under the rule of the lowest rank
            (lex specialis: Decree 168/2024 Art. 6.1.a excludes acts listed elsewhere); None: not ranked.
        bases: what exactly may be broken under this rule, where the law tells such acts apart (`Rule.basis`).
        law_facts: what `configs/law/acts.yaml` may ask of a finding: `basis`, `movement`, or a value of its
            reasons.
        reasons: codes this rule alone says, with their words.
        moments: what the stills show.
        one_a_spot: in one episode nobody can come to where another was found: whoever is found there again is
            the same vehicle, under whatever id.
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
