"""Which encoder produced each value: a flow-sensitive abstract interpretation of Python."""
