"""Webhooks: what is announced (``announcing``), signed (``signing``), and brought to addresses that may be called (``calling``)."""
