"""What was sent under a key is found by it: a timer is taken back without looking at all the others."""

from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Make the index."""
    op.create_index("outbox_key", "outbox", ["key", "destination", "dead"])
