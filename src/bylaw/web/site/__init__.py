"""Pages for those outside: what somebody concerned sees by the private link of a notice."""
