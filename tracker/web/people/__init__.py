"""People, roles and teams: the administrator's pages."""
