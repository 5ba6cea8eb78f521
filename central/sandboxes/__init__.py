"""Stand-ins that really run in place of the national systems: for demonstrations and tests, with a red bar on
every page that says so."""
