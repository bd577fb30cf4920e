"""Every bound of the service on what it reads, waits for and keeps."""

from typing import Final

MAX_BODY: Final = 1 << 20  # bytes of a request that is no stream; an event takes as much at most
FORM_EXTRA: Final = 256 << 10  # bytes of a form beside its files
MAX_FORM: Final = (10 << 20) + FORM_EXTRA  # of a form with as many and as large files as a book may allow
MAX_FORMS: Final = 8  # that are larger than other requests, under way at once in one process that speaks HTTP
MAX_HEAD: Final = 32 << 10  # bytes of request line and headers
MAX_HEADERS: Final = 100
MAX_CONNECTIONS: Final = 2_000
MAX_REQUESTS: Final = 1_000  # under way at once
BACKLOG: Final = 1_024  # connections that wait to be taken

HEAD_SECONDS: Final = 10.0  # until the head of a request is there
BODY_SECONDS: Final = 30.0  # until the body of a request that is no stream is there
LINE_SECONDS: Final = 30.0  # between two pieces of a stream
TAKE_SECONDS: Final = 30.0  # until whoever asked takes what is answered
IDLE_SECONDS: Final = 15.0  # until a connection without a request is closed
STOP_SECONDS: Final = 30.0  # for requests under way when the service is stopped

BLOCK_LINES: Final = 500  # of a stream, handed over together
BLOCK_BYTES: Final = 1 << 20

RETRY_SECONDS: Final = 1  # what is told to whom must come again
