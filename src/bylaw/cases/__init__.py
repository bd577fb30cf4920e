"""What people look at: cases in queues, claimed, decided, carried out; quality of verdicts; care for reviewers."""
