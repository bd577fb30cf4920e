"""The engine: from an event and a basis to a decision. Pure; the same inputs give the same bytes.

Start reading in ``decide``. ``basis`` is what a decision is made from besides the event, ``inputs`` are
the signals that rules asked for, ``matching`` runs the rules, ``resolve`` turns what they ask for into a
plan, ``decision`` is the result and ``explain`` tells it to a person.
"""
