"""Bylaw runs the policies an online service publishes.

Every clause has a mechanism, every decision cites its clause, every promise has a proof.
Start reading in ``docs/tour.md``: it follows one event through the rooms of this package.
"""

__version__ = "0.1.0"
