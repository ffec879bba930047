"""Lints public packages and compares what is found with a table of adjudicated findings."""
