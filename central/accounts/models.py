"""Tables of people and their sessions."""

from datetime import datetime, timedelta

from sqlalchemy import JSON, BigInteger, CheckConstraint
from sqlmodel import Field, SQLModel

from central.accounts.permissions import Permission, Role, allows

OLDEST = timedelta(days=60)
"""How long an administrator's password may be used (SEC-04)."""

REMEMBERED = 10
"""An administrator's last passwords, the present one included, that may not be chosen again (SEC-04)."""

_ROLES = ", ".join(f"'{role.value}'" for role in Role)


class User(SQLModel, table=True):
    """A person who signs in. Never deleted, only disabled, because the audit log refers to them
    permanently.
    """

    __tablename__ = "app_user"
    __table_args__ = (CheckConstraint(f"role IN ({_ROLES})", name="role"),)

    id: int | None = Field(default=None, primary_key=True)
    username: str = Field(max_length=64, unique=True)
    full_name: str = Field(max_length=200)
    role: str = Field(max_length=16)
    password_hash: str = Field(max_length=255)
    must_change_password: bool = True
    password_set_at: datetime | None = None
    """When the person chose it; None with a one-time password and for who signs in elsewhere."""
    earlier_hashes: list[str] = Field(default_factory=list, sa_type=JSON)
    """Hashes of an administrator's earlier passwords, the newest first."""
    failed_attempts: int = 0
    locked_until: datetime | None = None
    disabled_at: datetime | None = None
    created_at: datetime
    last_used_at: datetime | None = None
    totp_sealed: bytes | None = None
    totp_confirmed_at: datetime | None = None
    totp_last_step: int = Field(default=0, sa_type=BigInteger)

    @property
    def actor(self) -> str:
        """The person as the audit log names them."""
        return f"user:{self.username}"

    def must_renew_password(self, now: datetime) -> bool:
        """Whether another password must be chosen before anything else: a one-time one, or an
        administrator's older than `OLDEST` (SEC-04)."""
        old = self.password_set_at is not None and now - self.password_set_at >= OLDEST
        return self.must_change_password or (old and self.role == Role.ADMIN)

    def retire_password(self) -> None:
        """Remembers an administrator's own password before another takes its place."""
        if self.role == Role.ADMIN and not self.must_change_password:
            self.earlier_hashes = [self.password_hash, *self.earlier_hashes][: REMEMBERED - 1]

    def may(self, permission: Permission) -> bool:
        """Whether this person's role holds the permission."""
        return allows(Role(self.role), permission)


class UserSession(SQLModel, table=True):
    """A signed-in browser session. The token itself is only in its cookie; the table holds its SHA-256."""

    __tablename__ = "user_session"

    token_sha256: str = Field(max_length=64, primary_key=True)
    user_id: int = Field(foreign_key="app_user.id", index=True)
    created_at: datetime
    last_seen_at: datetime
    expires_at: datetime
    address: str = Field(default="", max_length=64)
    user_agent: str = Field(default="", max_length=200)
    second_factor_at: datetime | None = None
