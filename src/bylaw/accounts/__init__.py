"""Who the accounts of a service are: where what they said of themselves is found."""
