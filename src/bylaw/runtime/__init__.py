"""Wiring: the place that knows every room.

From a book and a stream of records to decisions and counts; from a data folder to what decides there.
"""
