"""The objects that a program's modules reach, watched and put back in place."""
