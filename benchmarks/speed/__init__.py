"""Measures the linter against others on real trees, and its time against size on made ones."""
