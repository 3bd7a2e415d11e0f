"""How the processes of both services are seen from outside."""
