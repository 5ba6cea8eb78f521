"""Names, addresses and files as typed into configuration files: invalid ones are refused."""

from ipaddress import IPv6Address
from pathlib import Path
from typing import Annotated
from urllib.parse import SplitResult, urlsplit

from pydantic import AfterValidator, Field

from configs.refusals import refused


def split_address(url: str, schemes: tuple[str, ...]) -> SplitResult:
    """The parts of an address; its scheme is one of `schemes`.

    Raises:
        ValueError: a blank or an invisible character, no host, an invalid port, another scheme.
    """
    if " " in url or not url.isprintable():
        raise refused(
            "địa chỉ có dấu cách hoặc ký tự ẩn; dấu cách viết là %20",
            "a blank or an unseen sign stands in the address; write a blank as %20",
        )
    parts = urlsplit(url)
    if not url.startswith(tuple(f"{scheme}://" for scheme in schemes)) or not parts.hostname:
        forms = [f"{scheme}://HOST/..." for scheme in schemes]
        raise refused("phải là " + " hoặc ".join(forms), "must be " + " or ".join(forms))
    if parts.port == 0:  # any other invalid port makes urlsplit raise
        raise refused(
            "không có cổng 0: bỏ trống để dùng cổng thông thường",
            "port 0 is none: leave it out for the usual one",
        )
    return parts


def _host(text: str) -> str:
    if not text or not text.isprintable() or any(sign in text for sign in " /@[]"):
        raise refused(
            "chỉ ghi tên hoặc địa chỉ máy, không kèm mqtt:// và cổng",
            "give the host's name or address alone, without mqtt:// and port",
        )
    if ":" in text:
        try:
            IPv6Address(text)
        except ValueError:
            raise refused(
                "chỉ ghi tên máy: cổng có khoá riêng", "give the host alone: its port is a key of its own"
            ) from None
    return text


def _name(text: str) -> str:
    if not text.strip() or not text.isprintable():
        raise refused(
            "tên không được để trống, không xuống dòng, không có ký tự ẩn",
            "one line of text that can be seen: no line break, no unseen sign, not blank",
        )
    return text


def _file(path: Path) -> Path:
    if path == Path() or not str(path).isprintable():
        raise refused(
            "hãy ghi tên tệp, không xuống dòng, không có ký tự ẩn",
            "give the name of a file, without line breaks or unseen signs",
        )
    return path


def _folder(path: Path) -> Path:
    if not str(path).isprintable():
        raise refused(
            "hãy ghi tên thư mục, không xuống dòng, không có ký tự ẩn",
            "give the name of a folder, without line breaks or unseen signs",
        )
    return path


Host = Annotated[str, AfterValidator(_host)]
"""The name or address of a machine."""

ShownName = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(_name)]
"""A display name: one line."""

FilePath = Annotated[Path, AfterValidator(_file)]
FolderPath = Annotated[Path, AfterValidator(_folder)]
