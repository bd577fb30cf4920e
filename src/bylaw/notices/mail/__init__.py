"""Mail: how a message becomes one (``composing``), how it leaves (``smtp``), and what comes back (``bounces``)."""
