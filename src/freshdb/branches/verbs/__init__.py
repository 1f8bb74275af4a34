"""What can be done with branches, each verb with those that are like it.

All work on a `Shelf`; `Branches` is what their users see of them.
"""
