"""How many of a server's own answers the emulation gives."""
