"""The service over HTTP: who asks, what may be asked, what is answered. Thin: what is decided is decided below."""
