"""Objections of those concerned: lodged by a private link, talked about, decided by somebody who took no part before."""
