"""The journal, its tiles and checkpoints. Rows are only ever added."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
HAS_TAG = sa.text("tag IS NOT NULL")

# A payload may age out, nothing else may change: `IS` and `IS DISTINCT FROM` also compare what is absent.
SQLITE = (
    """
    CREATE TRIGGER journal_keeps BEFORE DELETE ON journal
    BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END
    """,
    """
    CREATE TRIGGER journal_stands BEFORE UPDATE ON journal
    WHEN NOT (
      NEW.seq = OLD.seq AND NEW.at = OLD.at AND NEW.kind = OLD.kind AND NEW.body = OLD.body
      AND NEW.tag IS OLD.tag AND NEW.subject IS OLD.subject AND NEW.leaf = OLD.leaf
      AND OLD.sealed IS NOT NULL AND NEW.sealed IS NULL
      AND OLD.withered IS NULL AND NEW.withered IS NOT NULL AND length(NEW.withered) = 32
    )
    BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END
    """,
)
POSTGRESQL = (
    """
    CREATE FUNCTION journal_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF TG_OP = 'UPDATE' AND NEW.seq = OLD.seq AND NEW.at = OLD.at AND NEW.kind = OLD.kind
        AND NEW.body = OLD.body AND NEW.tag IS NOT DISTINCT FROM OLD.tag
        AND NEW.subject IS NOT DISTINCT FROM OLD.subject AND NEW.leaf = OLD.leaf
        AND OLD.sealed IS NOT NULL AND NEW.sealed IS NULL
        AND OLD.withered IS NULL AND NEW.withered = sha256(OLD.sealed)
      THEN RETURN NEW; END IF;
      RAISE EXCEPTION 'the journal is append-only';
    END $$
    """,
    """
    CREATE TRIGGER journal_stands BEFORE UPDATE OR DELETE ON journal
    FOR EACH ROW EXECUTE FUNCTION journal_is_append_only()
    """,
    """
    CREATE TRIGGER journal_keeps BEFORE TRUNCATE ON journal
    FOR EACH STATEMENT EXECUTE FUNCTION journal_is_append_only()
    """,
)


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "about",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("value", sa.Text, nullable=False),
        sqlite_strict=True,
    )
    op.create_table(
        "journal",
        sa.Column("seq", WHOLE, primary_key=True, autoincrement=False),
        sa.Column("at", WHOLE, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.Column("tag", sa.LargeBinary),
        sa.Column("subject", sa.LargeBinary),
        sa.Column("sealed", sa.LargeBinary),
        sa.Column("withered", sa.LargeBinary),
        sa.Column("leaf", sa.LargeBinary, nullable=False),
        sa.CheckConstraint("seq > 0", name="journal_counts_from_one"),
        sqlite_strict=True,
    )
    op.create_index(
        "journal_tag", "journal", ["tag"], unique=True, sqlite_where=HAS_TAG, postgresql_where=HAS_TAG
    )
    op.create_table(
        "tiles",
        sa.Column("level", WHOLE, primary_key=True, autoincrement=False),
        sa.Column("n", WHOLE, primary_key=True, autoincrement=False),
        sa.Column("hashes", sa.LargeBinary, nullable=False),
        sa.CheckConstraint("level > 0", name="tiles_above_leaves"),
        sqlite_strict=True,
    )
    op.create_table(
        "checkpoints",
        sa.Column("size", WHOLE, primary_key=True, autoincrement=False),
        sa.Column("note", sa.LargeBinary, nullable=False),
        sa.Column("digest", sa.LargeBinary, nullable=False),
        sqlite_strict=True,
    )
    for statement in SQLITE if op.get_bind().dialect.name == "sqlite" else POSTGRESQL:
        op.execute(statement)
