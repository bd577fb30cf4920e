"""The public account: what an operator did in a period, folded from the ledger's open facts, and told to anybody."""
