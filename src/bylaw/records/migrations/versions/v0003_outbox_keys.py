"""What was sent under a key is found by it, and what is ready by the instant: without looking at all that waits."""

from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Make the indexes."""
    op.create_index("outbox_key", "outbox", ["key", "destination", "dead"])
    op.create_index("outbox_ready", "outbox", ["dead", "ready", "destination"])
