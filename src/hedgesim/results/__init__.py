"""Results: the one way from scenarios, grids and experiments to tables, and where the tables are kept."""
