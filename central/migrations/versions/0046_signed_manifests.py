"""Signed manifests are compressed by LZ4 where the server has it: a quarter of what PGLZ costs ingest.

Revision: 0046, after 0045.
"""

import sqlalchemy as sa
from alembic import op

revision = "0046"
down_revision = "0045"
branch_labels = None
depends_on = None

_SIGNED = ("package", "case_evidence")
_HAS_LZ4 = "SELECT 'lz4' = ANY(enumvals) FROM pg_settings WHERE name = 'default_toast_compression'"


def upgrade() -> None:
    """Applies to what is written from now on; what is there stays readable as it is."""
    _compress("lz4")


def downgrade() -> None:
    """What is written from now on is compressed as before."""
    _compress("pglz")


def _compress(method: str) -> None:
    if op.get_bind().dialect.name != "postgresql" or not op.get_bind().scalar(sa.text(_HAS_LZ4)):
        return
    for table in _SIGNED:
        op.execute(f"ALTER TABLE {table} ALTER COLUMN jws SET COMPRESSION {method}")
