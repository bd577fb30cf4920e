"""What is done about what was decided: actions, strikes, ladder, approvals, access, undo."""
