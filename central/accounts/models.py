"""Tables of people and their sessions."""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint
from sqlmodel import Field, SQLModel

from central.accounts.permissions import Permission, Role, allows

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
