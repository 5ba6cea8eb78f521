"""Who may do what: roles are sets of permissions, fixed in code so that a change is reviewed."""

from enum import StrEnum


class Role(StrEnum):
    """The people of the centre (cán bộ trực, cán bộ CSGT, lãnh đạo, quản trị)."""

    OPERATOR = "operator"
    OFFICER = "officer"
    LEADER = "leader"
    ADMIN = "admin"


class Permission(StrEnum):
    """One thing a person may do; checked at the edge by `require`."""

    VIEW_CASES = "view_cases"
    REVIEW_CASES = "review_cases"
    CONFIRM_CASES = "confirm_cases"
    VIEW_OWNER = "view_owner"
    VIEW_OFFENCES = "view_offences"
    VIEW_NODES = "view_nodes"
    MANAGE_NODES = "manage_nodes"
    MANAGE_USERS = "manage_users"
    VIEW_AUDIT = "view_audit"


_SEE_CASES = {Permission.VIEW_CASES, Permission.VIEW_NODES}

PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.OPERATOR: frozenset(_SEE_CASES | {Permission.REVIEW_CASES}),
    Role.OFFICER: frozenset(
        _SEE_CASES | {Permission.CONFIRM_CASES, Permission.VIEW_OWNER, Permission.VIEW_OFFENCES}
    ),
    Role.LEADER: frozenset(
        _SEE_CASES | {Permission.VIEW_OWNER, Permission.VIEW_OFFENCES, Permission.VIEW_AUDIT}
    ),
    # An administrator runs the system; the evidence against citizens is none of that role's business.
    Role.ADMIN: frozenset(
        {Permission.VIEW_NODES, Permission.MANAGE_NODES, Permission.MANAGE_USERS, Permission.VIEW_AUDIT}
    ),
}


def allows(role: Role, permission: Permission) -> bool:
    """Whether the role holds the permission."""
    return permission in PERMISSIONS[role]
