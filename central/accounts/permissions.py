"""Who may do what: roles are sets of permissions, fixed in code so that a change is reviewed."""

from enum import StrEnum


class Role(StrEnum):
    """The people of the centre: nhân viên IOC, trưởng ca thẩm định, cán bộ CSGT thụ lý, người sử dụng thiết
    bị, người có thẩm quyền xử phạt, văn thư, Công an cấp xã, kho bạc và đơn vị thu hộ, pháp chế, lãnh đạo,
    quản trị."""

    OPERATOR = "operator"
    SHIFT_LEAD = "shift_lead"
    OFFICER = "officer"
    DEVICE_USER = "device_user"
    SIGNER = "signer"
    CLERK = "clerk"
    COMMUNE = "commune"
    TREASURY = "treasury"
    LAWYER = "lawyer"
    LEADER = "leader"
    ADMIN = "admin"


class Permission(StrEnum):
    """One thing a person may do; checked at the edge by `require`.

    From `sign_results` on they are roles in the proceedings (`central.proceedings.people`); the step tables
    determine which steps and on which cases.
    """

    VIEW_CASES = "view_cases"
    SEE_PLATES = "see_plates"
    REVIEW_CASES = "review_cases"
    CONFIRM_CASES = "confirm_cases"
    VIEW_OWNER = "view_owner"
    VIEW_OFFENCES = "view_offences"
    VIEW_NODES = "view_nodes"
    MANAGE_NODES = "manage_nodes"
    MANAGE_USERS = "manage_users"
    VIEW_AUDIT = "view_audit"
    VIEW_LAW = "view_law"
    UPLOAD_LAW = "upload_law"
    APPROVE_LAW = "approve_law"
    MANAGE_DEVICES = "manage_devices"
    VIEW_PROCEEDINGS = "view_proceedings"
    SIGN_RESULTS = "sign_results"
    HANDLE_PROCEEDINGS = "handle_proceedings"
    SIGN_DECISIONS = "sign_decisions"
    SEND_PAPERS = "send_papers"
    TAKE_TRANSFERS = "take_transfers"
    ENTER_PAYMENTS = "enter_payments"
    VIEW_DEADLINES = "view_deadlines"
    VIEW_WITHDRAWALS = "view_withdrawals"
    VIEW_REPORTS = "view_reports"
    ENTER_REPORTS = "enter_reports"
    VIEW_CONNECTIONS = "view_connections"
    MEND_CONNECTIONS = "mend_connections"
    ANSWER_BY_HAND = "answer_by_hand"
    SEARCH_PLATES = "search_plates"
    REVIEW_SEARCHES = "review_searches"
    VIEW_WATCHING = "view_watching"
    LEAD_REVIEWS = "lead_reviews"
    ANSWER_DATA_REQUESTS = "answer_data_requests"
    HANDLE_INCIDENTS = "handle_incidents"


_SEE_CASES = {Permission.VIEW_CASES, Permission.SEE_PLATES, Permission.VIEW_NODES}
_SEE_FILES = {
    Permission.VIEW_CASES,
    Permission.SEE_PLATES,
    Permission.VIEW_OWNER,
    Permission.VIEW_OFFENCES,
    Permission.VIEW_PROCEEDINGS,
    Permission.VIEW_LAW,
    Permission.VIEW_DEADLINES,
    Permission.VIEW_WITHDRAWALS,
}

PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.OPERATOR: frozenset(_SEE_CASES | {Permission.REVIEW_CASES}),
    # Decides where two operators disagree; that may not be one of the two, so this role takes no reviews.
    Role.SHIFT_LEAD: frozenset(_SEE_CASES | {Permission.VIEW_WATCHING, Permission.LEAD_REVIEWS}),
    Role.OFFICER: frozenset(
        _SEE_FILES
        | {
            Permission.VIEW_NODES,
            Permission.CONFIRM_CASES,
            Permission.SIGN_RESULTS,
            Permission.HANDLE_PROCEEDINGS,
            Permission.SEND_PAPERS,
            Permission.VIEW_CONNECTIONS,
            Permission.MEND_CONNECTIONS,
            Permission.ANSWER_BY_HAND,
            Permission.SEARCH_PLATES,
        }
    ),
    # Trained and appointed for a device; somebody with this role alone sees no owner.
    Role.DEVICE_USER: frozenset(_SEE_CASES | {Permission.VIEW_PROCEEDINGS, Permission.SIGN_RESULTS}),
    Role.SIGNER: frozenset(_SEE_FILES | {Permission.SIGN_DECISIONS, Permission.SEARCH_PLATES}),
    Role.CLERK: frozenset(
        {
            Permission.SEE_PLATES,
            Permission.VIEW_PROCEEDINGS,
            Permission.VIEW_OWNER,
            Permission.SEND_PAPERS,
            Permission.VIEW_DEADLINES,
            Permission.VIEW_WITHDRAWALS,
            # Prepares the unit's reports: enters lines the system can't know, but sees no statistical report.
            Permission.ENTER_REPORTS,
        }
    ),
    Role.COMMUNE: frozenset(
        {
            Permission.SEE_PLATES,
            Permission.VIEW_PROCEEDINGS,
            Permission.VIEW_OWNER,
            Permission.VIEW_LAW,
            Permission.TAKE_TRANSFERS,
        }
    ),
    Role.TREASURY: frozenset({Permission.ENTER_PAYMENTS}),
    # Also responsible for personal data: gives persons what is held about them, and sees no case besides.
    Role.LAWYER: frozenset({Permission.VIEW_LAW, Permission.APPROVE_LAW, Permission.ANSWER_DATA_REQUESTS}),
    # Counts and trends: plates are shortened, owners not named (DP-09). A whole plate takes a stated purpose.
    Role.LEADER: frozenset(
        {
            Permission.VIEW_CASES,
            Permission.VIEW_NODES,
            Permission.VIEW_OFFENCES,
            Permission.VIEW_AUDIT,
            Permission.VIEW_PROCEEDINGS,
            Permission.VIEW_LAW,
            Permission.VIEW_DEADLINES,
            Permission.VIEW_WITHDRAWALS,
            Permission.VIEW_REPORTS,
            Permission.ENTER_REPORTS,
            # Whoever audits the searches does not search.
            Permission.REVIEW_SEARCHES,
            Permission.VIEW_WATCHING,
            Permission.VIEW_CONNECTIONS,
            Permission.HANDLE_INCIDENTS,
        }
    ),
    # An administrator runs the system and does not need to see the evidence against citizens.
    Role.ADMIN: frozenset(
        {
            Permission.VIEW_NODES,
            Permission.MANAGE_NODES,
            Permission.MANAGE_USERS,
            Permission.VIEW_AUDIT,
            Permission.VIEW_LAW,
            Permission.UPLOAD_LAW,
            Permission.MANAGE_DEVICES,
            Permission.HANDLE_INCIDENTS,
            Permission.VIEW_CONNECTIONS,
            Permission.MEND_CONNECTIONS,
        }
    ),
}


def allows(role: Role, permission: Permission) -> bool:
    """Whether the role holds the permission."""
    return permission in PERMISSIONS[role]
