"""The same documents from fifty different files are not sent twice."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from support.document_files import VARIANTS, sends_nothing, sent_documents
from support.journey import Journey


@pytest.fixture(scope="module")
def sent(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Journey]:
    """A client whose six documents have been sent."""
    with sent_documents(tmp_path_factory.mktemp("sent")) as way:
        yield way


@pytest.mark.promise("P4", "P27")
@pytest.mark.parametrize("name", list(VARIANTS))
def test_the_same_documents_from_another_file(sent: Journey, tmp_path: Path, name: str) -> None:
    """However the file was changed, no document is sent again, and the earlier run is named."""
    sends_nothing(sent, tmp_path, name)
