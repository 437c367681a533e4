"""Renders Markdown as GitHub's parser does, and reads what a person would see."""

from html.parser import HTMLParser

from markdown_it import MarkdownIt


class _Seen(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[str] = []
        self.cells: list[str] = []
        self.codes: list[str] = []
        self.loose: list[str] = []
        self._open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        if tag == "br":
            return
        self._open.append(tag)
        if tag == "td":
            self.cells.append("")
        if tag == "code":
            self.codes.append("")

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "td" in self._open:
            self.cells[-1] += data
        if "code" in self._open:
            self.codes[-1] += data
        else:
            self.loose.append(data)


class Rendered:
    """Markdown as it is seen: the tags, the text of each cell and of each piece of code, and all other text."""

    def __init__(self, markdown: str) -> None:
        parser = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
        self.html = parser.render(markdown)
        seen = _Seen()
        seen.feed(self.html)
        seen.close()
        assert seen._open == []
        self.tags, self.cells, self.codes = seen.tags, seen.cells, seen.codes
        self.loose = "".join(seen.loose)
