"""The target of the entry point `freshdb`: loads the plugin unless `-p` has loaded it already.

pytest refuses to register one module under two names, which is what the entry point and
`-p freshdb.pytest_plugin` together would ask for.
"""

pytest_plugins = ("freshdb.pytest_plugin",)
