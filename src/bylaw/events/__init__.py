"""What happened on the service: kinds of events, how they are read and written, where they come from.

``event`` says what every event has, ``vocabulary`` lists the built-in kinds, ``kinds`` describes kinds to
the rooms above and lets a book declare its own, ``decode`` turns bytes into events and back.
Only ``sources`` touches files.
"""
