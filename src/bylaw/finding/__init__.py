"""Finding: which decisions there were, how often, about whom, and which events say what one looks for.

``index`` keeps rows and hourly counts of decisions; ``series`` reads the counts, ``listing`` the rows; ``query`` makes a
condition of what somebody typed.
"""
