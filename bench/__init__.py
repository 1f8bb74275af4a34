"""freshdb beside its peers: what isolation costs each test, measured in one run."""
