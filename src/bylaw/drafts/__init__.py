"""Books in the making: edited, checked, tried, agreed to by somebody else, put into force, and taken back.

A draft is a set of changed files over a book that was in force. Nothing in it is personal: what files say is kept by its
digest beside the books, titles and reasons are sealed. Every step is a fact; what is in force is always a whole book.
"""
