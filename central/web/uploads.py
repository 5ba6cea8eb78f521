"""Uploaded text files: law tables, camera files, forms of papers."""

from fastapi import UploadFile

from central.errors import InvalidError
from central.values import printable, visible

_LONGEST_NAME = 80


def text_of(file: UploadFile, most_bytes: int, kind: str) -> str:
    """The text of a file without its byte order mark, with Unix line ends.

    Raises:
        InvalidError: empty, larger than `most_bytes`, or not UTF-8 text; the error gives the file's name and
            the `kind` of file that is wanted.
    """
    name = visible(file.filename or "", _LONGEST_NAME)
    content = file.file.read(most_bytes + 1)
    if not content:
        raise InvalidError("text_file_empty", field="file", name=name, kind=kind)
    if len(content) > most_bytes:
        raise InvalidError("text_file_too_large", field="file", name=name, kind=kind, kb=most_bytes // 1000)
    try:
        text = content.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError:
        raise InvalidError("text_file_type", field="file", name=name, kind=kind) from None
    if not printable(text):
        raise InvalidError("text_file_type", field="file", name=name, kind=kind)
    return text
