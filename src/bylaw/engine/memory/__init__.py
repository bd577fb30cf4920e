"""The memory of the engine: what came before an event, and who knows whom (ADR 0006, docs/windows.md).

Start reading in ``memory``: observe an event, read for the next one, snapshot, restore. ``counters`` say
what is counted and by which key, ``reads`` finds what rules ask for and checks it, ``reader`` answers and
records. Below: ``table`` (bounded, by key), ``trail`` (counts and sums), ``sample`` (distinct values),
``texts`` (near duplicates), ``relations``, ``moments``, ``keys``.
"""
