"""A rule enforced on what is older than it, after a second person agreed.

What it would ask for is found and counted first, then carried out in bounded commits, stopped at any time, and taken back as
a whole.
"""
