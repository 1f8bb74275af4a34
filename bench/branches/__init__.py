"""What named branches cost: to make and discard one, to run a command on one, to compare rows."""
