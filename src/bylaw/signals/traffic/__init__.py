"""Requests to a server: who says it sent them, and what they try."""
