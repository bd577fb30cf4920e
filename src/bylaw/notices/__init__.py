"""What people are told: statements of reasons, how they are worded, when one is withheld, and how they are delivered.

Start with ``statement`` (what is told), ``rendering`` (how), ``machine`` (what becomes of a notice) and ``workflow``
(the verbs). ``mail`` and ``webhooks`` are the ways out.
"""
