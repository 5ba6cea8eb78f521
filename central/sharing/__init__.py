"""What the province's data platform (LGSP, LDOP) is told: events without personal data, counts without small
cells."""
