"""The keys of each desk and their explanations, as shown in the help."""

Keys = tuple[tuple[str, str], ...]

_LOOKING: Keys = (
    ("␣", "help.play"),
    ("J", "help.jump"),
    ("H", "help.half_speed"),
    (", .", "help.step"),
    ("Z", "help.zoom"),
    ("B", "help.blink"),
    ("O", "help.overlay"),
    ("[ ]", "help.brightness"),
    ("?", "help.help"),
    ("Esc", "help.close"),
)

OPERATOR_KEYS: Keys = (
    ("A", "help.accept"),
    ("E", "help.edit"),
    ("R", "help.reject"),
    ("S", "help.skip"),
    ("U", "help.undo"),
    *_LOOKING,
)

OFFICER_KEYS: Keys = (
    ("C", "help.confirm"),
    ("T", "help.send_back"),
    ("R", "help.refuse"),
    ("M", "help.resolve"),
    ("L", "help.again"),
    ("K", "help.law"),
    ("G", "help.accident"),
    ("W", "help.owner"),
    ("U", "help.undo"),
    *_LOOKING,
)
