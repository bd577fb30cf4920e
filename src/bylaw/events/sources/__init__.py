"""Where events come from: files and standard input, one module a format.

The only place of the events room that reads. Every record of a source becomes an event or a reject;
a bad one never ends the run. ``formats`` has the table and ``read_events``.
"""
