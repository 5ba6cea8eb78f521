"""The operations centre (Trung tâm điều hành, IOC): from evidence to a recorded offence."""
