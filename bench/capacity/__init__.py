"""How many workers a machine and a server bear: a model, its constants, and a simulation."""
