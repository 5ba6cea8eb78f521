"""Common parts of API, console and portal: identification of users, headers, limits of values."""
