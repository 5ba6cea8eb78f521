"""Papers as PDF/A: every kind is set, says what it has to, embeds its fonts, is the same twice, and can't
hang."""

import json
import re
from datetime import date
from io import BytesIO
from typing import Any

import cv2
import pypdfium2
import pytest
from pypdf import PdfReader
from pypdf.generic import DictionaryObject

from central.documents import render
from central.documents.forms import KINDS, packaged
from central.documents.render import Job, RenderError, as_pdf, rendered
from central.documents.samples import SAMPLES
from central.documents.sandbox import FOLDER
from central.documents.values import MODELS
from central.documents.variants import IMAGES


def job(kind: str) -> Job:
    """The sample of a kind as a job, its pictures one grey pixel each."""
    paper = SAMPLES[kind]
    return Job(
        kind=kind,
        template=packaged(kind, paper.dated).template,
        values=paper.model_dump(mode="json"),
        images=IMAGES,
    )


@pytest.fixture(scope="module")
def papers() -> dict[str, bytes]:
    """Every sample, set once."""
    return {kind: as_pdf(job(kind)) for kind in SAMPLES}


def text_of(pdf: bytes) -> str:
    """The words of a paper, one space between them."""
    return re.sub(r"\s+", " ", " ".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages))


def lines_of(pdf: bytes) -> list[str]:
    """The lines of a paper as they are printed."""
    return [
        line.strip() for page in PdfReader(BytesIO(pdf)).pages for line in page.extract_text().splitlines()
    ]


def pages_of(pdf: bytes) -> list[str]:
    """The words of each page, without its foot."""
    pages = [re.sub(r"\s+", " ", page.extract_text()) for page in PdfReader(BytesIO(pdf)).pages]
    return [re.sub(r" ?\S+ · \S+ · [0-9a-f]{16} ?$", "", text).strip() for text in pages]


@pytest.mark.parametrize("kind", sorted(SAMPLES))
def test_it_is_pdf_a_with_output_intent_and_embedded_fonts(papers: dict[str, bytes], kind: str) -> None:
    expect_pdf_a(papers[kind])


@pytest.mark.parametrize("kind", sorted(SAMPLES))
def test_only_fonts_of_the_named_packages_are_used(papers: dict[str, bytes], kind: str) -> None:
    """Those of `fonts-texgyre` and `fonts-noto-core`: with others a paper would look different elsewhere."""
    fonts = [font for page in PdfReader(BytesIO(papers[kind])).pages for font in _fonts(page)]
    names = {str(font["/FontName"]).partition("+")[2] for font in fonts}
    assert {name for name in names if not name.startswith(("TeX", "Noto"))} == set()


def expect_pdf_a(pdf: bytes) -> None:
    """It says it is PDF/A-3u, has an output intent, and embeds every font."""
    reader = PdfReader(BytesIO(pdf))
    root = reader.trailer["/Root"]
    assert isinstance(root, DictionaryObject)
    metadata = root["/Metadata"].get_data().decode()  # type: ignore[attr-defined]
    assert re.search(r"<pdfaid:part>3<|pdfaid:part=\"3\"", metadata)
    assert re.search(r"<pdfaid:conformance>U<|pdfaid:conformance=\"U\"", metadata)
    intent = root["/OutputIntents"][0].get_object()  # type: ignore[index]
    assert intent["/S"] == "/GTS_PDFA1"
    assert intent["/DestOutputProfile"].get_object().get_data()[36:40] == b"acsp"  # an ICC profile
    fonts = [font for page in reader.pages for font in _fonts(page)]
    assert fonts
    for font in fonts:
        assert {"/FontFile", "/FontFile2", "/FontFile3"} & font.keys()


def _fonts(page: object) -> list[DictionaryObject]:
    """Descriptors of every font a page uses."""
    found = []
    resources = page["/Resources"].get_object()  # type: ignore[index]
    for font in resources.get("/Font", {}).values():
        descendants = font.get_object().get("/DescendantFonts", [font])
        found += [each.get_object()["/FontDescriptor"].get_object() for each in descendants]
    return found


@pytest.mark.parametrize("kind", sorted(SAMPLES))
def test_it_has_the_head_of_an_official_paper(papers: dict[str, bytes], kind: str) -> None:
    text = text_of(papers[kind])
    for words in (
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
        "Độc lập - Tự do - Hạnh phúc",
        f"Số: {SAMPLES[kind].number}",
        "Bắc Ninh, ngày 24 tháng 11 năm 2026",
        "CÔNG AN TỈNH BẮC NINH",
    ):
        assert words in text


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        ("notice", ["Kính gửi: Nguyễn Văn An", "98A-518.63", "08 giờ 30 phút, ngày 10/12/2026", "7KQ4-M2XD",
                    "điểm b khoản 9 Điều 6", "giấy đăng ký xe", "cơ quan đăng kiểm", "KT. TRƯỞNG PHÒNG"]),
        ("detection_result", ["SN-2026-0042", "KĐ-77/2026", "45/QĐ-CAT", "2,4 giây", "± 20 ms", "a" * 64]),
        ("record", ["Trần Văn Hùng", "01/05/1990", "Thiệt hại: không", "01/12/2026", "26/11/2026",
                    "được lập thành 02 bản"]),
        ("decision", ["Công ty TNHH Vận tải Sao Mai", "48.000.000 đồng", "Bốn mươi tám triệu đồng",
                      "0,05%", "khởi kiện", "3511.0.1234567.00000", "5. Trừ điểm giấy phép lái xe: không"]),
        ("no_sanction", ["Điều 65", "Điều 3. Quyết định có hiệu lực"]),
        ("transfer", ["Công an xã Tân Yên", "98A-518.63"]),
        ("commune_slip", ["Phương tiện đã bán, cho, tặng"]),
        ("points_notice", ["hạng B", "12 tháng"]),
        ("receipt", ["19.095.000 đồng", "FT26354000123", "Còn phải nộp: 0 đồng"]),
        ("session_record", ["Tôi là người điều khiển."]),
    ],
)  # fmt: skip
def test_it_says_what_the_form_asks_for(papers: dict[str, bytes], kind: str, told: list[str]) -> None:
    text = text_of(papers[kind]).replace(" ", "")  # a hash is broken over lines
    assert [words for words in told if words.replace(" ", "") not in text] == []


