"""What the links of an event look like. No link is ever followed."""
