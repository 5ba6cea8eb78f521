"""Messages to the province's data platform (LGSP, LDOP): events without personal data, counts with small
numbers hidden."""