@pytest.mark.parametrize("kind", ["notice", "decision", "receipt"])
def test_its_qr_code_is_read_from_the_printed_sheet(papers: dict[str, bytes], kind: str) -> None:
    """As a telephone reads it: from a picture of the sheet, 200 dots to the inch."""
    assert links_on(papers[kind]) == [job(kind).values["portal"]["link"]]


def links_on(pdf: bytes) -> list[str]:
    """What the QR codes on a paper say."""
    pictures = [sheet.render(scale=200 / 72).to_numpy() for sheet in pypdfium2.PdfDocument(pdf)]
    read = [cv2.QRCodeDetector().detectAndDecode(picture)[0] for picture in pictures]
    return [link for link in read if link]


def test_a_record_says_how_many_pages_it_has() -> None:
    asked = job("record")
    asked.values["statement"] = "Tôi vội.\n" * 80
    pdf = as_pdf(asked)
    pages = len(PdfReader(BytesIO(pdf)).pages)
    assert pages > 2
    assert f"Biên bản gồm {pages:02} trang" in text_of(pdf)


def test_no_table_leaves_its_head_behind(papers: dict[str, bytes]) -> None:
    heads = ("Người thực hiện", "SHA-256", "Mức phạt")
    pages = {kind: pages_of(pdf) for kind, pdf in papers.items()}
    assert [kind for kind, texts in pages.items() if any(text.endswith(heads) for text in texts)] == []


def test_the_same_values_give_the_same_bytes(papers: dict[str, bytes]) -> None:
    assert as_pdf(job("receipt")) == papers["receipt"]


def test_another_process_gives_the_same_bytes(papers: dict[str, bytes]) -> None:
    assert rendered(job("receipt")) == papers["receipt"]


def test_what_takes_too_long_is_ended() -> None:
    with pytest.raises(RenderError, match="more than"):
        rendered(job("receipt"), seconds=0.01)


def test_values_that_do_not_fit_are_told_without_saying_them() -> None:
    wrong = job("receipt")
    wrong.values["total"] = "Nguyễn Văn An, 024090000001"
    with pytest.raises(RenderError) as caught:
        rendered(wrong)
    assert "total" in str(caught.value)
    assert "024090000001" not in str(caught.value)


def test_markup_in_values_stays_text() -> None:
    spiked = job("no_sanction")
    spiked.values["title"] = '<script>alert(1)</script><img src="file:///etc/passwd">'
    html = render.as_html(spiked)
    assert "<script>" not in html
    assert 'src="file:' not in html


def test_every_kind_of_paper_has_a_title_and_a_template() -> None:
    assert {*MODELS} - {*KINDS} == {"report"}
    for kind in KINDS:
        edition = packaged(kind, date(2026, 11, 24))
        assert edition.title
        assert (FOLDER / f"{edition.template}.html").exists()


@pytest.mark.parametrize("kind", sorted(SAMPLES))
def test_nothing_is_signed_on_a_page_of_its_own(papers: dict[str, bytes], kind: str) -> None:
    """The last page holds more than a signature, so that nobody can put it under another text."""
    pages = [re.sub(r"\s+", " ", page.extract_text()) for page in PdfReader(BytesIO(papers[kind])).pages]
    assert len(pages) <= (4 if kind == "case_file" else 2)
    before_signing = re.split(
        r"Nơi nhận|NGƯỜI LẬP HỒ SƠ|NGƯỜI SỬ DỤNG THIẾT BỊ|CÁ NHÂN, ĐẠI|NGƯỜI VI PHẠM HOẶC|ĐƠN VỊ THU",
        pages[-1],
    )
    assert len(before_signing[0].strip()) > 10


TWO = "Dòng thứ nhất\nDòng thứ hai"


@pytest.mark.parametrize(
    ("kind", "typed"),
    [
        ("complaint_taken_up", {"paragraphs": [TWO, TWO]}),
        ("no_sanction", {"articles": [TWO, TWO]}),
        ("detection_result", {"conclusion": TWO}),
        ("record", dict.fromkeys(("statement", "witness_statement", "measures", "damage", "refused"), TWO)),
        ("session_record", {"content": [["Hỏi", TWO], ["Đáp", TWO]], "requests": TWO}),
        ("reply", {"reason": TWO, "words": TWO}),
        ("transfer", {"reason": TWO}),
        ("withdrawal", {"reason": TWO}),
    ],
)
def test_lines_that_people_typed_stay_lines(kind: str, typed: dict[str, Any]) -> None:
    made = job(kind)
    lines = lines_of(as_pdf(made.model_copy(update={"values": made.values | typed})))
    second = [line for line in lines if "Dòng thứ hai" in line]
    assert [line[:12] for line in second] == ["Dòng thứ hai"] * json.dumps(typed, ensure_ascii=False).count(
        "hai"
    )
