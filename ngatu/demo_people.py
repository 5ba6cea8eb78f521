"""The demo's people: created at its first start, each with their own address, one password for all."""

from datetime import UTC, datetime
from pathlib import Path

from rich.table import Table

from central.accounts import service as accounts
from central.accounts import sessions
from central.accounts.permissions import Role
from central.db import make_engine, reading, transaction
from central.settings import load_settings
from central.words.dictionary import translator

PEOPLE = (
    ("operator", Role.OPERATOR, "Nguyễn Thị Vận Hành"),
    ("officer", Role.OFFICER, "Trần Văn Cảnh Sát"),
    ("signer", Role.SIGNER, "Đỗ Văn Thẩm Quyền"),
    ("clerk", Role.CLERK, "Ngô Thị Văn Thư"),
    ("treasury", Role.TREASURY, "Vũ Thị Kho Bạc"),
    ("lead", Role.SHIFT_LEAD, "Bùi Thị Trưởng Ca"),
    ("leader", Role.LEADER, "Lê Thị Lãnh Đạo"),
    ("lawyer", Role.LAWYER, "Hoàng Văn Pháp Chế"),
    ("admin", Role.ADMIN, "Phạm Văn Quản Trị"),
)
"""Name, role, full name (all invented); those needed to complete a case come first."""

ACTOR = "demo"


def hire(centre_file: Path, password: str) -> None:
    """Creates missing people with this password.

    In a province a person gets a one-time password and chooses their own; here nobody else can reach the
    centre, and changing nine passwords would only delay trying it.
    """
    engine = make_engine(load_settings(centre_file).database_url)
    now = datetime.now(UTC)
    with reading(engine) as session:
        missing = [person for person in PEOPLE if accounts.find_user(session, person[0]) is None]
    for name, role, full_name in missing:
        with transaction(engine) as session:
            first = accounts.create_user(session, name, full_name, role, now, ACTOR).password
        sessions.change_password(engine, name, sessions.PasswordChange(first, password), now)
    engine.dispose()


def doors(port: int) -> Table:
    """The address of each person. Browsers separate the cookies of each name and resolve all names under
    `localhost` to this machine, so all of them can be signed in at once, in tabs of one window.
    """
    table = Table("tên / user", "vai trò / role", "cửa / open at")
    vi, en = translator("vi"), translator("en")
    for name, role, _ in PEOPLE:
        table.add_row(name, f"{vi(f'role.{role}')} / {en(f'role.{role}')}", f"http://{name}.localhost:{port}")
    return table
