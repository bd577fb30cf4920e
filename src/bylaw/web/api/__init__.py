"""The programming interface: routes as a table, with what each needs, takes and answers."""
