"""The paper that belongs to a step: its values taken from the case as it stands, frozen in the same
transaction."""
