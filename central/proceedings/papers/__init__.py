"""The paper of a step: its values taken from the present state of the case, frozen in the same
transaction.
"""
