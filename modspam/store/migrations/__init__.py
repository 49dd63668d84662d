"""How older databases become newer ones: Alembic's environment and one module a step."""
